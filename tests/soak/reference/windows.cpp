#include "soak/reference/windows.hpp"

namespace soak {
namespace {

constexpr Real roundings = 4;  // of a sum over a window, in epsilons of the mean size of its terms

std::vector<Real> taps_of(Size side, Real sigma, bool cut) {
  std::vector<Real> taps;
  Real sum = 0;
  const Real centre = static_cast<Real>(side - 1) / 2;
  for (Size k = 0; k < side; ++k) {
    taps.push_back(
        std::exp((square(side % 2 == 0 ? Real(0.5) : Real(0)) - square(static_cast<Real>(k) - centre)) /
                 (2 * square(sigma))));
    sum += taps.back();
  }
  for (Real& tap : taps) tap = cut && tap < Real(1e-16) ? 0 : tap / sum;
  return taps;
}

/// A quantity and what rounding can add to it.
struct Known {
  Real value = 0;
  Real slack = 0;
};

/// What rounding may make of a quantity that should be 0; only what exceeds it counts. It is known to rounding itself.
struct Limit {
  Real least = 0;
  Real most = 0;
};

struct Statistics {
  Real weight = 0;
  Known sum_mean, difference_mean, sum_variance, difference_variance;
  Limit of_light;      ///< the squares of both means
  Limit of_structure;  ///< both variances
  Real absolute_difference = 0;
  bool dark = true;  ///< both planes are 0 wherever there is weight
  bool flat = true;  ///< both planes are constant wherever there is weight
};

/// p or q, with its two derivatives.
struct Factor {
  Known loss;
  Known by_sum, by_difference;

  /// What may count as 1 with gradient 0 as well.
  void allow_nothing() {
    for (Known* known : {&loss, &by_sum, &by_difference})
      known->slack = std::max(known->slack, std::abs(known->value));
  }
};

/// The denominator of p or q without its constant, and whether there is anything to compare where the constant is 0.
struct Denominator {
  Real inverse = 0;  ///< 0 where there is nothing to divide by
  Real low;          ///< the least that rounding may have left of it, if it counts
  Real relative;     ///< the rounding of its inverse
  bool counts = true;
  bool may_not_count = false;

  Denominator(const Known& sum, Real constant, const Limit& limit, bool is_nothing, Real smallest) {
    const Real value = sum.value + 2 * constant;
    if (value > 0) inverse = 1 / value;
    const Real least = constant > 0 ? 2 * constant : std::max(limit.least, smallest);
    low = std::max(value - sum.slack, least);
    relative = sum.slack / low;
    if (constant > 0) return;
    counts = !is_nothing && sum.value + sum.slack > limit.least;
    may_not_count = sum.value - sum.slack <= limit.most;
  }
};

Factor luminance(const Statistics& of, Real c1, Real smallest) {
  const Real s = of.sum_mean.value;
  const Real d = of.difference_mean.value;
  const Real us = of.sum_mean.slack;
  const Real ud = of.difference_mean.slack;
  const Known squares{s * s + d * d, 2 * std::abs(s) * us + 2 * std::abs(d) * ud + us * us + ud * ud};
  const Denominator denominator(squares, c1, of.of_light, of.dark, smallest);
  Factor factor;
  if (!denominator.counts) return factor;
  const Real low = denominator.low;
  const Real relative = denominator.relative;
  const Real p = 2 * d * d * denominator.inverse;
  const Real p_slack = std::min(Real(2), (4 * std::abs(d) * ud + 2 * ud * ud) / low + p * relative);
  factor.loss = {p, p_slack};
  factor.by_difference.value = 2 * (2 - p) * d * denominator.inverse;
  factor.by_difference.slack =
      2 * (2 * ud + (std::abs(d) + ud) * p_slack) / low + std::abs(factor.by_difference.value) * relative;
  factor.by_sum.value = -2 * p * s * denominator.inverse;
  factor.by_sum.slack =
      2 * (p * us + (std::abs(s) + us) * p_slack) / low + std::abs(factor.by_sum.value) * relative;
  if (denominator.may_not_count) factor.allow_nothing();
  return factor;
}

Factor contrast(const Statistics& of, Real c2, Real smallest) {
  const Real d = of.difference_variance.value;
  const Known squares{of.sum_variance.value + d, of.sum_variance.slack + of.difference_variance.slack};
  const Denominator denominator(squares, c2, of.of_structure, of.flat, smallest);
  Factor factor;
  if (!denominator.counts) return factor;
  const Real low = denominator.low;
  const Real relative = denominator.relative;
  const Real q = 2 * d * denominator.inverse;
  const Real q_slack = std::min(Real(2), 2 * of.difference_variance.slack / low + q * relative);
  factor.loss = {q, q_slack};
  factor.by_difference.value = (2 - q) * denominator.inverse;
  factor.by_difference.slack = q_slack / low + factor.by_difference.value * relative;
  factor.by_sum.value = -q * denominator.inverse;
  factor.by_sum.slack = q_slack / low - factor.by_sum.value * relative;
  if (denominator.may_not_count) factor.allow_nothing();
  return factor;
}

/// One evaluation.
class Comparer {
 public:
  Comparer(const Pair& pair, const Precision& precision, const Windows& windows, const Centred& centred)
      : pair_(pair),
        precision_(precision),
        windows_(windows),
        centred_(centred),
        sum_centre_(centred.x_centre + centred.y_centre),
        difference_centre_(centred.difference_centre),
        result_(pair.prediction.height, pair.prediction.width) {
    for (const Real sigma : windows.sigmas) taps_.push_back(taps_of(windows.side, sigma, windows.cuts_taps));
    for (Size i = 0; i < pair.prediction.size(); ++i)
      largest_weight_ = std::max(largest_weight_, pair.weight(i));
  }

  Comparison compare() {
    const Size rows = pair_.prediction.height - windows_.side + 1;
    const Size columns = pair_.prediction.width - windows_.side + 1;
    for (Size y = 0; y < rows; ++y) {
      for (Size x = 0; x < columns; ++x) add_window(y, x);
    }
    if (result_.count == 0) return result_;
    const Real share = 1 / static_cast<Real>(result_.count);
    result_.value *= share;
    result_.value_slack *= share;
    for (Real& entry : result_.gradient.pixels) entry *= share;
    for (Real& entry : result_.gradient_slack.pixels) entry *= share;
    return result_;
  }

 private:
  struct Pixel {
    Size index;
    Real x, y;
    Real sum, difference;                              // less the centres
    Real sum_size, difference_size, difference_terms;  // of what these were made of
  };

  Pixel pixel(Size y, Size x) const {
    const Size index = y * pair_.prediction.width + x;
    const Real a = pair_.prediction[index];
    const Real b = pair_.target[index];
    return {index,
            a,
            b,
            (a - centred_.x_centre) + (b - centred_.y_centre),
            centred_.difference[index] - difference_centre_,
            centred_.sum_size[index],
            centred_.difference_size[index],
            centred_.difference_terms[index]};
  }

  /// Calls body(pixel, g w) for those of a window that have weight.
  template <typename Body>
  void for_each_pixel(Size top, Size left, std::size_t scale, const Body& body) const {
    for (Size k = 0; k < windows_.side; ++k) {
      for (Size l = 0; l < windows_.side; ++l) {
        const Size index = (top + k) * pair_.prediction.width + left + l;
        const Real weight = taps_[scale][static_cast<std::size_t>(k)] *
                            taps_[scale][static_cast<std::size_t>(l)] * pair_.weight(index) / largest_weight_;
        if (weight > 0) body(pixel(top + k, left + l), weight);
      }
    }
  }

  Statistics measure(Size top, Size left, std::size_t scale) const {
    Statistics of;
    Real x_first = 0;
    Real y_first = 0;
    Real sums[6] = {};
    for_each_pixel(top, left, scale, [&](const Pixel& at, Real weight) {
      if (of.weight == 0) {
        x_first = at.x;
        y_first = at.y;
      }
      of.weight += weight;
      of.dark = of.dark && at.x == 0 && at.y == 0;
      of.flat = of.flat && at.x == x_first && at.y == y_first;
      sums[0] += weight * at.sum;
      sums[1] += weight * at.difference;
      sums[2] += weight * at.sum_size;
      sums[3] += weight * at.difference_size;
      sums[4] += weight * std::abs(at.x - at.y);
      sums[5] += weight * at.difference_terms;
    });
    // A sum of products below this has been denormal, and counts as 0 (documented as some 1e-31, and 1e-292 in double).
    if (of.weight < precision_.smallest / precision_.epsilon) of.weight = 0;
    if (of.weight == 0) return of;
    for (Real& sum : sums) sum /= of.weight;
    of.absolute_difference = sums[4];
    const Real rounding = roundings * precision_.epsilon;
    of.sum_mean = {sums[0] + sum_centre_, rounding * (sums[2] + std::abs(sum_centre_))};
    of.difference_mean = {sums[1] + difference_centre_, rounding * (sums[5] + std::abs(difference_centre_))};
    Real sum_square = 0;
    Real difference_square = 0;
    Real sum_variance = 0;
    Real difference_variance = 0;
    Real squares = 0;
    for_each_pixel(top, left, scale, [&](const Pixel& at, Real weight) {
      const Real g = weight / of.weight;
      sum_square += g * square(at.sum_size);
      difference_square += g * square(at.difference_size);
      squares += g * (square(at.sum) + square(at.difference));
      sum_variance += g * square(at.sum - sums[0]);
      difference_variance += g * square(at.difference - sums[1]);
    });
    if (of.flat) sum_variance = difference_variance = 0;
    of.sum_variance = {sum_variance, rounding * sum_square};
    // The difference is rounded pixel by pixel.
    const Real of_pixels = rounding * sums[5];
    of.difference_variance = {
        difference_variance,
        rounding * difference_square + 2 * std::sqrt(difference_variance) * of_pixels + square(of_pixels)};
    of.of_structure = limit(squares, errors() * precision_.epsilon, 0);
    of.of_light = limit(squares, square(errors() * precision_.epsilon),
                        std::abs(sum_centre_) + std::abs(difference_centre_));
    return of;
  }

  /// How many epsilons of the squares may be rounding, as documented.
  Real errors() const { return precision_.is_float ? 4 : 64; }

  /// share · (squares + centre²), the squares being those of pixels less their centres, which are rounded themselves.
  Limit limit(Real squares, Real share, Real centre) const {
    const Real size = std::sqrt(squares);
    const Real rounding =
        roundings * precision_.epsilon * size + centred_.sum_rounding + centred_.difference_rounding;
    return {share * (square(std::max(Real(0), size - rounding)) + square(centre * (1 - precision_.epsilon))),
            share * (square(size + rounding) + square(centre * (1 + precision_.epsilon)))};
  }

  void add_window(Size top, Size left) {
    const std::size_t scales = taps_.size();
    std::vector<Statistics> statistics;
    for (std::size_t i = 0; i < scales; ++i) statistics.push_back(measure(top, left, i));
    if (statistics.back().weight == 0) return;
    ++result_.count;

    // 1 - Π (1 - loss) of the factors: the contrasts of the scales that have weight, and the luminance of the last.
    std::vector<Factor> factors;
    for (std::size_t i = 0; i < scales; ++i)
      factors.push_back(statistics[i].weight > 0 ? contrast(statistics[i], windows_.c2, precision_.smallest)
                                                 : Factor());
    factors.push_back(windows_.with_luminance ? luminance(statistics.back(), windows_.c1, precision_.smallest)
                                              : Factor());
    Real value = 0;
    Real slack = 0;
    for (const Factor& factor : factors) {
      value += factor.loss.value - value * factor.loss.value;
      slack += factor.loss.slack;
    }
    result_.value +=
        windows_.similarity_factor * value + windows_.l1_factor * statistics.back().absolute_difference;
    result_.value_slack += windows_.similarity_factor * slack;
    for (std::size_t i = 0; i < factors.size(); ++i) {
      Known others{windows_.similarity_factor, 0};
      for (std::size_t j = 0; j < factors.size(); ++j) {
        if (j == i) continue;
        others.value *= 1 - factors[j].loss.value;
        others.slack += windows_.similarity_factor * factors[j].loss.slack;
      }
      const std::size_t scale = std::min(i, scales - 1);
      if (i < scales) add_contrast_gradient(top, left, scale, statistics[scale], factors[i], others);
      if (i == scales) add_luminance_gradient(top, left, scale, statistics[scale], factors[i], others);
    }
    if (windows_.l1_factor == 0) return;
    for_each_pixel(top, left, scales - 1, [&](const Pixel& at, Real weight) {
      const Real sign = static_cast<Real>((at.x > at.y) - (at.x < at.y));
      result_.gradient[at.index] += windows_.l1_factor * weight / statistics.back().weight * sign;
    });
  }

  void add_luminance_gradient(Size top, Size left, std::size_t scale, const Statistics& of,
                              const Factor& factor, const Known& others) {
    const Real slope = factor.by_sum.value + factor.by_difference.value;
    const Real sizes = std::abs(factor.by_sum.value) + std::abs(factor.by_difference.value);
    const Real slack =
        (std::abs(others.value) + others.slack) * (factor.by_sum.slack + factor.by_difference.slack) +
        others.slack * sizes + roundings * precision_.epsilon * std::abs(others.value) * sizes;
    for_each_pixel(top, left, scale, [&](const Pixel& at, Real weight) {
      const Real g = weight / of.weight;
      result_.gradient[at.index] += g * others.value * slope;
      result_.gradient_slack[at.index] += g * slack;
    });
  }

  void add_contrast_gradient(Size top, Size left, std::size_t scale, const Statistics& of,
                             const Factor& factor, const Known& others) {
    const Real sum_mean = of.sum_mean.value - sum_centre_;
    const Real difference_mean = of.difference_mean.value - difference_centre_;
    const Real bound = std::abs(others.value) + others.slack;
    const Real rounding = roundings * precision_.epsilon;
    for_each_pixel(top, left, scale, [&](const Pixel& at, Real weight) {
      const Real g = weight / of.weight;
      const Real s = at.sum - sum_mean;
      const Real d = at.difference - difference_mean;
      const Real derivative = 2 * (factor.by_sum.value * s + factor.by_difference.value * d);
      result_.gradient[at.index] += g * others.value * derivative;
      const Real by_factor =
          2 * (std::abs(s) * factor.by_sum.slack + std::abs(d) * factor.by_difference.slack);
      const Real by_pixel =
          2 * ((std::abs(factor.by_sum.value) + factor.by_sum.slack) *
                   (of.sum_mean.slack + rounding * (at.sum_size + std::abs(sum_mean))) +
               (std::abs(factor.by_difference.value) + factor.by_difference.slack) *
                   (of.difference_mean.slack +
                    rounding * (at.difference_terms + at.difference_size + std::abs(difference_mean))));
      result_.gradient_slack[at.index] +=
          g * (bound * (by_factor + by_pixel) + others.slack * std::abs(derivative));
    });
  }

  const Pair& pair_;
  Precision precision_;
  Windows windows_;
  const Centred& centred_;
  Real sum_centre_;
  Real difference_centre_;
  std::vector<std::vector<Real>> taps_;
  Real largest_weight_ = 0;
  Comparison result_;
};

}  // namespace

Comparison compare_windows(const Pair& pair, const Precision& precision, const Windows& windows,
                           const Centred& centred) {
  return Comparer(pair, precision, windows, centred).compare();
}

}  // namespace soak
