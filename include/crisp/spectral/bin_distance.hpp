// The distance D(X, Y) of two bins and its derivative with respect to X, on SIMD batches of bins.
//
// A derivative is ∂D/∂Re X + i ∂D/∂Im X. With the unit phasor e_X = X/|X|:
//   ∂|X| = e_X,   ∂ arg X = i e_X/|X|.
// Neither exists at X = 0, which black images hit at once: there e_X and 1/|X| are taken to be 0, and so is
// every derivative.
//
// X and Y come as half their sum and half their difference, S = (X+Y)/2 and Δ = (X-Y)/2, since nothing cancels in
//   |X| - |Y| = 4 Re(Δ conj S)/(|X|+|Y|),   X conj Y = |S|² - |Δ|² + 2i Im(Δ conj S)
// where X and Y are nearly equal: the difference keeps the digits that it has.
//
// What a transform leaves of a number that is 0 is rounding, whose phase means nothing and whose sign is anyone's. So every
// distance takes bounds of the rounding in S and Δ, and whatever lies within what these make of it counts as 0.
#pragma once

#include <limits>
#include <xsimd/xsimd.hpp>

#include "crisp/spectral/arctangent.hpp"
#include "crisp/spectral/complex_batch.hpp"
#include "crisp/spectral/options.hpp"

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

  Bool vanish() const { return x_vanishes || y_vanishes; }

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
};

/// |arg(X conj Y)|. Kinks at 0 and at π; the subgradient there is 0 and that of one side.
struct WrappedPhase {
  template <typename V>
  V angle(const BinPair<V>& bins, const Rounding<V>& /*rounding*/) const {
    return argument<V>({square_of(bins.sum) - square_of(bins.difference), V(2) * bins.across()});
  }

  template <typename V>
  void evaluate(const BinPair<V>& /*bins*/, const Rounding<V>& /*rounding*/, const V& angle,
                Polar<V>& polar) const {
    const V slope = xsimd::copysign(polar.inverse_x, angle);
    polar.phase = {xsimd::abs(angle), {-slope * polar.phasor.im, slope * polar.phasor.re}};
  }

  template <typename V>
  void round(const Kinks<V>& kinks, Polar<V>& polar) const {
    const auto is_zero = kinks.vanish() || (kinks.equal_phases && polar.phase.value < V(1));
    clear(is_zero, polar.phase);
  }

  template <typename V, typename Bool>
  static void clear(const Bool& where, BinDistance<V>& phase) {
    const V zero(0);
    phase = {
        xsimd::select(where, zero, phase.value),
        {xsimd::select(where, zero, phase.derivative.re), xsimd::select(where, zero, phase.derivative.im)}};
  }
};

/// |arg(X+b) - arg(Y+b)|, each in (-π, π]. Imaginary parts within rounding count as 0: frames that are symmetric, as
/// those on a reflected border are, have real spectra, and rounding must not choose between π and -π.
template <typename T>
struct RawPhase {
  T bias;

  template <typename V>
  V angle(const BinPair<V>& bins, const Rounding<V>& rounding) const {
    const BinPair<V> biased = this->biased(bins);
    ComplexBatch<V> x = from_zero(biased.x(), rounding.of_bins(bins));
    ComplexBatch<V> y = from_zero(biased.y(), rounding.of_bins(bins));
    // Arguments that differ by less than a right angle, with no jump between them, differ by that of X conj Y.
    const V real = x.re * y.re + x.im * y.im;
    const auto same_side = (x.im < V(0) && y.im < V(0)) || (x.im > V(0) && y.im > V(0));
    const auto complex = x.im != V(0) && y.im != V(0);  // neither was rounded
    const auto near = complex && real > V(0) && (same_side || (x.re > V(0) && y.re > V(0)));
    const V across = V(2) * above(rounding.of_product(biased, V(0.5) * (size(x) + size(y))), biased.across());
    x = {xsimd::select(near, real, x.re), xsimd::select(near, across, x.im)};
    y = {xsimd::select(near, V(1), y.re), xsimd::select(near, V(0), y.im)};
    return argument(x) - argument(y);
  }

  template <typename V>
  void evaluate(const BinPair<V>& bins, const Rounding<V>& rounding, const V& angle, Polar<V>& polar) const {
    // e_X/|X|, of what is biased.
    const ComplexBatch<V> x = biased(bins).x();
    const V bound = rounding.of_bins(bins);
    const V square = square_of(x);
    const V inverse = xsimd::select(square <= bound * bound, V(0), V(1) / square);
    const V slope = with_sign_of(angle, inverse);
    polar.phase = {xsimd::abs(angle), {-slope * above(bound, x.im), slope * x.re}};
  }

  /// It has done so itself, of what is biased.
  template <typename V>
  void round(const Kinks<V>& /*kinks*/, Polar<V>& /*polar*/) const {}

 private:
  template <typename V>
  BinPair<V> biased(const BinPair<V>& bins) const {
    return {{bins.sum.re + V(bias), bins.sum.im}, bins.difference};
  }
  /// A number without what is within rounding; 1, whose argument is 0, if that is all.
  template <typename V>
  static ComplexBatch<V> from_zero(const ComplexBatch<V>& z, const V& bound) {
    const auto is_zero = square_of(z) <= bound * bound;
    return {xsimd::select(is_zero, V(1), z.re), xsimd::select(is_zero, V(0), above(bound, z.im))};
  }
  /// At least |z|.
  template <typename V>
  static V size(const ComplexBatch<V>& z) {
    return xsimd::abs(z.re) + xsimd::abs(z.im);
  }
};

/// 1 - cos δ, δ = arg(X conj Y); 0 where X or Y is 0.
struct CosinePhase {
  template <typename V>
  V angle(const BinPair<V>& /*bins*/, const Rounding<V>& /*rounding*/) const {
    return V(0);
  }

  template <typename V>
  void evaluate(const BinPair<V>& bins, const Rounding<V>& /*rounding*/, const V& /*angle*/,
                Polar<V>& polar) const {
    const V inverse = V(1) / (polar.x * polar.y);
    const V cosine = (square_of(bins.sum) - square_of(bins.difference)) * inverse;
    const V sine = V(2) * bins.across() * inverse;
    const V slope = sine * polar.inverse_x;
    // Below a right angle sin² δ / (1 + cos δ), in which nothing cancels.
    polar.phase = {xsimd::select(cosine > V(0), sine * sine / (V(1) + cosine), V(1) - cosine),
                   {-slope * polar.phasor.im, slope * polar.phasor.re}};
  }

  template <typename V>
  void round(const Kinks<V>& kinks, Polar<V>& polar) const {
    WrappedPhase::clear(kinks.vanish() || (kinks.equal_phases && polar.phase.value < V(1)), polar.phase);
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
  void prepare(const BinPair<V>& bins, const Rounding<V>& rounding, Prepared<V>& prepared) const {
    prepared = Prepared<V>(bins);
    prepared.angle = phase.angle(bins, rounding);
  }

  template <typename V>
  BinDistance<V> operator()(const BinPair<V>& bins, const Rounding<V>& rounding,
                            const Prepared<V>& prepared) const {
    Polar<V> polar(bins, prepared);
    phase.evaluate(bins, rounding, prepared.angle, polar);
    if (Kinks<V>::any(bins, rounding, polar)) {  // seldom
      const Kinks<V> kinks(bins, rounding, polar);
      kinks.round(bins, rounding, polar);
      phase.round(kinks, polar);
    }
    const BinDistance<V>& term = polar.phase;
    V gate(1);
    V along = V(amplitude_weight) * polar.slope;  // the derivative's part along e_X
    if (gate_square > 0) {
      const V product = polar.x * polar.y;
      const V inverse = V(1) / (product + V(gate_square));
      gate = product * inverse;
      const V by_gate = V(phase_weight) * term.value * (V(1) - gate) * inverse * polar.y;
      // Where e_X is 0, and 1/τ² may be enormous.
      along += xsimd::select(polar.x == V(0), V(0), by_gate);
    }
    const V phase_slope = V(phase_weight) * gate;
    return {V(amplitude_weight) * xsimd::abs(polar.difference) + phase_slope * term.value,
            {along * polar.phasor.re + phase_slope * term.derivative.re,
             along * polar.phasor.im + phase_slope * term.derivative.im}};
  }
};

/// The base of distances that prepare nothing.
struct Unprepared {
  static constexpr bool prepares = false;
};

/// |Re(X-Y)| + |Im(X-Y)|
struct RectangularDistance : Unprepared {
  template <typename V>
  BinDistance<V> operator()(const BinPair<V>& bins, const Rounding<V>& rounding,
                            const Prepared<V>& /*prepared*/) const {
    const V bound = rounding.of_parts(bins);
    const V re = above(bound, bins.difference.re);
    const V im = above(bound, bins.difference.im);
    return {V(2) * (xsimd::abs(re) + xsimd::abs(im)), {with_sign_of(re, V(1)), with_sign_of(im, V(1))}};
  }
};

/// |X-Y|
struct ComplexModulusDistance : Unprepared {
  template <typename V>
  BinDistance<V> operator()(const BinPair<V>& bins, const Rounding<V>& rounding,
                            const Prepared<V>& /*prepared*/) const {
    const ComplexBatch<V>& difference = bins.difference;
    const V square = square_of(difference);
    const auto is_zero = square <= rounding.difference * rounding.difference;
    const V amplitude = xsimd::select(is_zero, V(0), xsimd::sqrt(square));
    const V inverse = xsimd::select(is_zero, V(0), V(1) / amplitude);
    return {V(2) * amplitude, {difference.re * inverse, difference.im * inverse}};
  }
};

/// (|X|-|Y|)²
struct SquaredAmplitudeDistance : Unprepared {
  template <typename V>
  BinDistance<V> operator()(const BinPair<V>& bins, const Rounding<V>& rounding,
                            const Prepared<V>& /*prepared*/) const {
    Polar<V> polar(bins, Prepared<V>(bins));
    if (Kinks<V>::any(bins, rounding, polar)) Kinks<V>(bins, rounding, polar).round(bins, rounding, polar);
    const V slope = V(2) * polar.difference;
    return {polar.difference * polar.difference, {slope * polar.phasor.re, slope * polar.phasor.im}};
  }
};

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
