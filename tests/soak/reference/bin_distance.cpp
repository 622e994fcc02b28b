#include "soak/reference/bin_distance.hpp"

#include <algorithm>
#include <cmath>

namespace soak {
namespace {

const Real pi = std::acos(Real(-1));

/// A number that should be compared with 0.
enum class Nearness { zero, within_rounding, apart };

Nearness nearness(Real size, Real rounding, Real own) {
  if (std::abs(size) <= own) return Nearness::zero;
  return std::abs(size) <= roundings_from_zero * rounding ? Nearness::within_rounding : Nearness::apart;
}

Real sign(Real x) { return static_cast<Real>((x > 0) - (x < 0)); }

/// A bin by its amplitude. `safe` is the least that rounding may have left of it, where that counts at all.
struct Polar {
  Real amplitude;
  Bin phasor;
  Nearness from_zero;
  Real safe;

  Polar(Bin bin, const BinPair& known) : Polar(bin, known.rounding, known.own) {}
  Polar(Bin bin, Real rounding, Real own) : amplitude(size_of(bin)) {
    from_zero = nearness(amplitude, rounding, own);
    if (from_zero == Nearness::zero) amplitude = 0;
    phasor = amplitude == 0 ? Bin() : (1 / amplitude) * bin;
    safe = std::max({amplitude - 4 * rounding, rounding, Real(1e-300)});
  }
  bool is_zero() const { return from_zero == Nearness::zero; }
  bool is_near() const { return from_zero == Nearness::within_rounding; }
};

/// What the reference's own rounding comes to in |X| - |Y| and across X, which follow from the difference.
Real own_of_comparison(const BinPair& bins) {
  const Real total = size_of(bins.x) + size_of(bins.y);
  return 2 * (bins.own_difference + (total > 0 ? bins.own * size_of(bins.difference) / total : bins.own));
}

/// X conj Y, whose imaginary part is that of (X - Y) conj Y.
Bin product_of(Bin x, Bin y, Bin difference) {
  return {(x * conjugate(y)).re, (difference * conjugate(y)).im};
}

/// |X| - |Y| = Re((X - Y) conj(X + Y)) / (|X| + |Y|)
Real amplitude_difference(const BinPair& bins, const Polar& x, const Polar& y) {
  if (x.is_zero() || y.is_zero()) return x.amplitude - y.amplitude;
  return (bins.difference * conjugate(bins.x + bins.y)).re / (x.amplitude + y.amplitude);
}

/// φ and ∂φ/∂X, with the same slacks as a distance.
using Phase = Distance;

/// The sides of a kink of φ at 0 differ by twice the slope.
void mark_kink_at_zero(Phase& phase, Real angle, Real known_to, Real own, Real slope) {
  if (nearness(angle, known_to, own) == Nearness::within_rounding) phase.derivative_jump += 2 * slope;
}

Phase wrapped_phase(const BinPair& bins, const Polar& x, const Polar& y) {
  Phase phase;
  if (x.is_zero() || y.is_zero()) return phase;
  const Bin product = product_of(bins.x, bins.y, bins.difference);
  const Real angle = std::atan2(product.im, product.re);
  const Real known_to = bins.rounding / x.safe + bins.rounding / y.safe;
  const Real own = own_of_comparison(bins) * (1 / x.amplitude + 1 / y.amplitude);
  const Real slope = 1 / x.amplitude;
  phase.value = std::abs(angle);
  phase.value_slack = std::min(known_to, pi);
  const Real side = std::abs(angle) <= own ? 0 : sign(angle);
  phase.derivative = side * slope * (Bin{0, 1} * x.phasor);
  phase.derivative_slack = 2 * known_to / x.safe;
  mark_kink_at_zero(phase, angle, known_to, own, slope);
  // Phases π apart have the subgradient of either side.
  if (pi - std::abs(angle) <= roundings_from_zero * known_to) phase.derivative_jump += 2 * slope;
  if (x.is_near() || y.is_near()) {
    phase.value_jump += pi;
    phase.derivative_jump += 2 / x.safe;
  }
  return phase;
}

Phase cosine_phase(const BinPair& bins, const Polar& x, const Polar& y) {
  Phase phase;
  if (x.is_zero() || y.is_zero()) return phase;
  const Bin product = x.phasor * conjugate(y.phasor);
  const Real known_to = bins.rounding / x.safe + bins.rounding / y.safe;
  const Real half = size_of(x.phasor - y.phasor) / 2;  // the sine of half the angle
  phase.value = 2 * half * half;
  phase.value_slack = std::min(2 * half * known_to + known_to * known_to + 4 * bins.epsilon, Real(2));
  phase.derivative = (1 / x.amplitude) * (product.re * x.phasor - y.phasor);
  phase.derivative_slack = (2 * known_to + 4 * bins.epsilon) / x.safe;
  if (x.is_near() || y.is_near()) {
    phase.value_jump += 2;
    phase.derivative_jump += 2 / x.safe;
  }
  return phase;
}

/// arg(z + b).
struct BiasedArgument {
  Polar polar;
  Real angle = 0;
  bool may_be_other_side = false;  ///< of the negative real axis
  bool is_negative = false;        ///< a negative real number

  BiasedArgument(Bin z, const BinPair& bins) : polar(z, bins) {
    if (polar.is_zero()) return;
    const Nearness imaginary = nearness(z.im, bins.rounding, bins.own);
    if (imaginary == Nearness::zero) {  // counts as real
      z.im = 0;
      polar.phasor = {sign(z.re), 0};
    }
    is_negative = z.re < 0 && z.im == 0;
    may_be_other_side = z.re < 0 && imaginary == Nearness::within_rounding;
    angle = std::atan2(z.im, z.re);
  }
};

Phase raw_phase(const BinPair& bins, Real bias) {
  const BiasedArgument x(bins.x + Bin{bias, 0}, bins);
  const BiasedArgument y(bins.y + Bin{bias, 0}, bins);
  Phase phase;
  Real angle = x.angle - y.angle;
  if (std::abs(angle) < 1 && !x.polar.is_zero() &&
      !y.polar.is_zero()) {  // nearly equal ones keep their digits
    const Bin product = product_of(bins.x + Bin{bias, 0}, bins.y + Bin{bias, 0}, bins.difference);
    angle = std::atan2(product.im, product.re);
  }
  Real known_to = 4 * bins.epsilon;
  Real own = 0;
  for (const Polar* z : {&x.polar, &y.polar}) {
    if (z->is_zero()) continue;
    known_to += bins.rounding / z->safe;
    own += own_of_comparison(bins) / z->amplitude;
  }
  phase.value = std::abs(angle);
  phase.value_slack = std::min(known_to, 2 * pi);
  if (!x.polar.is_zero()) {
    const Real slope = 1 / x.polar.amplitude;
    phase.derivative = (std::abs(angle) <= own ? 0 : sign(angle)) * slope * (Bin{0, 1} * x.polar.phasor);
    phase.derivative_slack = 2 * known_to / x.polar.safe;
    mark_kink_at_zero(phase, angle, known_to, own, slope);
  }
  // Where a phase may be the other one, or none, the value jumps by what that makes of it.
  if (x.may_be_other_side || y.may_be_other_side || x.polar.is_near() || y.polar.is_near()) {
    phase.value_jump += 2 * pi;
    phase.derivative_jump += 2 / x.polar.safe;
  }
  // A negative real bin that is not its own mirror has the phase π, and so has its mirror; a sum over half the spectrum takes -π
  // for the mirror. Both are allowed.
  if ((x.is_negative || y.is_negative) && !bins.is_own_mirror && std::abs(angle) > 0) {
    phase.value_jump += 2 * pi;
    phase.derivative_jump += 2 / x.polar.safe;
  }
  return phase;
}

Distance polar_distance(const BinPair& bins, const crisp::SpectralOptions& options) {
  const Polar x(bins.x, bins);
  const Polar y(bins.y, bins);
  const Real alpha = static_cast<Real>(options.amplitude_weight);
  const Real lambda = static_cast<Real>(options.phase_weight);
  Distance result;

  const Real difference = amplitude_difference(bins, x, y);
  const Nearness from_equal = nearness(difference, 2 * bins.rounding, own_of_comparison(bins));
  result.value = alpha * std::abs(difference);
  result.value_slack = alpha * 2 * bins.rounding;
  if (from_equal != Nearness::zero) result.derivative = alpha * sign(difference) * x.phasor;
  if (!x.is_zero()) {
    result.derivative_slack = alpha * std::min(bins.rounding / x.safe, Real(2));
    if (from_equal == Nearness::within_rounding || x.is_near()) result.derivative_jump += 2 * alpha;
  }
  if (lambda == 0) return result;

  Phase phase;
  switch (options.phase_distance) {
    case crisp::PhaseDistance::wrapped:
      phase = wrapped_phase(bins, x, y);
      break;
    case crisp::PhaseDistance::cosine:
      phase = cosine_phase(bins, x, y);
      break;
    case crisp::PhaseDistance::raw:
      phase = raw_phase(bins, static_cast<Real>(options.phase_bias));
      break;
  }
  const Real gate_square = square(static_cast<Real>(options.phase_gate));
  const Real product = x.amplitude * y.amplitude;
  Real gate = 1;
  if (gate_square > 0) {
    gate = product / (product + gate_square);
    const Real known_to = bins.rounding / x.safe + bins.rounding / y.safe;
    const Real closing = lambda * (1 - gate) / (product + gate_square) * y.amplitude;
    result.derivative = result.derivative + closing * phase.value * x.phasor;
    result.smooth_slack = closing * phase.value_slack;
    result.derivative_slack += closing * (phase.value * 3 * known_to + phase.value_slack) +
                               lambda * gate * (1 - gate) * known_to * size_of(phase.derivative);
    // The gate's own rounding: that of the product.
    result.value_slack += lambda * phase.value * gate * (1 - gate) * known_to;
    result.derivative_jump += closing * phase.value_jump;
    if (x.is_near() || y.is_near()) {
      const Real loosest =
          lambda * (y.amplitude + roundings_from_zero * bins.rounding) / (product + gate_square);
      result.derivative_jump += loosest * (phase.value + phase.value_jump);
      gate =
          std::max(gate, (x.amplitude + bins.rounding) * (y.amplitude + bins.rounding) /
                             ((x.amplitude + bins.rounding) * (y.amplitude + bins.rounding) + gate_square));
    }
  }
  const Real true_gate = gate_square > 0 ? product / (product + gate_square) : 1;
  result.value += lambda * true_gate * phase.value;
  result.derivative = result.derivative + lambda * true_gate * phase.derivative;
  result.value_slack += lambda * gate * phase.value_slack;
  result.derivative_slack += lambda * gate * phase.derivative_slack;
  result.value_jump += lambda * gate * phase.value_jump;
  result.derivative_jump += lambda * gate * phase.derivative_jump;
  return result;
}

Distance rectangular_distance(const BinPair& bins) {
  const Bin difference = bins.difference;
  Distance result;
  result.value = std::abs(difference.re) + std::abs(difference.im);
  result.value_slack = 4 * bins.rounding;
  const auto slope = [&](Real part) -> Real {
    const Nearness from_zero = nearness(part, 2 * bins.rounding, bins.own_difference);
    if (from_zero == Nearness::within_rounding) result.derivative_jump += 2;
    return from_zero == Nearness::zero ? 0 : sign(part);
  };
  result.derivative.re = slope(difference.re);
  result.derivative.im = slope(difference.im);
  return result;
}

Distance complex_modulus(const BinPair& bins) {
  const Polar polar(bins.difference, 2 * bins.rounding, bins.own_difference);
  Distance result;
  result.value = polar.amplitude;
  result.value_slack = 2 * bins.rounding;
  result.derivative = polar.phasor;
  if (!polar.is_zero()) result.derivative_slack = std::min(2 * bins.rounding / polar.safe, Real(2));
  if (polar.is_near()) result.derivative_jump = 2;
  return result;
}

Distance squared_amplitude(const BinPair& bins) {
  const Polar x(bins.x, bins);
  const Polar y(bins.y, bins);
  const Real difference = amplitude_difference(bins, x, y);
  Distance result;
  result.value = square(difference);
  result.value_slack = 4 * std::abs(difference) * bins.rounding + 4 * square(bins.rounding);
  result.derivative = 2 * difference * x.phasor;
  if (!x.is_zero())
    result.derivative_slack =
        4 * bins.rounding + 2 * std::abs(difference) * std::min(bins.rounding / x.safe, Real(2));
  result.smooth_slack = result.derivative_slack;
  if (x.is_near()) result.derivative_jump += 2 * std::abs(difference);
  if (y.is_near()) result.derivative_jump += 2 * roundings_from_zero * bins.rounding;
  return result;
}

}  // namespace

Distance distance_of(const BinPair& bins, const crisp::SpectralOptions& options) {
  const Nearness from_equal = nearness(size_of(bins.difference), 2 * bins.rounding, bins.own_difference);
  Distance result;
  switch (options.distance) {
    case crisp::SpectralDistance::polar:
      result = polar_distance(bins, options);
      break;
    case crisp::SpectralDistance::rectangular:
      result = rectangular_distance(bins);
      break;
    case crisp::SpectralDistance::complex_modulus:
      result = complex_modulus(bins);
      break;
    case crisp::SpectralDistance::squared_amplitude:
      result = squared_amplitude(bins);
      break;
  }
  // Bins that are equal but for rounding count for nothing; near that they may.
  if (from_equal == Nearness::zero) {
    Distance nothing;
    nothing.value_slack = result.value_slack;
    nothing.derivative_slack = result.smooth_slack;
    return nothing;
  }
  if (from_equal == Nearness::within_rounding) {
    result.value_jump += result.value;
    result.derivative_jump += size_of(result.derivative);
  }
  return result;
}

}  // namespace soak
