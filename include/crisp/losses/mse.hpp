// Mean squared error.
#pragma once

#include "crisp/core/loss.hpp"

namespace crisp {

/// plane value = mean (prediction - target)²
///
/// Gradient: 2 (prediction - target) / pixels; smooth everywhere.
/// Accuracy: value to 1e-12 relative in double, 1e-6 in float; the gradient to the last bit or two.
/// Cost: one pass over the pixels.
template <typename T>
struct MseLoss : PlaneLoss<T> {
  T plane(const PlanePair<T>& images, PlaneGradient<T> gradient) const {
    const auto residual = images.prediction - images.target;
    if (gradient) gradient.add(residual * (2 / static_cast<T>(residual.size())));
    return plane_mean(residual.square());
  }
};

}  // namespace crisp
