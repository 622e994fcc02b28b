// Binary cross entropy of logits: what a sigmoid output is trained with, without the sigmoid's overflow.
#pragma once

#include "crisp/core/loss.hpp"

namespace crisp {

/// plane value = mean( max(x, 0) - x y + ln(1 + e^{-|x|}) ), x the prediction (a logit, any real number), y
/// the target (a probability, usually 0 or 1); the same as -y ln σ(x) - (1 - y) ln(1 - σ(x)), but finite for
/// any finite logit.
///
/// Gradient: (σ(x) - y) / pixels; smooth everywhere.
/// Accuracy: value to 1e-12 relative in double, 1e-6 in float; gradient to 1e-10 and 1e-6 of its largest entry.
/// Cost: one pass over the pixels, two exponentials and a logarithm each.
template <typename T>
struct BceWithLogitsLoss : PlaneLoss<T> {
  T plane(const PlanePair<T>& images, PlaneGradient<T> gradient) const {
    const auto& x = images.prediction;
    const auto& y = images.target;
    if (gradient) gradient.add((x.logistic() - y) / static_cast<T>(x.size()));
    return plane_mean(x.max(T(0)) - x * y + (-x.abs()).exp().log1p());
  }
};

}  // namespace crisp
