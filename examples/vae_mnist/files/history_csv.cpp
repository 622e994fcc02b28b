#include "files/history_csv.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <sstream>
#include <stdexcept>
#include <utility>

#include "files/atomic_file.hpp"
#include "files/file_error.hpp"
#include "files/read_file.hpp"

namespace vae_mnist {
namespace {

std::string shortest_exact(double number) {
  std::array<char, 32> digits = {};
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr;
  return {digits.data(), end};
}

}  // namespace

HistoryCsv::HistoryCsv(std::filesystem::path path, const std::vector<std::string>& columns)
    : path_(std::move(path)), column_count_(columns.size()) {
  if (columns.empty()) throw std::invalid_argument("a history needs columns");
  for (const std::string& column : columns) {
    if (column.find_first_of(",\"\r\n") != std::string::npos) {
      throw std::invalid_argument("a history's column cannot be called '" + column + "'");
    }
    text_ += (text_.empty() ? "" : ",") + column;
  }
  text_ += '\n';
}

void HistoryCsv::add(const std::vector<double>& row) {
  if (row.size() != column_count_) {
    throw std::invalid_argument("a history of " + std::to_string(column_count_) + " columns got a row of " +
                                std::to_string(row.size()) + " numbers");
  }
  for (std::size_t i = 0; i < row.size(); ++i) text_ += (i == 0 ? "" : ",") + shortest_exact(row[i]);
  text_ += '\n';
  write_atomically(path_, text_);
}

const std::vector<double>& HistoryTable::column(const std::string& name) const {
  const auto found = std::find(names.begin(), names.end(), name);
  if (found == names.end()) throw std::invalid_argument("a history has no column '" + name + "'");
  return columns[static_cast<std::size_t>(found - names.begin())];
}

HistoryTable read_history(const std::filesystem::path& path) {
  HistoryTable table;
  std::istringstream lines(read_file(path));
  std::size_t line_number = 0;
  for (std::string line; std::getline(lines, line);) {
    ++line_number;
    std::istringstream cells(line);
    std::size_t column = 0;
    for (std::string cell; std::getline(cells, cell, ','); ++column) {
      if (line_number == 1) {
        table.names.push_back(cell);
        table.columns.emplace_back();
        continue;
      }
      double number = 0;
      const auto [end, error] = std::from_chars(cell.data(), cell.data() + cell.size(), number);
      if (error != std::errc() || end != cell.data() + cell.size() || column >= table.names.size()) {
        fail_at(path, "has a line ", line_number, " with '", cell, "' in column ", column + 1, " of ",
                table.names.size());
      }
      table.columns[column].push_back(number);
    }
    if (column != table.names.size()) {
      fail_at(path, "has a line ", line_number, " of ", column, " numbers, where there should be ",
              table.names.size());
    }
  }
  if (table.names.empty()) fail_at(path, "has no header");
  return table;
}

}  // namespace vae_mnist
