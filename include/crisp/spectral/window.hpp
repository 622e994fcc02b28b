// Window functions and their spectra.
//
// All of them are h(t) = a - b cos(2πt/p), so a window's spectrum is known in closed form:
//   H(u) = Σ_t h(t) e^{-2πi ut/n} = a n [u = 0] - b/2 (G(1/p - u/n) + G(-1/p - u/n)),   G(f) = Σ_{t<n} e^{2πi ft}
#pragma once

#include <cmath>
#include <complex>
#include <cstddef>
#include <vector>

#include "crisp/spectral/options.hpp"

namespace crisp {

namespace detail {

/// a, b and p of a window of n pixels.
struct CosineWindow {
  double a = 0.5;
  double b = 0.5;
  Index period;

  CosineWindow(WindowShape shape, Index length) : period(length) {
    switch (shape) {
      case WindowShape::hann:
        break;
      case WindowShape::hann_symmetric:
        period = length - 1;
        break;
      case WindowShape::hamming:
        a = 0.54;
        b = 0.46;
        break;
      case WindowShape::rectangular:
        a = 1;
        b = 0;
        break;
    }
  }
};

/// G of f = numerator/denominator: the quotient of e^{2πi nf} - 1 and e^{2πi f} - 1, both in [-½, ½] turns. In long double, as two of
/// these nearly cancel far from the window's own frequency.
inline std::complex<long double> geometric_sum(Index numerator, Index denominator, Index n) {
  const long double pi = std::acos(-1.0L);
  const auto half_turns = [&](Index steps) {
    const Index rest = steps % denominator;  // exact, which an angle would not be
    const Index turns = 2 * rest > denominator ? 1 : 2 * rest < -denominator ? -1 : 0;
    return pi * static_cast<long double>(rest - turns * denominator) / static_cast<long double>(denominator);
  };
  const long double angle = half_turns(numerator);
  if (angle == 0) return static_cast<long double>(n);
  const long double last = half_turns(numerator % denominator * n);
  const long double size = std::sin(last) / std::sin(angle);
  return {size * std::cos(last - angle), size * std::sin(last - angle)};
}

}  // namespace detail

/// h(t) for t = 0 … length-1, as WindowShape defines it; computed in double, then rounded to T. Length >= 2.
template <typename T>
std::vector<T> window_function(WindowShape shape, Index length) {
  const detail::CosineWindow window(shape, length);
  const double two_pi = 2 * std::acos(-1.0);
  std::vector<T> taps(static_cast<std::size_t>(length));
  for (Index t = 0; t < length; ++t) {
    const double cosine = std::cos(two_pi * static_cast<double>(t) / static_cast<double>(window.period));
    taps[static_cast<std::size_t>(t)] = static_cast<T>(window.a - window.b * cosine);
  }
  return taps;
}

/// H(u) for u = 0 … length-1. What is 0 is exactly 0, and H(0) and H(n/2) are real. Length >= 2.
inline std::vector<std::complex<double>> window_spectrum(WindowShape shape, Index length) {
  const detail::CosineWindow window(shape, length);
  const Index p = window.period;
  std::vector<std::complex<double>> spectrum(static_cast<std::size_t>(length));
  for (Index u = 0; u < length; ++u) {
    std::complex<long double> bin =
        u == 0 ? static_cast<long double>(window.a) * static_cast<long double>(length) : 0;
    for (const Index turn : {length, -length}) {  // ±1/p - u/n = (±n - u p)/(n p)
      const bool is_zero = p == length && (turn - u * p) % (length * p) != 0;  // whole periods of a cosine
      if (is_zero) continue;
      bin -= static_cast<long double>(window.b) / 2 * detail::geometric_sum(turn - u * p, length * p, length);
    }
    const std::complex<double> rounded(static_cast<double>(bin.real()), static_cast<double>(bin.imag()));
    spectrum[static_cast<std::size_t>(u)] = u == 0 || 2 * u == length ? rounded.real() : rounded;
  }
  return spectrum;
}

}  // namespace crisp
