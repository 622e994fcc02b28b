// The distance D(X, Y) of two bins and its derivative with respect to X, on SIMD batches of bins.
//
// A derivative is ∂D/∂Re X + i ∂D/∂Im X. With the unit phasor e_X = X/|X|:
//   ∂|X| = e_X,   ∂ arg X = i e_X/|X|.
// Neither exists at X = 0, which black images hit at once: there e_X and 1/|X| are taken to be 0, and so is
// every derivative. What a transform leaves of a bin that is 0 is rounding, whose phase means nothing and
// whose 1/|X| is enormous, so every function takes a floor: |X|² up to it counts as 0.
#pragma once

#include <limits>
#include <utility>
#include <xsimd/xsimd.hpp>

#include "crisp/spectral/arctangent.hpp"
#include "crisp/spectral/complex_batch.hpp"
#include "crisp/spectral/options.hpp"

namespace crisp::detail {

/// What a distance gives: the value, and the derivative with respect to X.
template <typename V>
struct BinDistance {
  V value;
  ComplexBatch<V> derivative;
};

/// size * sign(x), for size >= 0: 0 at x = 0.
template <typename V>
V with_sign(const V& size, const V& x) {
  return xsimd::select(x == V(0), V(0), xsimd::copysign(size, x));
}
template <typename V>
V sign(const V& x) {
  return with_sign(V(1), x);
}

/// A bin as amplitude and phasor; all of it 0 where |X|² is not above the floor. NaN stays NaN.
template <typename V>
struct Polar {
  using Mask = decltype(std::declval<V>() == std::declval<V>());
  Mask vanishes;
  V amplitude;
  V inverse_amplitude;
  ComplexBatch<V> phasor;

  Polar(const ComplexBatch<V>& x, const V& floor) {
    const V square = square_of(x);
    vanishes = square <= floor;
    amplitude = xsimd::select(vanishes, V(0), xsimd::sqrt(square));
    inverse_amplitude = xsimd::select(vanishes, V(0), V(1) / amplitude);
    phasor = {x.re * inverse_amplitude, x.im * inverse_amplitude};
  }
};

/// φ and ∂φ/∂X for a phase distance. The distances that need an angle say so, and compute it by `angle` beforehand:
/// arctangents are long chains of dependent instructions, and a loop of nothing else keeps many of them going at once.
template <typename V>
using PhaseTerm = BinDistance<V>;

/// |arg(X conj Y)|. Kinks at 0 and at π; the subgradient there is 0 and that of the side on which arg lies.
struct WrappedPhase {
  static constexpr bool needs_angle = true;

  template <typename V>
  V angle(const ComplexBatch<V>& x, const ComplexBatch<V>& y, const V& /*floor*/) const {
    return argument<V>({x.re * y.re + x.im * y.im, x.im * y.re - x.re * y.im});
  }

  template <typename V>
  PhaseTerm<V> operator()(const Polar<V>& x, const Polar<V>& y, const V& angle, const ComplexBatch<V>& /*x*/,
                          const V& /*floor*/) const {
    const V turn = xsimd::select(x.vanishes || y.vanishes, V(0), angle);
    const V slope = with_sign(x.inverse_amplitude, turn);
    return {xsimd::abs(turn), {-slope * x.phasor.im, slope * x.phasor.re}};
  }
};

/// |arg(X+b) - arg(Y+b)|, each in (-π, π]. Imaginary parts up to the floor count as 0: frames that are symmetric, as
/// those on a reflected border are, have real spectra, and rounding must not choose between π and -π.
template <typename T>
struct RawPhase {
  static constexpr bool needs_angle = true;
  T bias;

  template <typename V>
  V angle(const ComplexBatch<V>& x, const ComplexBatch<V>& y, const V& floor) const {
    return argument(Polar<V>(biased(x, floor), floor).phasor) -
           argument(Polar<V>(biased(y, floor), floor).phasor);
  }

  template <typename V>
  PhaseTerm<V> operator()(const Polar<V>& /*x*/, const Polar<V>& /*y*/, const V& angle,
                          const ComplexBatch<V>& x_bin, const V& floor) const {
    const Polar<V> x(biased(x_bin, floor), floor);
    const V slope = sign(angle) * x.inverse_amplitude;
    return {xsimd::abs(angle), {-slope * x.phasor.im, slope * x.phasor.re}};
  }

 private:
  template <typename V>
  ComplexBatch<V> biased(const ComplexBatch<V>& z, const V& floor) const {
    return {z.re + V(bias), xsimd::select(z.im * z.im <= floor, V(0), z.im)};
  }
};

/// 1 - Re(e_X conj e_Y), which rounding must not make negative; 0 where X or Y is 0.
struct CosinePhase {
  static constexpr bool needs_angle = false;

  template <typename V>
  PhaseTerm<V> operator()(const Polar<V>& x, const Polar<V>& y, const V& /*angle*/,
                          const ComplexBatch<V>& /*x*/, const V& /*floor*/) const {
    const V cosine = x.phasor.re * y.phasor.re + x.phasor.im * y.phasor.im;
    const auto vanishes = x.vanishes || y.vanishes;
    return {xsimd::select(vanishes || cosine > V(1), V(0), V(1) - cosine),
            {(cosine * x.phasor.re - y.phasor.re) * x.inverse_amplitude,
             (cosine * x.phasor.im - y.phasor.im) * x.inverse_amplitude}};
  }
};

/// α ||X|-|Y|| + λ γ φ, with γ = s/(s + τ²), s = |X||Y|, or γ = 1 if τ is 0.
///   ∂D = α sign(|X|-|Y|) e_X + λ (γ ∂φ + φ (1-γ)/(s+τ²) |Y| e_X)
template <typename T, typename Phase>
struct PolarDistance {
  T amplitude_weight;
  T phase_weight;
  T gate_square;
  Phase phase;
  static constexpr bool needs_angle = Phase::needs_angle;

  template <typename V>
  V angle(const ComplexBatch<V>& x, const ComplexBatch<V>& y, const V& floor) const {
    return phase.angle(x, y, floor);
  }

  template <typename V>
  BinDistance<V> operator()(const ComplexBatch<V>& x_bin, const ComplexBatch<V>& y_bin, const V& angle,
                            const V& floor) const {
    const Polar<V> x(x_bin, floor);
    const Polar<V> y(y_bin, floor);
    const V difference = x.amplitude - y.amplitude;
    const PhaseTerm<V> term = phase(x, y, angle, x_bin, floor);

    V gate(1);
    V along = V(amplitude_weight) * sign(difference);  // the derivative's part along e_X
    if (gate_square > 0) {
      const V product = x.amplitude * y.amplitude;
      const V inverse = V(1) / (product + V(gate_square));
      gate = product * inverse;
      const V by_gate = V(phase_weight) * term.value * (V(1) - gate) * inverse * y.amplitude;
      along += xsimd::select(x.vanishes, V(0), by_gate);  // where e_X is 0, and 1/τ² may be enormous
    }
    const V phase_slope = V(phase_weight) * gate;
    return {V(amplitude_weight) * xsimd::abs(difference) + phase_slope * term.value,
            {along * x.phasor.re + phase_slope * term.derivative.re,
             along * x.phasor.im + phase_slope * term.derivative.im}};
  }
};

/// |Re(X-Y)| + |Im(X-Y)|
struct RectangularDistance {
  static constexpr bool needs_angle = false;

  template <typename V>
  BinDistance<V> operator()(const ComplexBatch<V>& x, const ComplexBatch<V>& y, const V& /*angle*/,
                            const V& /*floor*/) const {
    const ComplexBatch<V> difference{x.re - y.re, x.im - y.im};
    return {xsimd::abs(difference.re) + xsimd::abs(difference.im),
            {sign(difference.re), sign(difference.im)}};
  }
};

/// |X-Y|
struct ComplexModulusDistance {
  static constexpr bool needs_angle = false;

  template <typename V>
  BinDistance<V> operator()(const ComplexBatch<V>& x, const ComplexBatch<V>& y, const V& /*angle*/,
                            const V& floor) const {
    const Polar<V> difference(ComplexBatch<V>{x.re - y.re, x.im - y.im}, floor);
    return {difference.amplitude, difference.phasor};
  }
};

/// (|X|-|Y|)²
struct SquaredAmplitudeDistance {
  static constexpr bool needs_angle = false;

  template <typename V>
  BinDistance<V> operator()(const ComplexBatch<V>& x_bin, const ComplexBatch<V>& y_bin, const V& /*angle*/,
                            const V& floor) const {
    const Polar<V> x(x_bin, floor);
    const V difference = x.amplitude - Polar<V>(y_bin, floor).amplitude;
    const V slope = V(2) * difference;
    return {difference * difference, {slope * x.phasor.re, slope * x.phasor.im}};
  }
};

/// Whether bins are equal but for rounding, |X-Y|² not being above the floor. They are at the kink that all these
/// distances have at X = Y, and count for nothing.
template <typename V>
auto are_equal(const ComplexBatch<V>& x, const ComplexBatch<V>& y, const V& floor) {
  return square_of(ComplexBatch<V>{x.re - y.re, x.im - y.im}) <= floor;
}

/// Calls body with the distance that the options ask for, so that the choice is made outside the loop over
/// bins.
template <typename T, typename Body>
auto with_distance(const SpectralOptions& options, Body&& body) {
  // A gate whose square is not a normal number is none: 1/τ² would overflow.
  const T gate = static_cast<T>(options.phase_gate * options.phase_gate);
  const T gate_square = gate < std::numeric_limits<T>::min() ? T(0) : gate;
  const auto polar = [&](auto phase) {
    return body(PolarDistance<T, decltype(phase)>{static_cast<T>(options.amplitude_weight),
                                                  static_cast<T>(options.phase_weight), gate_square, phase});
  };
  switch (options.distance) {
    case SpectralDistance::rectangular:
      return body(RectangularDistance());
    case SpectralDistance::complex_modulus:
      return body(ComplexModulusDistance());
    case SpectralDistance::squared_amplitude:
      return body(SquaredAmplitudeDistance());
    case SpectralDistance::polar:
      break;
  }
  switch (options.phase_distance) {
    case PhaseDistance::raw:
      return polar(RawPhase<T>{static_cast<T>(options.phase_bias)});
    case PhaseDistance::cosine:
      return polar(CosinePhase());
    case PhaseDistance::wrapped:
      break;
  }
  return polar(WrappedPhase());
}

}  // namespace crisp::detail
