// The course of a training, one row of numbers per epoch, as a CSV file.
#pragma once

#include <filesystem>
#include <string>
#include <utility>
#include <vector>

namespace vae_mnist {

/// A table that is on the disk, whole, after every row: each row rewrites the file atomically, so a run that
/// is killed leaves a file that reads well. Numbers are written with as many digits as it takes to read back
/// the same double, and with a point whatever the locale.
class HistoryCsv {
 public:
  /// Writes nothing yet. Throws std::invalid_argument without columns, or for a name with a comma, quote or
  /// line break, which CSV readers treat differently.
  HistoryCsv(std::filesystem::path path, const std::vector<std::string>& columns);

  /// What the file holds, to go on with.
  const std::string& text() const { return text_; }
  void go_on_from(std::string text) { text_ = std::move(text); }

  /// Throws FileError if the file cannot be written (the row is kept and written with the next), and
  /// std::invalid_argument unless there is one number for every column.
  void add(const std::vector<double>& row);

 private:
  std::filesystem::path path_;
  std::size_t column_count_;
  std::string text_;
};

/// Such a file, read back.
struct HistoryTable {
  std::vector<std::string> names;
  std::vector<std::vector<double>> columns;  ///< of each name

  /// Throws std::invalid_argument for a name that is not there.
  const std::vector<double>& column(const std::string& name) const;
};

/// Throws FileError, naming the line, unless it is as HistoryCsv writes it.
HistoryTable read_history(const std::filesystem::path& path);

}  // namespace vae_mnist
