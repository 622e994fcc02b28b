#include "soak/reference/pixel_losses.hpp"

namespace soak {
namespace {

/// Of a pixel.
struct Term {
  Real value;
  Real derivative;
  Real value_slack = 0;
  Real derivative_slack = 0;
};

/// Σ w f / Σ w. A plane without weight is 0.
template <typename Function>
Estimate weighted_mean(const Pair& pair, const Function& term_of) {
  Estimate result(pair.prediction.height, pair.prediction.width);
  Real total = 0;
  for (Size i = 0; i < pair.prediction.size(); ++i) total += pair.weight(i);
  if (total == 0) return result;
  for (Size i = 0; i < pair.prediction.size(); ++i) {
    const Real share = pair.weight(i) / total;
    if (share == 0) continue;
    const Term term = term_of(pair.prediction[i], pair.target[i]);
    result.value += share * term.value;
    result.value_slack += share * term.value_slack;
    result.gradient[i] = share * term.derivative;
    result.gradient_slack[i] = share * term.derivative_slack;
  }
  return result;
}

Real sign(Real x) { return static_cast<Real>((x > 0) - (x < 0)); }

}  // namespace

// x - y of two numbers is rounded relatively, and 0 only where they are equal: the kink at 0 needs no slack. Differences below the
// smallest normal number have a slope in between, as documented.
Estimate l1(const Pair& pair, const Precision& precision) {
  return weighted_mean(pair, [&](Real x, Real y) {
    const Real r = x - y;
    return Term{std::abs(r), sign(r), 0, std::abs(r) < precision.smallest && r != 0 ? Real(1) : Real(0)};
  });
}

// A square below the smallest normal number is lost.
Estimate mse(const Pair& pair, const Precision& precision) {
  return weighted_mean(pair, [&](Real x, Real y) {
    return Term{square(x - y), 2 * (x - y), precision.smallest, precision.smallest};
  });
}

Estimate huber(const Pair& pair, Real delta) {
  return weighted_mean(pair, [&](Real x, Real y) {
    const Real r = x - y;
    if (std::abs(r) <= delta) return Term{r * r / 2, r};
    return Term{delta * (std::abs(r) - delta / 2), delta * sign(r)};
  });
}

Estimate charbonnier(const Pair& pair, Real epsilon) {
  return weighted_mean(pair, [&](Real x, Real y) {
    const Real root = std::sqrt(square(x - y) + square(epsilon));
    return Term{root, (x - y) / root};
  });
}

// max(x, 0) and x y are rounded before they are subtracted; σ(x) and y likewise.
Estimate bce_with_logits(const Pair& pair, const Precision& precision, bool swapped) {
  return weighted_mean(pair, [&](Real first, Real second) {
    const Real x = swapped ? second : first;
    const Real y = swapped ? first : second;
    const Real value = std::max(x, Real(0)) - x * y + std::log1p(std::exp(-std::abs(x)));
    const Real slack = precision.epsilon * (std::max(x, Real(0)) + std::abs(x * y));
    const Real sigmoid = x >= 0 ? 1 / (1 + std::exp(-x)) : std::exp(x) / (1 + std::exp(x));
    if (swapped) return Term{value, -x, slack};
    return Term{value, sigmoid - y, slack, 2 * precision.epsilon * (sigmoid + std::abs(y))};
  });
}

// The slopes of a pixel's steps are each rounded before they are added.
Estimate total_variation(const Pair& pair, const Precision& precision, crisp::VariationNorm norm) {
  const Plane& f = pair.prediction;
  Estimate result(f.height, f.width);
  Real total = 0;
  for (Size i = 0; i < f.size(); ++i) total += pair.weight(i);
  if (total == 0) return result;
  for (Size y = 0; y < f.height; ++y) {
    for (Size x = 0; x < f.width; ++x) {
      const auto weight = [&](Size to_y, Size to_x) -> Real {
        if (to_y >= f.height || to_x >= f.width) return 0;
        return std::sqrt(pair.weight(y * f.width + x) * pair.weight(to_y * f.width + to_x));
      };
      const Real down_weight = weight(y + 1, x);
      const Real right_weight = weight(y, x + 1);
      const Real down = down_weight == 0 ? 0 : f(y + 1, x) - f(y, x);
      const Real right = right_weight == 0 ? 0 : f(y, x + 1) - f(y, x);
      Real value = 0;
      Real by_down = 0;
      Real by_right = 0;
      switch (norm) {
        case crisp::VariationNorm::anisotropic:
          value = down_weight * std::abs(down) + right_weight * std::abs(right);
          by_down = down_weight * sign(down);
          by_right = right_weight * sign(right);
          break;
        case crisp::VariationNorm::isotropic:
          value = std::sqrt(square(down_weight * down) + square(right_weight * right));
          if (value > 0) {
            by_down = square(down_weight) * down / value;
            by_right = square(right_weight) * right / value;
          }
          break;
        case crisp::VariationNorm::squared:
          value = down_weight * square(down) + right_weight * square(right);
          by_down = 2 * down_weight * down;
          by_right = 2 * right_weight * right;
          break;
      }
      result.value += value / total;
      const Real rounding = 4 * precision.epsilon / total;
      result.gradient_slack(y, x) += rounding * (std::abs(by_down) + std::abs(by_right));
      if (y + 1 < f.height) result.gradient_slack(y + 1, x) += rounding * std::abs(by_down);
      if (x + 1 < f.width) result.gradient_slack(y, x + 1) += rounding * std::abs(by_right);
      result.gradient(y, x) -= (by_down + by_right) / total;
      if (y + 1 < f.height) result.gradient(y + 1, x) += by_down / total;
      if (x + 1 < f.width) result.gradient(y, x + 1) += by_right / total;
    }
  }
  return result;
}

}  // namespace soak
