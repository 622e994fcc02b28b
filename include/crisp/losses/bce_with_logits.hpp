// Binary cross entropy of logits: what a sigmoid output is trained with, without the sigmoid's overflow.
#pragma once

#include "crisp/core/loss.hpp"

namespace crisp {

/// plane value = mean( max(x, 0) - x y + ln(1 + e^{-|x|}) ), x the prediction (a logit, any real number), y
/// the target (a probability, usually 0 or 1); the same as -y ln σ(x) - (1 - y) ln(1 - σ(x)), but finite for
/// any finite logit.
///
/// Weights: the weighted mean. Gradient: (σ(x) - y) / pixels, with respect to the target -x / pixels; smooth
/// everywhere.
/// Accuracy: value to 1e-12 relative in double, 1e-6 in float; gradient to 1e-10 and 1e-6 of its largest entry.
/// Cost: one pass over the pixels, two exponentials and a logarithm each.
template <typename T>
class BceWithLogitsLoss : public PlaneLoss<T> {
 public:
  static constexpr const char* name = "BceWithLogitsLoss";
  static constexpr bool takes_weights = true;

  /// The loss of a target, first, against a prediction.
  BceWithLogitsLoss swapped() const {
    BceWithLogitsLoss loss;
    loss.swapped_ = !swapped_;
    return loss;
  }
  RowWindows row_windows(Index /*height*/, Index /*width*/) const { return RowWindows::pixels(); }
  T plane(const PlanePair<T>& images, PlaneGradient<T> gradient) const {
    const auto& x = swapped_ ? images.target : images.prediction;
    const auto& y = swapped_ ? images.prediction : images.target;
    const auto value = x.max(T(0)) - x * y + (-x.abs()).exp().log1p();
    if (swapped_) return pixel_mean(images, value, -x, gradient);
    return pixel_mean(images, value, x.logistic() - y, gradient);
  }

 private:
  bool swapped_ = false;
};

}  // namespace crisp
