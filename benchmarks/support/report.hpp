// Tables in Markdown, and the bounds that ratios are held against.
#pragma once

#include <algorithm>
#include <cstddef>
#include <iomanip>
#include <iostream>
#include <sstream>
#include <string>
#include <vector>

namespace crisp_benchmarks {

/// A number with `digits` significant digits, never in scientific notation: 12 300, 0.0123.
inline std::string number(double value, int digits = 3) {
  double magnitude = 1;
  int decimals = digits - 1;
  while (decimals > 0 && value >= 10 * magnitude) magnitude *= 10, --decimals;
  while (value > 0 && decimals < 9 && value < magnitude) magnitude /= 10, ++decimals;
  std::ostringstream text;
  text << std::fixed << std::setprecision(decimals) << value;
  return text.str();
}
inline std::string microseconds(double seconds) { return number(seconds * 1e6); }
inline std::string times(double ratio) { return number(ratio) + "×"; }

class Table {
 public:
  explicit Table(std::vector<std::string> header) : rows_{std::move(header)} {}

  void add(std::vector<std::string> row) { rows_.push_back(std::move(row)); }

  /// With columns as wide as their widest cell; all but the first are flush right.
  friend std::ostream& operator<<(std::ostream& stream, const Table& table) {
    std::vector<std::size_t> widths(table.rows_.front().size(), 3);
    for (const auto& row : table.rows_) {
      for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], characters(row[i]));
    }
    for (std::size_t index = 0; index < table.rows_.size(); ++index) {
      const auto& row = table.rows_[index];
      for (std::size_t i = 0; i < row.size(); ++i) {
        const std::string blanks(widths[i] - characters(row[i]), ' ');
        stream << "| " << (i == 0 ? row[i] + blanks : blanks + row[i]) << " ";
      }
      stream << "|\n";
      if (index > 0) continue;
      for (std::size_t i = 0; i < row.size(); ++i) {
        stream << "|" << std::string(widths[i] + 1, '-') << (i == 0 ? "-" : ":");
      }
      stream << "|\n";
    }
    return stream;
  }

 private:
  /// How many characters a UTF-8 text has.
  static std::size_t characters(const std::string& text) {
    return static_cast<std::size_t>(std::count_if(
        text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
  }

  std::vector<std::vector<std::string>> rows_;
};

/// What a ratio has to be; nothing in particular if the limit is 0. It fails where it is `margin` times as bad, so that
/// a busy machine fails nothing: for regressions.
struct Bound {
  enum Side { at_least, at_most } side = at_least;
  double limit = 0;
  double margin = 2;

  bool holds(double ratio) const {  // false for NaN
    return limit == 0 || (side == at_least ? ratio >= limit / margin : ratio <= limit * margin);
  }

  std::string text() const {
    if (limit == 0) return "";
    std::ostringstream stream;
    stream << (side == at_least ? "≥ " : "≤ ") << limit << "×";
    return stream.str();
  }
};

/// What a program exits with.
class Verdict {
 public:
  void check(const std::string& what, double ratio, const Bound& bound) {
    if (!bound.holds(ratio)) fail(what + ": " + times(ratio) + ", and " + bound.text() + " is required");
  }
  void fail(const std::string& what) {
    ok_ = false;
    std::cerr << "FAILED " << what << "\n";
  }

  int exit_status() const { return ok_ ? 0 : 1; }

 private:
  bool ok_ = true;
};

}  // namespace crisp_benchmarks
