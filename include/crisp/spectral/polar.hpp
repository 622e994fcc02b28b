// Pairs of bins in polar coordinates, and where these have no derivative, on SIMD batches of bins.
//
// X and Y come as half their sum and half their difference, S = (X+Y)/2 and Δ = (X-Y)/2, since nothing cancels in
//   |X| - |Y| = 4 Re(Δ conj S)/(|X|+|Y|),   X conj Y = |S|² - |Δ|² + 2i Im(Δ conj S)
// where X and Y are nearly equal: the difference keeps the digits that it has.
//
// What a transform leaves of a number that is 0 is rounding, whose phase means nothing and whose sign is anyone's. So there are bounds
// of the rounding in S and Δ, and whatever lies within what these make of it counts as 0.
#pragma once

#include <limits>
#include <xsimd/xsimd.hpp>

#include "crisp/spectral/complex_batch.hpp"

namespace crisp::detail {

/// The bins X = sum + difference and Y = sum - difference.
template <typename V>
struct BinPair {
  ComplexBatch<V> sum;
  ComplexBatch<V> difference;

  ComplexBatch<V> x() const { return {sum.re + difference.re, sum.im + difference.im}; }
  ComplexBatch<V> y() const { return {sum.re - difference.re, sum.im - difference.im}; }
  /// Re and Im of Δ conj S.
  V along() const { return difference.re * sum.re + difference.im * sum.im; }
  V across() const { return difference.im * sum.re - difference.re * sum.im; }
};

/// How large the rounding in a bin's sum and difference may be.
template <typename V>
struct Rounding {
  V sum;
  V difference;

  /// That in X and Y, of bins that may be 0: then |S| = |Δ|. Large bins have some of their own.
  V of_bins(const BinPair<V>& bins) const {
    return sum + difference + V(2) * relative() * size_of_difference(bins);
  }

  /// That in Re Δ and Im Δ.
  V of_parts(const BinPair<V>& bins) const { return difference + relative() * size_of_difference(bins); }

  /// That in Δ conj S, given (|X|+|Y|)/2, which |S| does not exceed.
  V of_product(const BinPair<V>& bins, const V& mean_amplitude) const {
    const V size = size_of_difference(bins);
    return mean_amplitude * (difference + relative() * size) + sum * size;
  }

 private:
  static V relative() { return V(3 * std::numeric_limits<typename V::value_type>::epsilon()); }
  static V size_of_difference(const BinPair<V>& bins) {
    return xsimd::abs(bins.difference.re) + xsimd::abs(bins.difference.im);
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
  V x, y;                  // |X| and |Y|
  V inverse_x;             // 1/|X|
  ComplexBatch<V> phasor;  // e_X
  V difference;            // |X|-|Y|
  V slope;                 // its sign
  BinDistance<V> phase;    // φ and ∂φ/∂X

  Polar(const BinPair<V>& bins, const Prepared<V>& prepared)
      : x(prepared.x), y(prepared.y), inverse_x(prepared.inverse * (x + y)) {
    const ComplexBatch<V> at = bins.x();
    phasor = {at.re * inverse_x, at.im * inverse_x};
    difference = V(4) * bins.along() * (prepared.inverse * x);
    slope = xsimd::copysign(V(1), difference);
  }
};

/// Where a bin lies within rounding of what has no derivative.
template <typename V>
struct Kinks {
  using Bool = decltype(V() == V());
  Bool x_vanishes;
  Bool y_vanishes;
  Bool equal_amplitudes;
  Bool equal_phases;  // or opposite ones

  Kinks(const BinPair<V>& bins, const Rounding<V>& rounding, const Polar<V>& polar) {
    const V bound = rounding.of_bins(bins);
    const V of_product = rounding.of_product(bins, V(0.5) * (polar.x + polar.y));
    x_vanishes = polar.x <= bound;
    y_vanishes = polar.y <= bound;
    equal_amplitudes = xsimd::abs(bins.along()) <= of_product;
    equal_phases = xsimd::abs(bins.across()) <= of_product;
  }

  /// Whether there are any.
  static bool any(const BinPair<V>& bins, const Rounding<V>& rounding, const Polar<V>& polar) {
    const V of_product = rounding.of_product(bins, V(0.5) * (polar.x + polar.y));
    return xsimd::any(xsimd::min(polar.x, polar.y) <= rounding.of_bins(bins) ||
                      xsimd::min(xsimd::abs(bins.along()), xsimd::abs(bins.across())) <= of_product);
  }

  /// Has 0 for what vanishes, and the slope 0 for amplitudes that are equal.
  void round(const BinPair<V>& bins, const Rounding<V>& rounding, Polar<V>& polar) const {
    // Bins that are equal but for rounding vanish together: then |Y| <= |X| + 2|Δ|.
    const Bool y_is_zero = y_vanishes || (x_vanishes && polar.y <= V(3) * rounding.of_bins(bins));
    const V zero(0);
    polar.x = xsimd::select(x_vanishes, zero, polar.x);
    polar.y = xsimd::select(y_is_zero, zero, polar.y);
    polar.inverse_x = xsimd::select(x_vanishes, zero, polar.inverse_x);
    polar.phasor = {xsimd::select(x_vanishes, zero, polar.phasor.re),
                    xsimd::select(x_vanishes, zero, polar.phasor.im)};
    polar.difference =
        xsimd::select(x_vanishes, -polar.y, xsimd::select(equal_amplitudes, zero, polar.difference));
    polar.slope = with_sign_of(polar.difference, V(1));
  }

  /// Has 0 for the phase of what vanishes, and of phases that are equal.
  void round_phase(Polar<V>& polar) const {
    BinDistance<V>& phase = polar.phase;
    const Bool is_zero = x_vanishes || y_vanishes || (equal_phases && phase.value < V(1));
    const V zero(0);
    phase = {xsimd::select(is_zero, zero, phase.value),
             {xsimd::select(is_zero, zero, phase.derivative.re),
              xsimd::select(is_zero, zero, phase.derivative.im)}};
  }
};

}  // namespace crisp::detail
