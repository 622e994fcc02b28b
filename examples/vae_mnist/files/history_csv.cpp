#include "files/history_csv.hpp"

#include <array>
#include <charconv>
#include <stdexcept>
#include <utility>

#include "files/atomic_file.hpp"

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

}  // namespace vae_mnist
