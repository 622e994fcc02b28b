// Mean absolute error.
#pragma once

#include <limits>

#include "crisp/core/loss.hpp"

namespace crisp {

/// plane value = mean |prediction - target|
///
/// Weights: the weighted mean. Gradient: sign(prediction - target) / pixels; 0 where they are equal, the kink's
/// subgradient. (Differences below the smallest normal number, 1.2e-38 in float, have a slope in between.)
/// Accuracy: value to 1e-12 relative in double, 1e-6 in float; the gradient is exact to the last bit or two.
/// Cost: one pass over the pixels.
template <typename T>
struct L1Loss : PlaneLoss<T> {
  static constexpr const char* name = "L1Loss";
  static constexpr bool takes_weights = true;

  const L1Loss& swapped() const { return *this; }
  RowWindows row_windows(Index /*height*/, Index /*width*/) const { return RowWindows::pixels(); }
  T plane(const PlanePair<T>& images, PlaneGradient<T> gradient) const {
    const auto residual = images.prediction - images.target;
    // Its sign: r/|r|, which unlike Eigen's sign() is vectorised.
    const auto sign = residual / residual.abs().max(std::numeric_limits<T>::min());
    return pixel_mean(images, residual.abs(), sign, gradient);
  }
};

}  // namespace crisp
