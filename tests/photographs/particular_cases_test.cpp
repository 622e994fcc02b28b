// What went wrong in float once, where nothing but float is the reason.
#include <algorithm>
#include <cmath>

#include "crisp/losses/gaussian_kl.hpp"
#include "photographs/checked.hpp"
#include "photographs/random.hpp"

using namespace photographs;

TEST_CASE("A step of 2e-4 in every pixel of a grey plane is no rounding", "[photographs]") {
  // Each of 1024² bins has real and imaginary parts of a standard deviation of 1024 steps / √2, without a phase of its own.
  const double step = 2e-4;
  const double expected = 2 * 1024 * step / std::sqrt(std::acos(-1.0));
  const ComparedLoss loss = loss_named("fft_l1");
  const ImagePair pair = flat_but_for_steps(1024, 1024, step);
  CHECK(difference(loss, pair).in_double == Approx(expected).epsilon(0.01));
  check(loss, pair);
}

TEST_CASE("Sums of many equal numbers are as exact as others", "[photographs]") {
  const ComparedLoss l1 = loss_named("L1");
  check(l1, flat_pair(64, 4096, 0.6931, 0));
  check(l1, flat_pair(4500, 4500, 0.6931, 0));
  check(loss_named("MSE"), flat_pair(64, 4096, 0.6931, 0));
  check(loss_named("Charbonnier"), flat_pair(64, 4096, 0.6931, 0));
}

TEST_CASE("Black and white are as different in float as they are", "[photographs]") {
  const ComparedLoss loss = loss_named("MS-SSIM, window 7, two levels");
  const ImagePair pair = flat_pair(2000, 3000, 0, 1);
  CHECK(difference(loss, pair).in_double == Approx(0.99).epsilon(1e-5));
  check(loss, pair);
}

TEST_CASE("The KL divergence of a large batch is as exact as that of a small one", "[photographs]") {
  using Latents = Eigen::Tensor<float, 2, Eigen::RowMajor>;
  using LatentsInDouble = Eigen::Tensor<double, 2, Eigen::RowMajor>;
  Latents mean(50000, 64), log_variance(50000, 64), mean_gradient, log_variance_gradient;
  Random random(6);
  for (crisp::Index i = 0; i < mean.size(); ++i) {
    mean.data()[i] = static_cast<float>(random.normal());
    log_variance.data()[i] = static_cast<float>(1e-2 * random.normal());  // where e^x - 1 - x would cancel
  }
  const double value = crisp::gaussian_kl(mean, log_variance, mean_gradient, log_variance_gradient);
  const LatentsInDouble exact_mean = mean.cast<double>();
  const LatentsInDouble exact_log_variance = log_variance.cast<double>();
  LatentsInDouble expected_mean_gradient, expected_log_variance_gradient;
  const double expected = crisp::gaussian_kl(exact_mean, exact_log_variance, expected_mean_gradient,
                                             expected_log_variance_gradient);
  CHECK(value == Approx(expected).epsilon(1e-7));
  double largest_error = 0;
  for (crisp::Index i = 0; i < mean.size(); ++i) {
    const auto error = [&](const Latents& gradient, const LatentsInDouble& exact) {
      const double derivative = exact.data()[i];
      return derivative == 0 ? 0 : std::abs(static_cast<double>(gradient.data()[i]) / derivative - 1);
    };
    largest_error = std::max({largest_error, error(mean_gradient, expected_mean_gradient),
                              error(log_variance_gradient, expected_log_variance_gradient)});
  }
  CHECK(largest_error <= 1e-7);
}
