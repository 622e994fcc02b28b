#include "soak/comparison.hpp"

#include <sstream>

namespace soak {
namespace {

std::string in_words(const std::string& what, Real got, Real expected, Real stated, Real slack) {
  std::ostringstream stream;
  stream.precision(9);
  stream << what << " is " << got << " for " << expected;
  stream.precision(3);
  stream << ", off by " << std::abs(got - expected) << ", stated " << stated << ", slack " << slack;
  return stream.str();
}

}  // namespace

void Comparator::compare(const std::string& what, Real got, Real expected, Real stated, Real slack) {
  // What is below the smallest normal numbers is lost in any precision.
  const Real error = std::abs(got - expected) - 1000 * precision_.smallest;
  const std::string words = in_words(what, got, expected, stated, slack);
  if (verbose_) report_.comparisons.push_back(words);
  if (error <= stated) return;
  if (error <= stated + slack) {
    report_.rested_on_slack = true;
  } else {
    report_.failures.push_back(words);
  }
}

void Comparator::compare_value(const std::string& what, Real got, const BatchEstimate& estimate, Size first,
                               Size count) {
  Real value = 0;
  Real stated = 0;
  Real slack = 0;
  for (Size i = first; i < first + count; ++i) {
    const std::size_t plane = static_cast<std::size_t>(i);
    value += estimate.planes[plane].value;
    stated += estimate.value_tolerances[plane];
    slack += estimate.planes[plane].value_slack;
  }
  const Real planes = static_cast<Real>(count);
  compare(what, got, value / planes, stated / planes, slack / planes);
}

void Comparator::compare_entries(const std::string& what, const std::vector<Real>& got,
                                 const BatchEstimate& estimate) {
  const Real planes = static_cast<Real>(estimate.planes.size());
  std::size_t next = 0;
  // The entry that is furthest beyond what it may be off speaks for all.
  Real worst = -1;
  Real worst_got = 0;
  Real worst_expected = 0;
  Real worst_slack = 0;
  std::string where;
  for (std::size_t i = 0; i < estimate.planes.size(); ++i) {
    const Estimate& plane = estimate.planes[i];
    for (Size p = 0; p < plane.gradient.size(); ++p) {
      const Real entry = got[next++];
      const Real expected = plane.gradient[p] / planes;
      const Real slack = plane.gradient_slack[p] / planes;
      const Real allowed = estimate.gradient_tolerance / planes + slack + precision_.smallest;
      const Real excess = std::abs(entry - expected) / allowed;
      if (excess <= worst) continue;
      worst = excess <= Real(1e4000L) ? excess : Real(1e4000L);
      worst_got = entry;
      worst_expected = expected;
      worst_slack = slack;
      where = " at [" + std::to_string(i) + ", " + std::to_string(p / plane.gradient.width) + ", " +
              std::to_string(p % plane.gradient.width) + "]";
      if (std::abs(entry - expected) > estimate.gradient_tolerance / planes + 1000 * precision_.smallest)
        report_.rested_on_slack = true;
    }
  }
  compare(what + where, worst_got, worst_expected, estimate.gradient_tolerance / planes, worst_slack);
}

void Comparator::check(const std::string& what, bool holds) {
  if (verbose_) report_.comparisons.push_back(what + (holds ? ": yes" : ": no"));
  if (!holds) report_.failures.push_back("not so: " + what);
}

}  // namespace soak
