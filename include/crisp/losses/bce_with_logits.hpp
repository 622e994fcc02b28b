// Binary cross entropy of logits: what a sigmoid output is trained with, without the sigmoid's overflow.
#pragma once

#include <type_traits>
#include <xsimd/xsimd.hpp>

#include "crisp/core/loss.hpp"
#include "crisp/losses/exponential.hpp"
#include "crisp/losses/packed_pixels.hpp"

namespace crisp {

/// plane value = mean( max(x, 0) - x y + ln(1 + e^{-|x|}) ), x the prediction (a logit, any real number), y
/// the target (a probability, usually 0 or 1); the same as -y ln σ(x) - (1 - y) ln(1 - σ(x)), but finite for
/// any finite logit.
///
/// Weights: the weighted mean. Gradient: (σ(x) - y) / pixels, with respect to the target -x / pixels; smooth
/// everywhere.
/// Accuracy: value to 1e-12 relative in double, 1e-6 in float; gradient to 1e-10 and 2e-6 of its largest entry, in float 5e-5 where
/// σ(x) and y are nearly equal everywhere.
/// Cost: one pass over the pixels, an exponential, two quotients and a polynomial each.
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
    return detail::packed_pixel_mean(images, gradient, [this](const Pack& first, const Pack& second) {
      return swapped_ ? term(second, first) : term(first, second);
    });
  }

 private:
  using Pack = xsimd::batch<T>;

  /// Of logits x and probabilities y. σ(x) is 1/(1+e) for x >= 0, e = e^{-|x|}, and e/(1+e) below.
  detail::PixelTerm<T> term(const Pack& x, const Pack& y) const {
    const Pack zero(T(0));
    const Pack one(T(1));
    const Pack exponential = detail::exponential<T>(-xsimd::abs(x));
    const Pack value = xsimd::max(x, zero) - x * y + log_of_one_plus(exponential);
    const Pack sigmoid = xsimd::select(x < zero, exponential, one) / (one + exponential);
    return {value, swapped_ ? -x : sigmoid - y};
  }

  /// ln(1 + e) = 2 artanh(s) = 2 s (1 + s²/3 + s⁴/5 + …), s = e/(2 + e), for e in [0, 1]: there s² <= 1/9, and the terms
  /// left out are below rounding.
  static Pack log_of_one_plus(const Pack& e) {
    constexpr int terms = std::is_same_v<T, float> ? 9 : 18;
    const Pack s = e / (Pack(T(2)) + e);
    const Pack square = s * s;
    Pack sum(T(1) / T(2 * terms - 1));
    for (int k = terms - 2; k >= 0; --k) sum = xsimd::fma(sum, square, Pack(T(1) / T(2 * k + 1)));
    return (s + s) * sum;
  }

  bool swapped_ = false;
};

}  // namespace crisp
