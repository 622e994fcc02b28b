#include "soak/reference/similarity.hpp"

#include <algorithm>
#include <utility>

#include "soak/reference/windows.hpp"

namespace soak {
namespace {

Real weighted_mean(const Pair& pair, const Plane& plane) {
  Real sum = 0;
  Real total = 0;
  for (Size i = 0; i < plane.size(); ++i) {
    if (pair.weight(i) == 0) continue;
    sum += pair.weight(i) * plane[i];
    total += pair.weight(i);
  }
  return total == 0 ? 0 : sum / total;
}

/// Means that lie near each other are subtracted from x - y, others from x and from y.
bool are_near(Real x_centre, Real y_centre) {
  return std::abs(x_centre - y_centre) <= std::abs(x_centre) / 2;
}

Centred centred(const Pair& pair, const Precision& precision) {
  const Plane& shape = pair.prediction;
  Centred result;
  result.difference = result.sum_size = result.difference_size = result.difference_terms =
      Plane(shape.height, shape.width);
  Plane distance = result.difference;
  for (Size i = 0; i < shape.size(); ++i) {
    result.difference[i] = pair.prediction[i] - pair.target[i];
    distance[i] = std::abs(result.difference[i]);
  }
  result.x_centre = weighted_mean(pair, pair.prediction);
  result.y_centre = weighted_mean(pair, pair.target);
  result.difference_centre = weighted_mean(pair, result.difference);
  const bool near = are_near(result.x_centre, result.y_centre);
  result.sum_rounding = 2 * precision.epsilon * (std::abs(result.x_centre) + std::abs(result.y_centre));
  result.difference_rounding =
      near ? 2 * precision.epsilon * weighted_mean(pair, distance) : result.sum_rounding;
  for (Size i = 0; i < shape.size(); ++i) {
    const Real sum_size =
        std::abs(pair.prediction[i] - result.x_centre) + std::abs(pair.target[i] - result.y_centre);
    result.sum_size[i] = sum_size + result.sum_rounding;
    result.difference_size[i] =
        std::abs(result.difference[i] - result.difference_centre) + result.difference_rounding;
    result.difference_terms[i] = near ? distance[i] + std::abs(result.difference_centre) : result.sum_size[i];
  }
  return result;
}

Real constant(double k, double data_range) {
  return square(static_cast<Real>(k) * static_cast<Real>(data_range));
}

Estimate estimate_of(const Comparison& comparison) {
  Estimate result(comparison.gradient.height, comparison.gradient.width);
  result.value = comparison.value;
  result.value_slack = comparison.value_slack;
  result.gradient = comparison.gradient;
  result.gradient_slack = comparison.gradient_slack;
  return result;
}

bool has_weight(const Pair& pair) { return !pair.weighted() || largest_entry(pair.weights) > 0; }

/// The pixels of a level and those of the next, which are means of blocks of 2x2, padding included.
class Halving {
 public:
  Halving(const Pair& fine, crisp::OddSizes odd_sizes) : fine_(fine), odd_sizes_(odd_sizes) {
    coarse_.prediction = coarse_.target = Plane(halved(height()), halved(width()));
    if (fine.weighted()) coarse_.weights = coarse_.prediction;
    shares_of_padding_ = coarse_.prediction;
    for (Size i = 0; i < coarse_.prediction.height; ++i) {
      for (Size j = 0; j < coarse_.prediction.width; ++j) add_block(i, j);
    }
  }

  const Pair& coarse() const { return coarse_; }

  /// A plane of sizes, `outside` being that of what padding is without the mean.
  Plane halved(const Plane& sizes, Real outside) const {
    Plane result = shares_of_padding_;
    for (Real& share : result.pixels) share *= outside;
    for (const Link& link : links_) result[link.coarse] += link.share * sizes[link.fine];
    return result;
  }

  /// out += the adjoint of halving.
  void add_adjoint(const Plane& in, Plane& out) const {
    for (const Link& link : links_) out[link.fine] += link.share * in[link.coarse];
  }

 private:
  struct Link {
    Size fine, coarse;
    Real share;
  };

  Size height() const { return fine_.prediction.height; }
  Size width() const { return fine_.prediction.width; }
  Size halved(Size size) const {
    return odd_sizes_ == crisp::OddSizes::drop_last ? size / 2 : (size + 1) / 2;
  }
  /// Zeros go before the first row and column of an odd size.
  Size before(Size size) const { return odd_sizes_ == crisp::OddSizes::zero_padding ? size % 2 : 0; }

  void add_block(Size i, Size j) {
    struct Part {
      Size fine;
      Real weight;
      bool is_zero;
    };
    std::vector<Part> parts;
    Real total = 0;
    for (Size k = 0; k < 2; ++k) {
      for (Size l = 0; l < 2; ++l) {
        const Size y = 2 * i + k - before(height());
        const Size x = 2 * j + l - before(width());
        // Padding weighs as much as the pixel it stands beside.
        const Size fine =
            std::clamp<Size>(y, 0, height() - 1) * width() + std::clamp<Size>(x, 0, width() - 1);
        parts.push_back({fine, fine_.weight(fine), y < 0 || x < 0});
        total += parts.back().weight;
      }
    }
    if (fine_.weighted()) coarse_.weights(i, j) = total / 4;
    Size base = -1;  // the first pixel that counts: means are taken from it on, so that what is flat stays so
    for (const Part& part : parts) {
      if (part.weight == 0) continue;
      const Real share = part.weight / total;
      if (part.is_zero) {
        shares_of_padding_(i, j) += share;
        continue;
      }
      if (base < 0) base = part.fine;
      coarse_.prediction(i, j) += share * (fine_.prediction[part.fine] - fine_.prediction[base]);
      coarse_.target(i, j) += share * (fine_.target[part.fine] - fine_.target[base]);
      links_.push_back({part.fine, i * coarse_.prediction.width + j, share});
    }
    if (base < 0) return;
    const Real share = 1 - shares_of_padding_(i, j);
    coarse_.prediction(i, j) += share * fine_.prediction[base];
    coarse_.target(i, j) += share * fine_.target[base];
  }

  const Pair& fine_;
  crisp::OddSizes odd_sizes_;
  Pair coarse_;
  std::vector<Link> links_;
  Plane shares_of_padding_;
};

/// Of the pixels of the next level.
Centred halved(const Centred& pixels, const Halving& halving) {
  Centred result = pixels;
  result.difference = halving.halved(pixels.difference, 0);
  result.sum_size = halving.halved(pixels.sum_size, std::abs(pixels.x_centre) + std::abs(pixels.y_centre));
  result.difference_size = halving.halved(pixels.difference_size, std::abs(pixels.difference_centre));
  result.difference_terms = halving.halved(pixels.difference_terms, std::abs(pixels.difference_centre));
  return result;
}

/// c^w at a mean c = 1 - m, and its slope, with what they may be off where m is off by a slack. The slope of a power below 1 is
/// infinite at 0: where c may be next to nothing, the slope may be that at the smallest number, or the 0 that counts at 0 itself.
struct Power {
  Real value, value_slack, slope, slope_slack;

  Power(Real dissimilarity, Real slack, Real exponent, const Precision& precision) {
    const auto slope_at = [&](Real c) {
      return c <= 0 || exponent == 0 ? Real(0) : exponent * std::pow(c, exponent - 1);
    };
    const Real mean = std::max(Real(0), 1 - dissimilarity);
    value = exponent == 0 ? 1 : std::pow(mean, exponent);
    slope = slope_at(mean);
    value_slack = 0;
    slope_slack = 0;
    if (exponent == 0) return;
    if (slack < mean / 1e6) {  // c is too large beside it for differences
      value_slack = slope * slack;
      slope_slack = std::abs(exponent - 1) * slope / mean * slack;
      return;
    }
    const Real high = std::max(Real(0), 1 - dissimilarity + slack);
    const Real low = std::max(Real(0), 1 - dissimilarity - slack);
    value_slack = std::pow(high, exponent) - std::pow(low, exponent);
    const Real steepest = slope_at(std::max(low, std::min(high, precision.smallest)));
    slope_slack = std::max(std::abs(slope_at(high) - slope), std::abs(steepest - slope));
    if (low == 0) slope_slack = std::max(slope_slack, slope);
  }
};

/// A product of powers, and how much more it is where each of them is as large as it may be.
struct Product {
  Real value = 1;
  Real slack = 0;

  void multiply(const Power& power) {
    slack = slack * (power.value + power.value_slack) + value * power.value_slack;
    value *= power.value;
  }
};

}  // namespace

Estimate ssim(const Pair& pair, const Precision& precision, const crisp::SsimOptions& options) {
  if (!has_weight(pair)) return {pair.prediction.height, pair.prediction.width};
  Windows windows;
  windows.side = options.window;
  windows.sigmas = {static_cast<Real>(options.sigma)};
  windows.c1 = constant(options.k1, options.data_range);
  windows.c2 = constant(options.k2, options.data_range);
  return estimate_of(compare_windows(pair, precision, windows, centred(pair, precision)));
}

Estimate ms_ssim(const Pair& pair, const Precision& precision, const crisp::MsSsimOptions& options) {
  Estimate result(pair.prediction.height, pair.prediction.width);
  if (!has_weight(pair)) return result;
  Windows windows;
  windows.side = options.window;
  windows.sigmas = {static_cast<Real>(options.sigma)};
  windows.c1 = constant(options.k1, options.data_range);
  windows.c2 = constant(options.k2, options.data_range);
  Centred pixels = centred(pair, precision);

  const std::size_t levels = options.weights.size();
  std::vector<Pair> pairs = {pair};
  std::vector<Comparison> comparisons;
  std::vector<Power> powers;
  pairs.reserve(levels);  // halvings refer to them
  std::vector<Halving> halvings;
  Real logarithm = 0;
  for (std::size_t i = 0; i < levels; ++i) {
    if (i > 0) {
      halvings.emplace_back(pairs[i - 1], options.odd_sizes);
      pairs.push_back(halvings.back().coarse());
      pixels = halved(pixels, halvings.back());
    }
    windows.with_luminance = i + 1 == levels;
    comparisons.push_back(compare_windows(pairs[i], precision, windows, pixels));
    const Comparison& level = comparisons.back();
    const Real exponent = static_cast<Real>(options.weights[i]);
    const Real slack = level.value_slack + 4 * precision.epsilon * level.value;
    powers.emplace_back(level.value, slack, exponent, precision);
    if (exponent > 0) logarithm += exponent * std::log1p(-std::min(level.value, Real(1)));
  }
  result.value = -std::expm1(logarithm);
  Product product;
  for (const Power& power : powers) product.multiply(power);
  result.value_slack = product.slack;

  std::vector<Plane> gradients;
  std::vector<Plane> slacks;
  for (std::size_t i = 0; i < levels; ++i) {
    Product others;
    for (std::size_t j = 0; j < levels; ++j) {
      if (j != i) others.multiply(powers[j]);
    }
    const Real slope = others.value * powers[i].slope;
    const Real slope_slack =
        (others.value + others.slack) * powers[i].slope_slack + others.slack * powers[i].slope;
    Plane gradient = comparisons[i].gradient;
    Plane slack = comparisons[i].gradient_slack;
    for (Size p = 0; p < gradient.size(); ++p) {
      slack[p] = (slope + slope_slack) * slack[p] +
                 (slope_slack + 4 * precision.epsilon * slope) * std::abs(gradient[p]);
      gradient[p] *= slope;
    }
    gradients.push_back(gradient);
    slacks.push_back(slack);
  }
  for (std::size_t i = levels - 1; i > 0; --i) {
    halvings[i - 1].add_adjoint(gradients[i], gradients[i - 1]);
    halvings[i - 1].add_adjoint(slacks[i], slacks[i - 1]);
  }
  result.gradient = gradients.front();
  result.gradient_slack = slacks.front();
  return result;
}

Estimate ms_ssim_l1(const Pair& pair, const Precision& precision, const crisp::MsSsimL1Options& options) {
  if (!has_weight(pair)) return {pair.prediction.height, pair.prediction.width};
  Windows windows;
  windows.side = std::min({static_cast<Size>(options.window), pair.prediction.height, pair.prediction.width});
  windows.sigmas.assign(options.sigmas.begin(), options.sigmas.end());
  windows.c1 = constant(options.k1, options.data_range);
  windows.c2 = constant(options.k2, options.data_range);
  windows.cuts_taps = true;
  windows.similarity_factor = static_cast<Real>(options.alpha);
  windows.l1_factor = (1 - windows.similarity_factor) / static_cast<Real>(options.data_range);
  return estimate_of(compare_windows(pair, precision, windows, centred(pair, precision)));
}

}  // namespace soak
