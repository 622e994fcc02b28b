// The angle of a complex number, on SIMD batches, without branches.
//
// With t = min(|re|, |im|)/max(|re|, |im|) in [0, 1] the angle to the nearer axis is
//   arctan t = t + t³ P(t²),
// P being the minimax polynomial of (arctan(t)/t - 1)/t² on [0, 1], with an error, relative to arctan t, of 1.5e-8 in
// float and 3e-17 in double. Which axis that is, and the half plane, give the rest. The whole is within 3 ULP of the
// true angle, as tests/spectral/arctangent_test.cpp asserts.
#pragma once

#include <array>
#include <cstddef>
#include <limits>
#include <xsimd/xsimd.hpp>

#include "crisp/core/compiler.hpp"
#include "crisp/spectral/complex_batch.hpp"

namespace crisp::detail {

/// The coefficients of P, the lowest power first.
template <typename T>
inline constexpr int arctangent_coefficients = 0;
template <>
inline constexpr std::array<float, 9> arctangent_coefficients<float>{
    -0.333333313F, 0.199997514F,   -0.142790705F, 0.110385828F,   -0.0867747739F,
    0.0629626065F, -0.0364330299F, 0.0138605414F, -0.00247651595F};
template <>
inline constexpr std::array<double, 20> arctangent_coefficients<double>{
    -0.3333333333333333,    0.19999999999998216,   -0.14285714285460843,    0.11111111097018601,
    -0.0909090867764241,    0.07692300279902474,   -0.0666657785911016,     0.058815999148395776,
    -0.05258452957890953,   0.04739597834446544,   -0.042657687620955426,   0.037616464777287764,
    -0.03148757282135895,   0.023976369527957342,  -0.015818029783509876,   0.008582699659841736,
    -0.0036126983001261597, 0.0010931870342164576, -0.00020989366417545647, 1.910446059374324e-05};

/// P(s), even and odd powers apart: two short chains of multiplications instead of a long one.
// A call would pass its batches through memory, which costs as much as the arithmetic.
template <typename V>
CRISP_ALWAYS_INLINE V arctangent_polynomial(const V& s) {
  constexpr auto& coefficient = arctangent_coefficients<typename V::value_type>;
  constexpr std::size_t last = coefficient.size() - 1;
  const V square = s * s;
  V high(coefficient[last]);
  V low(coefficient[last - 1]);
  std::size_t power = last - 1;  // that of the lowest term of `low`
  for (; power >= 2; power -= 2) {
    high = xsimd::fma(high, square, V(coefficient[power - 1]));
    low = xsimd::fma(low, square, V(coefficient[power - 2]));
  }
  // low holds the powers of its own parity; with one power left over the chains change places.
  return power == 0 ? xsimd::fma(high, s, low)
                    : xsimd::fma(low, s, xsimd::fma(high, square, V(coefficient[0])));
}

/// arg z, in (-π, π]; 0 at z = 0. NaN stays NaN.
template <typename V>
CRISP_ALWAYS_INLINE V argument(const ComplexBatch<V>& z) {
  using T = typename V::value_type;
  constexpr auto pi = static_cast<T>(3.14159265358979323846);
  const V re = xsimd::abs(z.re);
  const V im = xsimd::abs(z.im);
  // Chosen by comparison, not by min and max, which may drop a NaN.
  const auto steep = im > re;
  const V longer = xsimd::select(steep, im, re);
  const V shorter = xsimd::select(steep, re, im);
  const V t = shorter / xsimd::max(V(std::numeric_limits<T>::min()), longer);
  const V s = t * t;
  const V to_axis = xsimd::fma(t * s, arctangent_polynomial(s), t);
  const V from_right = xsimd::select(steep, V(pi / 2) - to_axis, to_axis);
  const V angle = xsimd::select(z.re < V(0), V(pi) - from_right, from_right);
  return xsimd::select(z.im < V(0), -angle, angle);
}

}  // namespace crisp::detail
