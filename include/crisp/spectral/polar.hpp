// Pairs of bins in polar coordinates, and where these have no derivative, on SIMD batches of bins.
//
// X and Y come as half their sum and half their difference, S = (X+Y)/2 and Δ = (X-Y)/2, since nothing cancels in
//   |X| - |Y| = 4 Re(Δ conj S)/(|X|+|Y|),   Im(X conj Y) = 2 Im(Δ conj S)
// where X and Y are nearly equal: the difference keeps the digits that it has.
//
// What a transform leaves of a number that is 0 is rounding, whose phase means nothing and whose sign is anyone's. So there are bounds
// of the rounding in S and Δ, and whatever lies within what these make of it counts as 0.
#pragma once

#include <limits>
#include <type_traits>
#include <xsimd/xsimd.hpp>

#include "crisp/spectral/complex_batch.hpp"

namespace crisp::detail {

/// The bins X = sum + difference and Y = sum - difference.
// Sums of products are written with fma, as a compiler would choose which product to round by what else it computes: values
// with a gradient and without must be the same.
template <typename V>
struct BinPair {
  ComplexBatch<V> sum;
  ComplexBatch<V> difference;

  ComplexBatch<V> x() const { return {sum.re + difference.re, sum.im + difference.im}; }
  ComplexBatch<V> y() const { return {sum.re - difference.re, sum.im - difference.im}; }
  /// Re X conj Y.
  V product() const { return xsimd::fma(x().re, y().re, x().im * y().im); }
  /// Re and Im of Δ conj S.
  V along() const { return xsimd::fma(difference.re, sum.re, difference.im * sum.im); }
  V across() const { return xsimd::fms(difference.im, sum.re, difference.re * sum.im); }
};

/// How large the rounding in a bin's sum and difference may be.
template <typename V>
struct Rounding {
  V sum;
  V difference;

  /// That of a number of the size of the bins, relatively.
  static constexpr auto relative = 3 * std::numeric_limits<typename V::value_type>::epsilon();

  /// That in X and Y, of bins that may be 0: then |S| = |Δ|. Large bins have some of their own.
  V of_bins(const BinPair<V>& bins) const {
    return sum + difference + V(2 * relative) * size_of_difference(bins);
  }

  /// That in Re Δ and Im Δ.
  V of_parts(const BinPair<V>& bins) const { return difference + V(relative) * size_of_difference(bins); }

  /// That in Δ conj S, given (|X|+|Y|)/2, which |S| does not exceed.
  V of_product(const BinPair<V>& bins, const V& mean_amplitude) const {
    const V size = size_of_difference(bins);
    return mean_amplitude * (difference + V(relative) * size) + sum * size;
  }

 private:
  static V size_of_difference(const BinPair<V>& bins) {
    return xsimd::abs(bins.difference.re) + xsimd::abs(bins.difference.im);
  }
};

/// No less than these are, and cheap: with |X|+|Y|, or more, for `amplitudes`, of_bins is below it, and of_product is
/// below it times `amplitudes`.
template <typename V>
struct RoundingBound {
  using T = typename V::value_type;
  static constexpr T factor = T(2.83);  // 2√2, and a little

  V start;  // the factor times the sum of both roundings

  V operator()(const V& amplitudes) const {
    return xsimd::fma(V(factor * Rounding<V>::relative), amplitudes, start);
  }
};

/// What a distance gives: the value, and the derivative with respect to X.
template <typename V>
struct BinDistance {
  V value;
  ComplexBatch<V> derivative;
};

/// x, or 0 where |x| is not above the bound. NaN stays NaN.
template <typename V>
V above(const V& bound, const V& x) {
  return xsimd::select(xsimd::abs(x) <= bound, V(0), x);
}

/// size * sign(x), for size >= 0: 0 at x = 0.
template <typename V>
V with_sign_of(const V& x, const V& size) {
  return xsimd::select(x == V(0), V(0), xsimd::copysign(size, x));
}

/// What distances in polar coordinates compute of all bins beforehand. Roots, quotients and arctangents are long chains of
/// dependent instructions, and a loop with little else in it keeps several of them going at once.
template <typename V>
struct Prepared {
  V x, y;     // |X| and |Y|
  V inverse;  // 1/(|X| (|X|+|Y|))
  V angle;    // what a phase distance asks for

  Prepared() = default;
  explicit Prepared(const BinPair<V>& bins)
      : x(xsimd::sqrt(square_of(bins.x()))),
        y(xsimd::sqrt(square_of(bins.y()))),
        inverse(V(1) / (x * (x + y))) {}
};

/// Bins in polar coordinates.
template <typename V>
struct Polar {
  V x, y;                // |X| and |Y|
  V inverse_x;           // 1/|X|
  ComplexBatch<V> bin;   // X
  V difference;          // |X|-|Y|
  V slope;               // its sign
  V phase;               // φ
  V turn;                // ∂φ/∂X = turn · i (X+b)
  ComplexBatch<V> from;  // X+b

  Polar(const BinPair<V>& bins, const Prepared<V>& prepared)
      : x(prepared.x), y(prepared.y), inverse_x(prepared.inverse * (x + y)), bin(bins.x()), from(bin) {
    difference = V(4) * bins.along() * (prepared.inverse * x);
    slope = xsimd::copysign(V(1), difference);
  }
};

/// Where a bin lies within rounding of what has no derivative.
template <typename V>
struct Kinks {
  using Mask = decltype(V() == V());
  Mask x_vanishes;
  Mask y_vanishes;
  Mask equal_amplitudes;
  Mask equal_phases;  // or opposite ones

  Kinks(const BinPair<V>& bins, const Rounding<V>& rounding, const Polar<V>& polar) {
    const V bound = rounding.of_bins(bins);
    const V of_product = rounding.of_product(bins, V(0.5) * (polar.x + polar.y));
    x_vanishes = polar.x <= bound;
    y_vanishes = polar.y <= bound;
    equal_amplitudes = xsimd::abs(bins.along()) <= of_product;
    equal_phases = xsimd::abs(bins.across()) <= of_product;
  }

  /// Where amplitudes may vanish or be equal: a cheap test, which has some bins more.
  static Mask possible(const RoundingBound<V>& rounding, const Polar<V>& polar) {
    const V bound = rounding(polar.x + polar.y);
    return xsimd::min(polar.x, polar.y) <= bound || xsimd::abs(polar.difference) <= bound;
  }
  /// Where phases may be equal or opposite but for rounding, likewise. Those of real bins are so exactly.
  static Mask possible_of_phase(const BinPair<V>& bins, const RoundingBound<V>& rounding,
                                const V& amplitudes) {
    const V across = xsimd::abs(bins.across());
    return across <= rounding(amplitudes) * amplitudes && across != V(0);
  }

  /// Has 0 for what vanishes, and the slope 0 for amplitudes that are equal. Their difference stays what it was found to be: many that
  /// are next to 0 would otherwise be missed together.
  void round(const BinPair<V>& bins, const Rounding<V>& rounding, Polar<V>& polar) const {
    // Bins that are equal but for rounding vanish together: then |Y| <= |X| + 2|Δ|.
    const Mask y_is_zero = y_vanishes || (x_vanishes && polar.y <= V(3) * rounding.of_bins(bins));
    const V zero(0);
    polar.x = xsimd::select(x_vanishes, zero, polar.x);
    polar.y = xsimd::select(y_is_zero, zero, polar.y);
    polar.inverse_x = xsimd::select(x_vanishes, zero, polar.inverse_x);
    polar.difference = xsimd::select(x_vanishes, -polar.y, polar.difference);
    polar.slope = xsimd::select(equal_amplitudes && !x_vanishes, zero, with_sign_of(polar.difference, V(1)));
  }

  /// Has 0 for the phase of what vanishes, and for the slope of phases that are equal. In double, where rounding is far below what
  /// anybody measures, these are 0 too; in float many that are next to 0 would be missed together.
  void round_phase(Polar<V>& polar) const {
    const Mask vanish = x_vanishes || y_vanishes;
    const Mask are_equal = equal_phases && polar.phase < V(1);
    constexpr bool is_double = std::is_same_v<typename V::value_type, double>;
    polar.phase = xsimd::select(is_double ? vanish || are_equal : vanish, V(0), polar.phase);
    polar.turn = xsimd::select(vanish || are_equal, V(0), polar.turn);
  }
};

}  // namespace crisp::detail
