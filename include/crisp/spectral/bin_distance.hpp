// The distance D(X, Y) of two bins and its derivative with respect to X, on SIMD batches of bins.
//
// A derivative is ∂D/∂Re X + i ∂D/∂Im X. With the unit phasor e_X = X/|X|:
//   ∂|X| = e_X,   ∂ arg X = i e_X/|X|.
// Neither exists at X = 0, which black images hit at once: there e_X and 1/|X| are taken to be 0, and so is
// every derivative. Every distance takes bounds of the rounding in its bins (polar.hpp), within which a number counts as 0.
#pragma once

#include <limits>
#include <xsimd/xsimd.hpp>

#include "crisp/spectral/arctangent.hpp"
#include "crisp/spectral/complex_batch.hpp"
#include "crisp/spectral/options.hpp"
#include "crisp/spectral/polar.hpp"

namespace crisp::detail {

/// The base of phase distances that depend on X conj Y alone.
struct RelativePhase {
  template <typename V>
  auto possible_kinks(const BinPair<V>& bins, const RoundingBound<V>& rounding, const Polar<V>& polar) const {
    return Kinks<V>::possible_of_phase(bins, rounding, polar.x + polar.y);
  }
  template <typename V>
  void round(const BinPair<V>& /*bins*/, const Rounding<V>& /*rounding*/, const Kinks<V>& kinks,
             Polar<V>& polar) const {
    kinks.round_phase(polar);
  }
};

/// |arg(X conj Y)|. Kinks at 0 and at π; the subgradient there is 0 and that of one side.
struct WrappedPhase : RelativePhase {
  template <typename V>
  V angle(const BinPair<V>& bins) const {
    return argument<V>({bins.product(), V(2) * bins.across()});
  }

  template <typename V>
  void evaluate(const BinPair<V>& /*bins*/, const V& angle, Polar<V>& polar) const {
    polar.phase = xsimd::abs(angle);
    polar.turn = with_sign_of(angle, polar.inverse_x * polar.inverse_x);
  }
};

/// |arg(X+b) - arg(Y+b)|, each in (-π, π]. Imaginary parts within rounding count as 0: frames that are symmetric, as
/// those on a reflected border are, have real spectra, and rounding must not choose between π and -π.
template <typename T>
struct RawPhase {
  T bias;

  /// That of (X+b) conj (Y+b), or a turn from there where the real axis is between them on the left.
  template <typename V>
  V angle(const BinPair<V>& bins) const {
    constexpr auto turn = static_cast<T>(6.28318530717958647693);
    const BinPair<V> biased = this->biased(bins);
    const V wrapped = WrappedPhase().angle(biased);
    const V x = biased.x().im;
    const V y = biased.y().im;
    const auto crosses_left =
        (x < V(0) && y >= V(0) && wrapped > V(0)) || (x >= V(0) && y < V(0) && wrapped < V(0));
    return xsimd::select(crosses_left, wrapped - xsimd::copysign(V(turn), wrapped), wrapped);
  }

  template <typename V>
  void evaluate(const BinPair<V>& bins, const V& angle, Polar<V>& polar) const {
    polar.from = biased(bins).x();
    polar.phase = xsimd::abs(angle);
    polar.turn = with_sign_of(angle, V(1) / square_of(polar.from));
  }

  /// On the real axis but for rounding, or with equal or opposite phases, or 0.
  template <typename V>
  auto possible_kinks(const BinPair<V>& bins, const RoundingBound<V>& rounding,
                      const Polar<V>& /*polar*/) const {
    const BinPair<V> biased = this->biased(bins);
    const ComplexBatch<V> x = biased.x();
    const ComplexBatch<V> y = biased.y();
    const V amplitudes = size(x) + size(y);
    const V bound = rounding(amplitudes);
    const V x_height = xsimd::abs(x.im);
    const V y_height = xsimd::abs(y.im);
    return xsimd::min(size(x), size(y)) <= bound ||
           (xsimd::min(x_height, y_height) <= bound && x_height + y_height != V(0)) ||
           Kinks<V>::possible_of_phase(biased, rounding, amplitudes);
  }
  template <typename V>
  void round(const BinPair<V>& bins, const Rounding<V>& rounding, const Kinks<V>& /*kinks*/,
             Polar<V>& polar) const {
    const BinPair<V> biased = this->biased(bins);
    const V bound = rounding.of_bins(bins);
    const ComplexBatch<V> x = from_zero(biased.x(), bound);
    const ComplexBatch<V> y = from_zero(biased.y(), bound);
    // Arguments that differ by less than a right angle, with no jump between them, differ by that of X conj Y.
    const V real = x.re * y.re + x.im * y.im;
    const auto same_side = (x.im < V(0) && y.im < V(0)) || (x.im > V(0) && y.im > V(0));
    const auto complex = x.im != V(0) && y.im != V(0);  // neither was rounded
    const auto is_near = complex && real > V(0) && (same_side || (x.re > V(0) && y.re > V(0)));
    const V across = biased.across();
    const V angle =
        argument(select(is_near, {real, V(2) * across}, x)) - argument(select(is_near, {V(1), V(0)}, y));
    const auto are_equal =
        is_near && xsimd::abs(across) <= rounding.of_product(biased, V(0.5) * (size(x) + size(y)));
    const V square = square_of(polar.from);
    const auto has_no_slope = are_equal || square <= bound * bound;
    polar.phase = xsimd::abs(angle);
    polar.turn = with_sign_of(angle, xsimd::select(has_no_slope, V(0), V(1) / square));
    polar.from.im = above(bound, polar.from.im);
  }

 private:
  template <typename V, typename Mask>
  static ComplexBatch<V> select(const Mask& which, const ComplexBatch<V>& a, const ComplexBatch<V>& b) {
    return {xsimd::select(which, a.re, b.re), xsimd::select(which, a.im, b.im)};
  }

  template <typename V>
  BinPair<V> biased(const BinPair<V>& bins) const {
    return {{bins.sum.re + V(bias), bins.sum.im}, {bins.difference.re, bins.difference.im}};
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
struct CosinePhase : RelativePhase {
  template <typename V>
  V angle(const BinPair<V>& /*bins*/) const {
    return V(0);
  }

  template <typename V>
  void evaluate(const BinPair<V>& bins, const V& /*angle*/, Polar<V>& polar) const {
    const V inverse = V(1) / (polar.x * polar.y);
    const V cosine = bins.product() * inverse;
    const V sine = V(2) * bins.across() * inverse;
    // Below a right angle sin² δ / (1 + cos δ), in which nothing cancels.
    polar.phase = xsimd::select(cosine > V(0), sine * sine / (V(1) + cosine), V(1) - cosine);
    polar.turn = sine * polar.inverse_x * polar.inverse_x;
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
  static constexpr bool is_polar = true;

  template <typename V>
  void prepare(const BinPair<V>& bins, Prepared<V>& prepared) const {
    prepared = Prepared<V>(bins);
    prepared.angle = phase.angle(bins);
  }

  template <typename V>
  BinDistance<V> operator()(const BinPair<V>& bins, const Prepared<V>& prepared) const {
    Polar<V> polar(bins, prepared);
    phase.evaluate(bins, prepared.angle, polar);
    return weighted(polar);
  }

  template <typename V>
  auto possible_kinks(const BinPair<V>& bins, const RoundingBound<V>& rounding,
                      const Prepared<V>& prepared) const {
    const Polar<V> polar(bins, prepared);
    return Kinks<V>::possible(rounding, polar) || phase.possible_kinks(bins, rounding, polar);
  }

  template <typename V>
  BinDistance<V> with_kinks(const BinPair<V>& bins, const Rounding<V>& rounding,
                            const Prepared<V>& prepared) const {
    Polar<V> polar(bins, prepared);
    const Kinks<V> kinks(bins, rounding, polar);
    phase.evaluate(bins, prepared.angle, polar);
    kinks.round(bins, rounding, polar);
    phase.round(bins, rounding, kinks, polar);
    return weighted(polar);
  }

 private:
  template <typename V>
  BinDistance<V> weighted(const Polar<V>& polar) const {
    V gate(1);
    V along = V(amplitude_weight) * polar.slope;  // the derivative's part along e_X
    if (gate_square > 0) {
      const V product = polar.x * polar.y;
      const V inverse = V(1) / (product + V(gate_square));
      gate = product * inverse;
      const V by_gate = V(phase_weight) * polar.phase * (V(1) - gate) * inverse * polar.y;
      // Where e_X is 0, and 1/τ² may be enormous.
      along += xsimd::select(polar.x == V(0), V(0), by_gate);
    }
    along *= polar.inverse_x;
    const V gated_weight = V(phase_weight) * gate;
    const V turn = gated_weight * polar.turn;
    return {xsimd::fma(gated_weight, polar.phase, V(amplitude_weight) * xsimd::abs(polar.difference)),
            {along * polar.bin.re - turn * polar.from.im, along * polar.bin.im + turn * polar.from.re}};
  }
};

/// (|X|-|Y|)²
struct SquaredAmplitudeDistance {
  static constexpr bool is_polar = true;

  template <typename V>
  void prepare(const BinPair<V>& bins, Prepared<V>& prepared) const {
    prepared = Prepared<V>(bins);
  }

  template <typename V>
  BinDistance<V> operator()(const BinPair<V>& bins, const Prepared<V>& prepared) const {
    return squared(Polar<V>(bins, prepared));
  }

  template <typename V>
  auto possible_kinks(const BinPair<V>& bins, const RoundingBound<V>& rounding,
                      const Prepared<V>& prepared) const {
    return Kinks<V>::possible(rounding, Polar<V>(bins, prepared));
  }

  template <typename V>
  BinDistance<V> with_kinks(const BinPair<V>& bins, const Rounding<V>& rounding,
                            const Prepared<V>& prepared) const {
    Polar<V> polar(bins, prepared);
    Kinks<V>(bins, rounding, polar).round(bins, rounding, polar);
    return squared(polar);
  }

 private:
  template <typename V>
  static BinDistance<V> squared(const Polar<V>& polar) {
    const V slope = V(2) * polar.difference * polar.inverse_x;
    return {polar.difference * polar.difference, {slope * polar.bin.re, slope * polar.bin.im}};
  }
};

/// |Re(X-Y)| + |Im(X-Y)|
struct RectangularDistance {
  static constexpr bool is_polar = false;

  template <typename V>
  BinDistance<V> operator()(const BinPair<V>& bins, const Rounding<V>& rounding) const {
    const V bound = rounding.of_parts(bins);
    const V re = above(bound, bins.difference.re);
    const V im = above(bound, bins.difference.im);
    return {V(2) * (xsimd::abs(re) + xsimd::abs(im)), {with_sign_of(re, V(1)), with_sign_of(im, V(1))}};
  }
};

/// |X-Y|
struct ComplexModulusDistance {
  static constexpr bool is_polar = false;

  template <typename V>
  BinDistance<V> operator()(const BinPair<V>& bins, const Rounding<V>& rounding) const {
    const ComplexBatch<V>& difference = bins.difference;
    const V square = square_of(difference);
    const auto is_zero = square <= rounding.difference * rounding.difference;
    const V amplitude = xsimd::select(is_zero, V(0), xsimd::sqrt(square));
    const V inverse = xsimd::select(is_zero, V(0), V(1) / amplitude);
    return {V(2) * amplitude, {difference.re * inverse, difference.im * inverse}};
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
