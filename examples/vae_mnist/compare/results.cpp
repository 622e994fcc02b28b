#include "compare/results.hpp"

#include <iomanip>
#include <locale>
#include <sstream>

namespace vae_mnist {
namespace {

/// "12.34 ± 0.05", without the second part of one run.
std::string to_text(const Spread& spread, int decimals, std::size_t runs) {
  std::ostringstream text;
  text.imbue(std::locale::classic());
  text << std::fixed << std::setprecision(decimals) << spread.mean;
  if (runs > 1) text << " ± " << spread.deviation;
  return text.str();
}

std::vector<std::string> table_line(const std::string& title, const std::vector<Measures>& runs,
                                    const std::string& paper) {
  std::vector<std::string> cells = {title, std::to_string(runs.size())};
  for (const MeasureColumn& column : measure_columns()) {
    cells.push_back(to_text(spread_of(runs, column.field), column.decimals, runs.size()));
  }
  cells.push_back(paper);
  return cells;
}

}  // namespace

std::vector<std::vector<std::string>> table_of(const Comparison& comparison) {
  std::vector<std::vector<std::string>> lines(1, {"trained with", "runs"});
  for (const MeasureColumn& column : measure_columns()) lines[0].emplace_back(column.title);
  lines[0].emplace_back("the paper's PSNR / SSIM");
  for (const RowResult& result : comparison.rows) {
    lines.push_back(table_line(result.row.title, result.runs, result.row.paper));
  }
  for (const Reference& reference : comparison.references) {
    lines.push_back(table_line("the authors' checkpoint: " + reference.row.title, {reference.measures},
                               reference.row.paper));
  }
  return lines;
}

std::string markdown_table(const Comparison& comparison) {
  std::ostringstream text;
  bool is_header = true;
  for (const std::vector<std::string>& line : table_of(comparison)) {
    for (const std::string& cell : line) text << "| " << cell << ' ';
    text << "|\n";
    if (is_header) {
      text << "|---";
      for (std::size_t i = 1; i < line.size(); ++i) text << "|--:";
      text << "|\n";
    }
    is_header = false;
  }
  return text.str();
}

std::string csv_table(const Comparison& comparison) {
  std::ostringstream text;
  text.imbue(std::locale::classic());
  text << "row,seed";
  for (const MeasureColumn& column : measure_columns()) text << ',' << column.key;
  text << '\n' << std::setprecision(10);
  const auto add_line = [&](const std::string& row, const std::string& seed, const Measures& measures) {
    text << row << ',' << seed;
    for (const MeasureColumn& column : measure_columns()) text << ',' << measures.*column.field;
    text << '\n';
  };
  for (const RowResult& result : comparison.rows) {
    for (std::size_t i = 0; i < result.runs.size(); ++i) {
      add_line(result.row.name, std::to_string(result.seeds[i]), result.runs[i]);
    }
  }
  for (const Reference& reference : comparison.references) {
    add_line("authors_" + reference.row.name, "", reference.measures);
  }
  return text.str();
}

}  // namespace vae_mnist
