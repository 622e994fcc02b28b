// The discrete Fourier transform, by its sums.
#pragma once

#include <functional>
#include <vector>

#include "soak/plane.hpp"

namespace soak {

/// A bin. (std::complex looks for infinities at each product.)
struct Bin {
  Real re = 0;
  Real im = 0;
};

inline Bin operator+(Bin a, Bin b) { return {a.re + b.re, a.im + b.im}; }
inline Bin operator-(Bin a, Bin b) { return {a.re - b.re, a.im - b.im}; }
inline Bin operator*(Bin a, Bin b) { return {a.re * b.re - a.im * b.im, a.re * b.im + a.im * b.re}; }
inline Bin operator*(Real a, Bin b) { return {a * b.re, a * b.im}; }
inline Bin conjugate(Bin a) { return {a.re, -a.im}; }
inline Real size_of(Bin a) { return std::hypot(a.re, a.im); }

using Bins = std::vector<Bin>;  // [row][column]

/// F(u, v) = Σ f(y, x) exp(-2πi (u y / height + v x / width)), all of it, along rows and then along columns.
Bins fourier(Bins samples, Size height, Size width);

/// The root mean square of what rounding in a fast transform of so many samples leaves in a bin, beside the root of the sum of the
/// squares of the samples: measured below 1 ε √log2(2n).
Real transform_rounding(const Precision& precision, Size samples);

/// A bin, or a part of one, up to this many roundings from 0 may be taken for 0.
constexpr Real roundings_from_zero = 16;

/// What the reference's own rounding comes to, beside that of the precision that is tested.
inline Real share_of_own_rounding(const Precision& precision) { return 8 * 1.1e-19L / precision.epsilon; }

/// Deviations of sums of many independent roundings are taken to be below so many of their root mean squares.
constexpr Real deviations = 6;

}  // namespace soak
