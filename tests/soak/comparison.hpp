// Numbers of the library beside those of a reference.
#pragma once

#include <string>
#include <vector>

#include "soak/estimate.hpp"
#include "soak/trial.hpp"

namespace soak {

/// Compares, and writes what came of it into a report.
class Comparator {
 public:
  Comparator(Report& report, bool verbose, const Precision& precision)
      : report_(report), verbose_(verbose), precision_(precision) {}

  /// A number that may be off by `stated`, or by a slack besides.
  void compare(const std::string& what, Real got, Real expected, Real stated, Real slack);

  /// The mean of some planes' values.
  void compare_value(const std::string& what, Real got, const BatchEstimate& estimate, Size first,
                     Size count);

  /// A gradient in rows, of the mean over the planes.
  template <typename T>
  void compare_gradient(const std::string& what, const std::vector<T>& got, const BatchEstimate& estimate) {
    std::vector<Real> entries(got.begin(), got.end());
    compare_entries(what, entries, estimate);
  }

  /// Whether something holds.
  void check(const std::string& what, bool holds);

 private:
  void compare_entries(const std::string& what, const std::vector<Real>& got, const BatchEstimate& estimate);

  Report& report_;
  bool verbose_;
  Precision precision_;
};

}  // namespace soak
