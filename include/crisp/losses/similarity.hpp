// How similar two planes are in a window, from the window's statistics of the sum s = x + y and the difference
// d = x - y of their pixels. SSIM is a product of two factors, luminance l and contrast-structure cs:
//
//   l  = (2 μx μy + C1) / (μx² + μy² + C1)  = 1 - p,  p = 2 μd² / (μs² + μd² + 2 C1)
//   cs = (2 σxy + C2) / (σx² + σy² + C2)    = 1 - q,  q = 2 σd² / (σs² + σd² + 2 C2)
//
// Nothing cancels in p and q: they are exactly 0 for equal images, and never negative. Where a denominator is 0
// (possible only if C is) so is its numerator, and the ratio counts as 0.
#pragma once

#include <cstddef>
#include <limits>

#include "crisp/filters/symmetric_sum.hpp"

namespace crisp::detail {

/// What is known of some windows, or a derivative with respect to each of these.
template <typename T>
struct Statistics {
  Batch<T> sum_mean, difference_mean;          // μs, μd
  Batch<T> sum_variance, difference_variance;  // σs², σd²
};

/// 1 / x, and 0 where x is 0.
template <typename T>
Batch<T> inverse_or_zero(const Batch<T>& x) {
  return xsimd::select(x >= Batch<T>(std::numeric_limits<T>::min()), Batch<T>(T(1)) / x, Batch<T>(T(0)));
}

/// p of some windows.
template <typename T>
struct LuminanceLoss {
  Batch<T> inverse, value;

  LuminanceLoss(const Statistics<T>& of, T c1)
      : inverse(inverse_or_zero<T>(of.sum_mean * of.sum_mean + of.difference_mean * of.difference_mean +
                                   Batch<T>(2 * c1))),
        value(Batch<T>(T(2)) * of.difference_mean * of.difference_mean * inverse) {}

  /// factor ∂p
  void derive(const Statistics<T>& of, const Batch<T>& factor, Statistics<T>& by) const {
    const Batch<T> two(T(2));
    const Batch<T> slope = factor * inverse * two;
    by.sum_mean = -(slope * value * of.sum_mean);
    by.difference_mean = slope * (two - value) * of.difference_mean;
  }
};

/// q of some windows.
template <typename T>
struct ContrastLoss {
  Batch<T> inverse, value;

  ContrastLoss(const Statistics<T>& of, T c2)
      : inverse(inverse_or_zero<T>(of.sum_variance + of.difference_variance + Batch<T>(2 * c2))),
        value(Batch<T>(T(2)) * of.difference_variance * inverse) {}

  /// factor ∂q
  void derive(const Batch<T>& factor, Statistics<T>& by) const {
    const Batch<T> slope = factor * inverse;
    by.sum_variance = -(slope * value);
    by.difference_variance = slope * (Batch<T>(T(2)) - value);
  }
};

/// 1 - cs.
template <typename T>
struct ContrastComparison {
  static constexpr std::size_t most_scales = 1;
  T c2;

  template <bool with_gradient>
  Batch<T> compare(const Statistics<T>* of, Statistics<T>* by, std::size_t /*scales*/) const {
    const ContrastLoss<T> contrast(*of, c2);
    if constexpr (with_gradient) {
      by->sum_mean = by->difference_mean = Batch<T>(T(0));
      contrast.derive(Batch<T>(T(1)), *by);
    }
    return contrast.value;
  }
};

/// 1 - l Π cs, the cs of every scale and the l of the last. One scale makes it 1 - SSIM.
template <typename T, std::size_t most>
struct SimilarityComparison {
  static constexpr std::size_t most_scales = most;
  T c1;
  T c2;

  template <bool with_gradient>
  Batch<T> compare(const Statistics<T>* of, Statistics<T>* by, std::size_t scales) const {
    const Batch<T> one(T(1));
    const std::size_t last = scales - 1;
    const LuminanceLoss<T> luminance(of[last], c1);

    // 1 - (1 - f) (1 - q) = f + q - f q, which does not cancel, factor by factor.
    Batch<T> value = luminance.value;
    Batch<T> after[most + 1];  // of a scale, the product of the cs that follow
    after[last] = one;
    for (std::size_t scale = scales; scale-- > 0;) {
      const ContrastLoss<T> contrast(of[scale], c2);
      value = value + contrast.value - value * contrast.value;
      if constexpr (with_gradient) {
        (scale == 0 ? after[most] : after[scale - 1]) = after[scale] * (one - contrast.value);
      }
    }
    if constexpr (with_gradient) {
      for (std::size_t scale = 0; scale < last; ++scale) {
        by[scale].sum_mean = by[scale].difference_mean = Batch<T>(T(0));
      }
      luminance.derive(of[last], after[most], by[last]);
      Batch<T> before = one - luminance.value;  // l and the product of the cs that go before
      for (std::size_t scale = 0; scale < scales; ++scale) {
        const ContrastLoss<T> contrast(of[scale], c2);
        contrast.derive(before * after[scale], by[scale]);
        before = before * (one - contrast.value);
      }
    }
    return value;
  }
};

}  // namespace crisp::detail
