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
V with_sign_of(const V& x, const V& size) {
  return xsimd::select(x == V(0), V(0), xsimd::copysign(size, x));
}

/// |X| and 1/|X|; both 0 where |X|² is not above the floor. NaN stays NaN.
template <typename V>
struct Polar {
  V amplitude;
  V inverse_amplitude;

  Polar() = default;
  Polar(const ComplexBatch<V>& x, const V& floor) {
    const V square = square_of(x);
    const auto is_zero = square <= floor;
    const V root = xsimd::sqrt(square);
    amplitude = xsimd::select(is_zero, V(0), root);
    inverse_amplitude = xsimd::select(is_zero, V(0), V(1) / root);
  }

  auto vanishes() const { return amplitude == V(0); }
  /// e_X, for the same X.
  ComplexBatch<V> phasor(const ComplexBatch<V>& x) const {
    return {x.re * inverse_amplitude, x.im * inverse_amplitude};
  }
};

/// What a distance computes of the bins beforehand. Roots, quotients and arctangents are long chains of dependent
/// instructions, and a loop with little else in it keeps several of them going at once.
template <typename V>
struct Prepared {
  Polar<V> x;
  V y_amplitude;
  V angle;
};

/// The base of distances that prepare nothing.
struct Unprepared {
  static constexpr bool prepares = false;
  template <typename V>
  void prepare(const ComplexBatch<V>& /*x*/, const ComplexBatch<V>& /*y*/, const V& /*floor*/,
               Prepared<V>& /*prepared*/) const {}
};

/// φ and ∂φ/∂X for a phase distance.
template <typename V>
using PhaseTerm = BinDistance<V>;

/// |arg(X conj Y)|. Kinks at 0 and at π; the subgradient there is 0 and that of the side on which arg lies.
struct WrappedPhase {
  template <typename V>
  V angle(const ComplexBatch<V>& x, const ComplexBatch<V>& y, const V& /*floor*/) const {
    return argument<V>({x.re * y.re + x.im * y.im, x.im * y.re - x.re * y.im});
  }

  template <typename V>
  PhaseTerm<V> operator()(const ComplexBatch<V>& /*x*/, const ComplexBatch<V>& phasor,
                          const ComplexBatch<V>& /*y*/, const Prepared<V>& prepared,
                          const V& /*floor*/) const {
    const V angle =
        xsimd::select(prepared.x.vanishes() || prepared.y_amplitude == V(0), V(0), prepared.angle);
    const V slope = with_sign_of(angle, prepared.x.inverse_amplitude);
    return {xsimd::abs(angle), {-slope * phasor.im, slope * phasor.re}};
  }
};

/// |arg(X+b) - arg(Y+b)|, each in (-π, π]. Imaginary parts up to the floor count as 0: frames that are symmetric, as
/// those on a reflected border are, have real spectra, and rounding must not choose between π and -π.
template <typename T>
struct RawPhase {
  T bias;

  template <typename V>
  V angle(const ComplexBatch<V>& x, const ComplexBatch<V>& y, const V& floor) const {
    return argument_above(biased(x, floor), floor) - argument_above(biased(y, floor), floor);
  }

  template <typename V>
  PhaseTerm<V> operator()(const ComplexBatch<V>& x, const ComplexBatch<V>& /*phasor*/,
                          const ComplexBatch<V>& /*y*/, const Prepared<V>& prepared, const V& floor) const {
    const ComplexBatch<V> from = biased(x, floor);
    const Polar<V> polar(from, floor);
    const ComplexBatch<V> phasor = polar.phasor(from);
    const V slope = with_sign_of(prepared.angle, polar.inverse_amplitude);
    return {xsimd::abs(prepared.angle), {-slope * phasor.im, slope * phasor.re}};
  }

 private:
  template <typename V>
  ComplexBatch<V> biased(const ComplexBatch<V>& z, const V& floor) const {
    return {z.re + V(bias), xsimd::select(z.im * z.im <= floor, V(0), z.im)};
  }
  template <typename V>
  static V argument_above(const ComplexBatch<V>& z, const V& floor) {
    return xsimd::select(square_of(z) <= floor, V(0), argument(z));
  }
};

/// 1 - Re(e_X conj e_Y), which rounding must not make negative; 0 where X or Y is 0.
struct CosinePhase {
  template <typename V>
  V angle(const ComplexBatch<V>& /*x*/, const ComplexBatch<V>& /*y*/, const V& /*floor*/) const {
    return V(0);
  }

  template <typename V>
  PhaseTerm<V> operator()(const ComplexBatch<V>& /*x*/, const ComplexBatch<V>& phasor,
                          const ComplexBatch<V>& y, const Prepared<V>& prepared, const V& floor) const {
    const Polar<V> y_polar(y, floor);
    const ComplexBatch<V> to = y_polar.phasor(y);
    const V cosine = phasor.re * to.re + phasor.im * to.im;
    const auto vanishes = prepared.x.vanishes() || y_polar.vanishes();
    const V inverse = prepared.x.inverse_amplitude;
    return {xsimd::select(vanishes || cosine > V(1), V(0), V(1) - cosine),
            {(cosine * phasor.re - to.re) * inverse, (cosine * phasor.im - to.im) * inverse}};
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
  static constexpr bool prepares = true;

  template <typename V>
  void prepare(const ComplexBatch<V>& x, const ComplexBatch<V>& y, const V& floor,
               Prepared<V>& prepared) const {
    const Polar<V> polar(x, floor);
    prepared.x.amplitude = polar.amplitude;
    prepared.x.inverse_amplitude = polar.inverse_amplitude;
    prepared.y_amplitude = Polar<V>(y, floor).amplitude;
    prepared.angle = phase.angle(x, y, floor);
  }

  template <typename V>
  BinDistance<V> operator()(const ComplexBatch<V>& x, const ComplexBatch<V>& y, const Prepared<V>& prepared,
                            const V& floor) const {
    const ComplexBatch<V> phasor = prepared.x.phasor(x);
    const V difference = prepared.x.amplitude - prepared.y_amplitude;
    const PhaseTerm<V> term = phase(x, phasor, y, prepared, floor);

    V gate(1);
    V along = with_sign_of(difference, V(amplitude_weight));  // the derivative's part along e_X
    if (gate_square > 0) {
      const V product = prepared.x.amplitude * prepared.y_amplitude;
      const V inverse = V(1) / (product + V(gate_square));
      gate = product * inverse;
      const V by_gate = V(phase_weight) * term.value * (V(1) - gate) * inverse * prepared.y_amplitude;
      along +=
          xsimd::select(prepared.x.vanishes(), V(0), by_gate);  // where e_X is 0, and 1/τ² may be enormous
    }
    const V phase_slope = V(phase_weight) * gate;
    return {V(amplitude_weight) * xsimd::abs(difference) + phase_slope * term.value,
            {along * phasor.re + phase_slope * term.derivative.re,
             along * phasor.im + phase_slope * term.derivative.im}};
  }
};

/// |Re(X-Y)| + |Im(X-Y)|
struct RectangularDistance : Unprepared {
  template <typename V>
  BinDistance<V> operator()(const ComplexBatch<V>& x, const ComplexBatch<V>& y,
                            const Prepared<V>& /*prepared*/, const V& /*floor*/) const {
    const ComplexBatch<V> difference{x.re - y.re, x.im - y.im};
    return {xsimd::abs(difference.re) + xsimd::abs(difference.im),
            {with_sign_of(difference.re, V(1)), with_sign_of(difference.im, V(1))}};
  }
};

/// |X-Y|
struct ComplexModulusDistance : Unprepared {
  template <typename V>
  BinDistance<V> operator()(const ComplexBatch<V>& x, const ComplexBatch<V>& y,
                            const Prepared<V>& /*prepared*/, const V& floor) const {
    const ComplexBatch<V> difference{x.re - y.re, x.im - y.im};
    const Polar<V> polar(difference, floor);
    return {polar.amplitude, polar.phasor(difference)};
  }
};

/// (|X|-|Y|)²
struct SquaredAmplitudeDistance : Unprepared {
  template <typename V>
  BinDistance<V> operator()(const ComplexBatch<V>& x, const ComplexBatch<V>& y,
                            const Prepared<V>& /*prepared*/, const V& floor) const {
    const Polar<V> polar(x, floor);
    const ComplexBatch<V> phasor = polar.phasor(x);
    const V difference = polar.amplitude - Polar<V>(y, floor).amplitude;
    const V slope = V(2) * difference;
    return {difference * difference, {slope * phasor.re, slope * phasor.im}};
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
