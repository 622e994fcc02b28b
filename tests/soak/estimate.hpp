// What a reference says: a value, its gradient, and how far each may be off.
//
// There are two reasons to be off. `stated` is what the docstring of the loss promises of the value relatively, and of the
// gradient as a share of its largest entry. `slack` is what no arithmetic of that precision can avoid on the given pixels. It
// has one rule everywhere: each quantity that a loss computes is known to a rounding that follows from what it is computed
// from, and the slack is what that rounding comes to in the value and in each entry of the gradient, by the derivative of the
// formula. Where the quantity lies within its rounding of a kink, the slack is the jump to the other side. Where it lies at the
// kink exactly (the reference finds nothing but its own rounding, which is a thousand times less) there is no such slack: the
// documented subgradient must be found.
#pragma once

#include <functional>
#include <vector>

#include "soak/plane.hpp"

namespace soak {

/// What the docstring of a loss states.
struct Stated {
  double value;
  double gradient;
};

/// Of one plane.
struct Estimate {
  Real value = 0;
  Real value_slack = 0;
  Plane gradient;
  Plane gradient_slack;

  Estimate(Size height, Size width) : gradient(height, width), gradient_slack(height, width) {}
};

/// Of a batch, whose value is the mean of its planes' values, and whose gradient is that of their sum.
struct BatchEstimate {
  std::vector<Estimate> planes;
  std::vector<Real> value_tolerances;  ///< of each plane, as stated
  Real gradient_tolerance = 0;         ///< of every entry, as stated
};

using Reference = std::function<BatchEstimate(const Batch&, const Precision&)>;
using PlaneReference = std::function<Estimate(const Pair&, const Precision&)>;

/// Adds what is stated of estimates that lack it.
BatchEstimate with_stated(std::vector<Estimate> planes, const Stated& stated);

/// The reference of a loss that is a mean over planes.
Reference over_planes(PlaneReference plane, Stated in_double, Stated in_float);

/// Σ factor · reference.
struct Summand {
  double factor;
  Reference reference;
};
Reference sum_of(std::vector<Summand> summands);

}  // namespace soak
