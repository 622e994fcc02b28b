// Derivatives by central differences, in double, one element after another.
#pragma once

#include <Eigen/Core>
#include <algorithm>
#include <cmath>

#include "network/random.hpp"
#include "support/catch.hpp"

using Numbers = Eigen::ArrayXd;

/// Numbers in [-1, 1).
inline Numbers random_numbers(Eigen::Index size, std::uint64_t seed) {
  vae_mnist::Random random(seed);
  return Numbers::NullaryExpr(size, [&](Eigen::Index) { return 2 * random.uniform() - 1; });
}

/// Requires that gradient be d loss() / d x, element by element. Names the worst element if it is not.
template <typename Loss>
void require_gradient(const char* of, Eigen::Ref<Numbers> x, const Eigen::Ref<const Numbers>& gradient,
                      const Loss& loss) {
  REQUIRE(x.size() == gradient.size());
  double worst = -1;
  Eigen::Index worst_at = 0;
  double worst_difference = 0;
  for (Eigen::Index i = 0; i < x.size(); ++i) {
    const double kept = x[i];
    const double step = 6e-6 * std::max(1.0, std::abs(kept));
    x[i] = kept + step;
    const double above = loss();
    x[i] = kept - step;
    const double below = loss();
    x[i] = kept;
    const double difference = (above - below) / (2 * step);
    const double error = std::abs(difference - gradient[i]) / (1e-8 + 1e-7 * std::abs(difference));
    if (!(error <= worst)) {
      worst = error;
      worst_at = i;
      worst_difference = difference;
    }
  }
  INFO(of << ", element " << worst_at << " of " << x.size() << ": gradient " << gradient[worst_at]
          << ", by differences " << worst_difference);
  REQUIRE(worst <= 1);
}
