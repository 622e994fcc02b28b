// The outcome of the comparison so far, and its tables.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "compare/measures.hpp"
#include "compare/rows.hpp"

namespace vae_mnist {

struct RowResult {
  Row row;
  std::vector<std::uint64_t> seeds;  ///< of the runs that are done
  std::vector<Measures> runs;        ///< of each
};

/// The authors' checkpoint of a row, measured as ours.
struct Reference {
  Row row;
  Measures measures;
};

struct Comparison {
  std::string command;  ///< that makes it
  std::string data;     ///< what was measured on
  std::vector<RowResult> rows;
  std::vector<Reference> references;
  std::vector<std::filesystem::path> folders;  ///< of each row's first run, relative to the report's
};

/// A line a row, the first being the header: mean ± standard deviation, and the paper's numbers beside them.
std::vector<std::vector<std::string>> table_of(const Comparison& comparison);

/// The texts of table.md, which is that table, and of table.csv: a line a run.
std::string markdown_table(const Comparison& comparison);
std::string csv_table(const Comparison& comparison);

}  // namespace vae_mnist
