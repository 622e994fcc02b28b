// Trains a network for every row and seed, measures it, and writes tables and a report.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "data/dataset.hpp"

namespace vae_mnist {

struct CompareOptions {
  std::vector<std::string> rows;  ///< names; none: all
  std::vector<std::uint64_t> seeds = {1, 2, 3};
  Eigen::Index epochs = 50;
  int threads = 1;
  std::filesystem::path out = "comparison";
  std::filesystem::path references;  ///< folder of the authors' checkpoints, named as the rows; empty: none
};

/// Runs what is not done yet, one after another, in the folders out/ROW/seed-N, and after each writes to `out` table.md,
/// table.csv and report.html of all that is done, whichever rows were asked for. A run that was interrupted goes on where
/// it was. Returns the signal that ended it, or 0.
///
/// Throws crisp::OptionError for a row that there is not, and without seeds; FileError for a folder that holds a run of other
/// options or images, naming what differs.
int compare(const CompareOptions& options, const DataSplit& split);

}  // namespace vae_mnist
