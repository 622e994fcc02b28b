// Binary cross entropy of logits: what a sigmoid output is trained with, without the sigmoid's overflow.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <type_traits>
#include <xsimd/xsimd.hpp>

#include "crisp/core/aligned.hpp"
#include "crisp/core/loss.hpp"
#include "crisp/losses/exponential.hpp"

namespace crisp {

/// plane value = mean( max(x, 0) - x y + ln(1 + e^{-|x|}) ), x the prediction (a logit, any real number), y
/// the target (a probability, usually 0 or 1); the same as -y ln σ(x) - (1 - y) ln(1 - σ(x)), but finite for
/// any finite logit.
///
/// Weights: the weighted mean. Gradient: (σ(x) - y) / pixels, with respect to the target -x / pixels; smooth
/// everywhere.
/// Accuracy: value to 1e-12 relative in double, 1e-6 in float; gradient to 1e-10 and 1e-6 of its largest entry.
/// Cost: two passes over the pixels, an exponential, two quotients and a polynomial each. Workspace: two planes a thread.
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

  /// Values and derivatives, pixel by pixel.
  struct Workspace {
    detail::AlignedVector<T> values;
    detail::AlignedVector<T> derivatives;
  };
  void prepare(Workspace& workspace, Index height, Index width) const {
    workspace.values.resize(static_cast<std::size_t>(height * width));
    workspace.derivatives.resize(static_cast<std::size_t>(height * width));
  }
  T plane(const PlanePair<T>& images, PlaneGradient<T> gradient, Workspace& workspace) const {
    const auto& logits = swapped_ ? images.target : images.prediction;
    const auto& probabilities = swapped_ ? images.prediction : images.target;
    const Index pixels = logits.size();
    Index i = 0;
    for (; i + pack <= pixels; i += pack) {
      evaluate(logits.data() + i, probabilities.data() + i, workspace.values.data() + i,
               workspace.derivatives.data() + i);
    }
    std::array<std::array<T, Pack::size>, 4> rest{};
    std::copy_n(logits.data() + i, pixels - i, rest[0].begin());
    std::copy_n(probabilities.data() + i, pixels - i, rest[1].begin());
    evaluate(rest[0].data(), rest[1].data(), rest[2].data(), rest[3].data());
    std::copy_n(rest[2].begin(), pixels - i, workspace.values.data() + i);
    std::copy_n(rest[3].begin(), pixels - i, workspace.derivatives.data() + i);
    return pixel_mean(images, Plane<T>(workspace.values.data(), logits.rows(), logits.cols()),
                      Plane<T>(workspace.derivatives.data(), logits.rows(), logits.cols()), gradient);
  }

 private:
  using Pack = xsimd::batch<T>;
  static constexpr auto pack = static_cast<Index>(Pack::size);

  /// A pack of pixels. σ(x) is 1/(1+e) for x >= 0, e = e^{-|x|}, and e/(1+e) below.
  void evaluate(const T* logits, const T* probabilities, T* values, T* derivatives) const {
    const Pack x = Pack::load_unaligned(logits);
    const Pack y = Pack::load_unaligned(probabilities);
    const Pack zero(T(0));
    const Pack one(T(1));
    const Pack exponential = detail::exponential<T>(-xsimd::abs(x));
    (xsimd::max(x, zero) - x * y + log_of_one_plus(exponential)).store_unaligned(values);
    const Pack sigmoid = xsimd::select(x < zero, exponential, one) / (one + exponential);
    (swapped_ ? -x : sigmoid - y).store_unaligned(derivatives);
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
