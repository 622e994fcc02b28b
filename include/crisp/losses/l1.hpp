// Mean absolute error.
#pragma once

#include "crisp/core/loss.hpp"

namespace crisp {

/// plane value = mean |prediction - target|
///
/// Gradient: sign(prediction - target) / pixels; 0 where they are equal, the kink's subgradient.
/// Accuracy: value to 1e-12 relative in double, 1e-6 in float; the gradient is exact to the last bit or two.
/// Cost: one pass over the pixels.
template <typename T>
struct L1Loss : PlaneLoss<T> {
  T plane(const PlanePair<T>& images, PlaneGradient<T> gradient) const {
    const auto residual = images.prediction - images.target;
    if (gradient) gradient.add(residual.sign() / static_cast<T>(residual.size()));
    return plane_mean(residual.abs());
  }
};

}  // namespace crisp
