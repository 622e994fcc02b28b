// D(X, Y) of two bins, its derivative, and what the rounding of X and Y comes to in both.
#pragma once

#include <crisp/crisp.hpp>

#include "soak/reference/fourier.hpp"

namespace soak {

/// Two bins and how well they are known.
struct BinPair {
  Bin x;
  Bin y;
  Bin difference;       ///< x - y, transformed on its own: nearly equal bins keep its digits
  Real rounding;        ///< of either
  Real own;             ///< what is 0 but for the reference's own rounding is below this
  Real own_difference;  ///< the same of the difference
  bool is_own_mirror;
  Real epsilon;
};

struct Distance {
  Real value = 0;
  Bin derivative;        ///< ∂D/∂Re X + i ∂D/∂Im X
  Real value_slack = 0;  ///< of roundings, which come at random
  Real derivative_slack = 0;
  Real smooth_slack = 0;  ///< the part of the last for what has no kink where bins are equal
  Real value_jump = 0;    ///< of kinks and jumps within rounding, which do not
  Real derivative_jump = 0;
};

Distance distance_of(const BinPair& bins, const crisp::SpectralOptions& options);

}  // namespace soak
