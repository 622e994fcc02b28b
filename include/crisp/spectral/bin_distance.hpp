// The distance D(X, Y) of two bins and its derivative with respect to X, on SIMD batches of bins.
//
// A derivative is ∂D/∂Re X + i ∂D/∂Im X. With the unit phasor e_X = X/|X|:
//   ∂|X| = e_X,   ∂ arg X = i e_X/|X|.
// Neither exists at X = 0, which black images hit at once: there e_X and 1/|X| are taken to be 0, and so is
// every derivative. What a transform leaves of a bin that is 0 is rounding, whose phase means nothing and
// whose 1/|X| is enormous, so every function takes a floor: |X|² up to it counts as 0.
#pragma once

#include <limits>
#include <xsimd/xsimd.hpp>

#include "crisp/spectral/complex_batch.hpp"
#include "crisp/spectral/options.hpp"

namespace crisp::detail {

/// What a distance gives: the value, and the derivative with respect to X.
template <typename V>
struct BinDistance {
  V value;
  ComplexBatch<V> derivative;
};

/// 1, 0 or -1.
template <typename V>
V sign(const V& x) {
  return xsimd::select(x > V(0), V(1), xsimd::select(x < V(0), V(-1), V(0)));
}

/// A bin as amplitude and phasor; all of it 0 where |X|² is not above the floor. NaN stays NaN.
template <typename V>
struct Polar {
  V amplitude;
  V inverse_amplitude;
  ComplexBatch<V> phasor;

  Polar(const ComplexBatch<V>& x, const V& floor) {
    const V square = square_of(x);
    const auto vanishes = square <= floor;
    amplitude = xsimd::select(vanishes, V(0), xsimd::sqrt(square));
    inverse_amplitude = xsimd::select(vanishes, V(0), V(1) / amplitude);
    phasor = {x.re * inverse_amplitude, x.im * inverse_amplitude};
  }
};

/// φ and ∂φ/∂X for a phase distance of the phasors.
template <typename V>
using PhaseTerm = BinDistance<V>;

/// arg z, in [-π, π]; 0 at z = 0.
template <typename V>
V argument(const ComplexBatch<V>& z) {
  const auto vanishes = z.re == V(0) && z.im == V(0);
  return xsimd::select(vanishes, V(0), xsimd::atan2(z.im, z.re));
}

/// |arg(X conj Y)|. Kinks at 0 and at π; the subgradient there is 0 and that of the side on which arg lies.
struct WrappedPhase {
  template <typename V>
  PhaseTerm<V> operator()(const ComplexBatch<V>& /*x*/, const Polar<V>& x, const ComplexBatch<V>& /*y*/,
                          const Polar<V>& y, const V& /*floor*/) const {
    const V angle = argument<V>({x.phasor.re * y.phasor.re + x.phasor.im * y.phasor.im,
                                 x.phasor.im * y.phasor.re - x.phasor.re * y.phasor.im});
    const V slope = sign(angle) * x.inverse_amplitude;
    return {xsimd::abs(angle), {-slope * x.phasor.im, slope * x.phasor.re}};
  }
};

/// |arg(X+b) - arg(Y+b)|, each in (-π, π]. Imaginary parts up to the floor count as 0: frames that are symmetric, as
/// those on a reflected border are, have real spectra, and rounding must not choose between π and -π.
template <typename T>
struct RawPhase {
  T bias;

  template <typename V>
  PhaseTerm<V> operator()(const ComplexBatch<V>& x, const Polar<V>& /*x*/, const ComplexBatch<V>& y,
                          const Polar<V>& /*y*/, const V& floor) const {
    const auto biased = [&](const ComplexBatch<V>& z) {
      return ComplexBatch<V>{z.re + V(bias), xsimd::select(z.im * z.im <= floor, V(0), z.im)};
    };
    const Polar<V> from(biased(x), floor);
    const Polar<V> to(biased(y), floor);
    const V angle = argument(from.phasor) - argument(to.phasor);
    const V slope = sign(angle) * from.inverse_amplitude;
    return {xsimd::abs(angle), {-slope * from.phasor.im, slope * from.phasor.re}};
  }
};

/// 1 - Re(e_X conj e_Y), which rounding must not make negative; 0 where X or Y is 0.
struct CosinePhase {
  template <typename V>
  PhaseTerm<V> operator()(const ComplexBatch<V>& /*x*/, const Polar<V>& x, const ComplexBatch<V>& /*y*/,
                          const Polar<V>& y, const V& /*floor*/) const {
    const V cosine = x.phasor.re * y.phasor.re + x.phasor.im * y.phasor.im;
    const auto vanishes = x.amplitude == V(0) || y.amplitude == V(0);
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

  template <typename V>
  BinDistance<V> operator()(const ComplexBatch<V>& x_bin, const ComplexBatch<V>& y_bin,
                            const V& floor) const {
    const Polar<V> x(x_bin, floor);
    const Polar<V> y(y_bin, floor);
    const V difference = x.amplitude - y.amplitude;
    const PhaseTerm<V> term = phase(x_bin, x, y_bin, y, floor);

    V gate(1);
    V along(V(amplitude_weight) * sign(difference));  // the derivative's part along e_X
    if (gate_square > 0) {
      const V product = x.amplitude * y.amplitude;
      const V inverse = V(1) / (product + V(gate_square));
      gate = product * inverse;
      const V by_gate = V(phase_weight) * term.value * (V(1) - gate) * inverse * y.amplitude;
      along += xsimd::select(x.amplitude == V(0), V(0), by_gate);  // where e_X is 0, and 1/τ² may be enormous
    }
    const V phase_slope = V(phase_weight) * gate;
    return {V(amplitude_weight) * xsimd::abs(difference) + phase_slope * term.value,
            {along * x.phasor.re + phase_slope * term.derivative.re,
             along * x.phasor.im + phase_slope * term.derivative.im}};
  }
};

/// |Re(X-Y)| + |Im(X-Y)|
struct RectangularDistance {
  template <typename V>
  BinDistance<V> operator()(const ComplexBatch<V>& x, const ComplexBatch<V>& y, const V& /*floor*/) const {
    const ComplexBatch<V> difference{x.re - y.re, x.im - y.im};
    return {xsimd::abs(difference.re) + xsimd::abs(difference.im),
            {sign(difference.re), sign(difference.im)}};
  }
};

/// |X-Y|
struct ComplexModulusDistance {
  template <typename V>
  BinDistance<V> operator()(const ComplexBatch<V>& x, const ComplexBatch<V>& y, const V& floor) const {
    const Polar<V> difference(ComplexBatch<V>{x.re - y.re, x.im - y.im}, floor);
    return {difference.amplitude, difference.phasor};
  }
};

/// (|X|-|Y|)²
struct SquaredAmplitudeDistance {
  template <typename V>
  BinDistance<V> operator()(const ComplexBatch<V>& x_bin, const ComplexBatch<V>& y_bin,
                            const V& floor) const {
    const Polar<V> x(x_bin, floor);
    const V difference = x.amplitude - Polar<V>(y_bin, floor).amplitude;
    const V slope = V(2) * difference;
    return {difference * difference, {slope * x.phasor.re, slope * x.phasor.im}};
  }
};

/// D(X, Y), but 0 with no derivative where |X-Y|² is not above the floor: bins that are equal but for
/// rounding are at the kink that all these distances have at X = Y.
template <typename Distance, typename V>
BinDistance<V> distance_above(const Distance& distance, const ComplexBatch<V>& x, const ComplexBatch<V>& y,
                              const V& floor) {
  const auto equal = square_of(ComplexBatch<V>{x.re - y.re, x.im - y.im}) <= floor;
  const BinDistance<V> bins = distance(x, y, floor);
  return {xsimd::select(equal, V(0), bins.value),
          {xsimd::select(equal, V(0), bins.derivative.re), xsimd::select(equal, V(0), bins.derivative.im)}};
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
