// How similar two planes are in a window, from the window's statistics of the sum s = x + y and the difference
// d = x - y of their pixels. SSIM is a product of two factors, luminance l and contrast-structure cs:
//
//   l  = (2 μx μy + C1) / (μx² + μy² + C1)  = 1 - p,  p = 2 μd² / (μs² + μd² + 2 C1)
//   cs = (2 σxy + C2) / (σx² + σy² + C2)    = 1 - q,  q = 2 σd² / (σs² + σd² + 2 C2)
//
// Nothing cancels in p and q: they are exactly 0 for equal images, and never negative. Where a denominator is 0
// (possible only if C is) so is its numerator, and the ratio counts as 0. Where images have little in common, 1 - p and 1 - q are
// differences of like numbers, and MS-SSIM takes a power of their mean: so l and cs are had without them too,
//
//   l  = ((μs - μd) (μs + μd) + 2 C1) / (μs² + μd² + 2 C1),   cs = (σs² - σd² + 2 C2) / (σs² + σd² + 2 C2)
#pragma once

#include <cstddef>
#include <limits>
#include <type_traits>

#include "crisp/filters/symmetric_sum.hpp"

namespace crisp::detail {

/// What is known of some windows, or a derivative with respect to each of these.
template <typename T>
struct Statistics {
  Batch<T> sum_mean, difference_mean;          // μs, μd
  Batch<T> sum_variance, difference_variance;  // σs², σd²
};

/// Which of the constants C1 and C2 are 0.
struct ZeroConstants {
  bool c1;
  bool c2;

  bool any() const { return c1 || c2; }
};

/// What rounding has made of the statistics of windows that should be 0. Only a constant of 0 makes it matter: then black windows have
/// no luminance to compare (C1), flat ones no structure (C2), and rounding must not stand in for these. What belongs to a constant that
/// is not 0 stays as it is, however small.
template <typename T>
struct StatisticsRounding {
  T of_variances;  // relative to the mean squares that they are made of
  T of_means;      // the same of squares of means
  T of_centres;    // and what those have besides

  /// For windows of so many taps, and means of that size.
  StatisticsRounding(Index taps, T centre, const ZeroConstants& zero) {
    const T epsilon = std::numeric_limits<T>::epsilon();
    const T errors = std::is_same_v<T, float> ? T(4) : T(64);  // in float more would hide what images have
    of_variances = !zero.c2    ? T(0)
                   : taps == 1 ? T(2)  // a window of one pixel has no variance
                               : errors * epsilon;
    of_means = zero.c1 ? errors * errors * epsilon * epsilon : T(0);
    of_centres = of_means * centre * centre;
  }

  /// Makes them 0, given E[s²] and E[d²] of what has lost its mean.
  void clear(const Batch<T>& sum_square, const Batch<T>& difference_square, Statistics<T>& of) const {
    const Batch<T> zero(T(0));
    const Batch<T> squares = sum_square + difference_square;
    const auto is_black = of.sum_mean * of.sum_mean + of.difference_mean * of.difference_mean <=
                          Batch<T>(of_means) * squares + Batch<T>(of_centres);
    const auto is_flat = of.sum_variance + of.difference_variance <= Batch<T>(of_variances) * squares;
    of = {xsimd::select(is_black, zero, of.sum_mean), xsimd::select(is_black, zero, of.difference_mean),
          xsimd::select(is_flat, zero, of.sum_variance),
          xsimd::select(is_flat, zero, of.difference_variance)};
  }
};

/// 1 / x, and 0 where x is 0.
template <typename T>
Batch<T> inverse_or_zero(const Batch<T>& x) {
  return xsimd::select(x >= Batch<T>(std::numeric_limits<T>::min()), Batch<T>(T(1)) / x, Batch<T>(T(0)));
}

/// numerator / denominator, given the inverse of the denominator, and 1 where that is 0: which it may be if its constant is.
template <bool may_be_zero, typename T>
Batch<T> ratio_or_one(const Batch<T>& numerator, const Batch<T>& inverse) {
  const Batch<T> ratio = numerator * inverse;
  if constexpr (!may_be_zero) return ratio;
  return xsimd::select(inverse == Batch<T>(T(0)), Batch<T>(T(1)) + ratio, ratio);  // NaN stays NaN
}

/// p of some windows.
template <typename T>
struct LuminanceLoss {
  Batch<T> inverse, value;

  LuminanceLoss(const Statistics<T>& of, T c1)
      : inverse(inverse_or_zero<T>(of.sum_mean * of.sum_mean + of.difference_mean * of.difference_mean +
                                   Batch<T>(2 * c1))),
        value(Batch<T>(T(2)) * of.difference_mean * of.difference_mean * inverse) {}

  /// l
  template <bool may_be_zero>
  Batch<T> similarity(const Statistics<T>& of, T c1) const {
    const Batch<T> product =
        (of.sum_mean - of.difference_mean) * (of.sum_mean + of.difference_mean) + Batch<T>(2 * c1);
    return ratio_or_one<may_be_zero, T>(product, inverse);
  }

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
      : inverse(inverse_or_zero<T>((of.sum_variance + Batch<T>(2 * c2)) + of.difference_variance)),
        value(Batch<T>(T(2)) * of.difference_variance * inverse) {}

  /// cs
  template <bool may_be_zero>
  Batch<T> similarity(const Statistics<T>& of, T c2) const {
    return ratio_or_one<may_be_zero, T>((of.sum_variance + Batch<T>(2 * c2)) - of.difference_variance,
                                        inverse);
  }

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
  static constexpr bool measures_similarity = true;
  T c2;

  ZeroConstants zero_constants() const { return {false, c2 == T(0)}; }
  /// cs
  template <bool may_be_zero>
  Batch<T> similarity(const Statistics<T>& of) const {
    return ContrastLoss<T>(of, c2).template similarity<may_be_zero>(of, c2);
  }

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
  static constexpr bool measures_similarity = false;
  T c1;
  T c2;

  ZeroConstants zero_constants() const { return {c1 == T(0), c2 == T(0)}; }

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

/// The same of one scale, where it is to be known directly how similar windows are: l cs, of images with little in common.
template <typename T>
struct MeasuredSimilarity : SimilarityComparison<T, 1> {
  static constexpr bool measures_similarity = true;

  template <bool may_be_zero>
  Batch<T> similarity(const Statistics<T>& of) const {
    return LuminanceLoss<T>(of, this->c1).template similarity<may_be_zero>(of, this->c1) *
           ContrastLoss<T>(of, this->c2).template similarity<may_be_zero>(of, this->c2);
  }
};

}  // namespace crisp::detail
