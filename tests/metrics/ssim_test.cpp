#include "crisp/metrics/ssim.hpp"

#include <cmath>
#include <limits>
#include <vector>

#include "crisp/metrics/high_frequency_ratio.hpp"
#include "crisp/metrics/ms_ssim.hpp"
#include "crisp/metrics/psnr.hpp"
#include "metrics/accumulation.hpp"
#include "support/catch.hpp"
#include "support/random_images.hpp"

using crisp::Images;
using crisp::Index;
using crisp::MsSsimLoss;
using crisp::MsSsimOptions;
using crisp::Shape;
using crisp::SsimLoss;
using crisp::SsimOptions;
using crisp::metrics::MsSsim;
using crisp::metrics::Ssim;

namespace {

MsSsimOptions two_levels() {
  MsSsimOptions options;
  options.window = 5;
  options.weights = {0.4, 0.6};
  return options;
}

/// Checks a metric against its loss, with weights and without.
template <typename Metric, typename Loss>
void check_is_one_minus_loss(Metric metric, const Loss& loss) {
  using T = typename Loss::Scalar;
  const auto prediction = random_images<T>({7, 2, 17, 13}, 1);
  const auto target = random_images<T>({7, 2, 17, 13}, 2);
  check_accumulation(metric, [&](auto& some, Index first, Index count, const auto& executor) {
    return some.add(some_images(prediction, first, count), some_images(target, first, count), executor);
  });
  Metric weighted_metric = metric;
  const double rounding = 4 * static_cast<double>(std::numeric_limits<T>::epsilon());
  const auto values = metric.add(prediction, target);
  for (std::size_t i = 0; i < 7; ++i) {
    // The metric adds channels in double.
    const auto expected = static_cast<double>(crisp::values(loss, prediction, target)(static_cast<Index>(i)));
    CHECK(std::abs(1 - values[i] - expected) <= rounding * expected);
  }
  CHECK(std::abs(1 - metric.value() - static_cast<double>(crisp::value(loss, prediction, target))) <= 1e-6);

  auto weights = random_images<T>({7, 1, 17, 13}, 3);
  weights.template chip<0>(4).setZero();
  weights(2, 0, 5, 6) = 0;
  const auto weighted_target = crisp::weighted(target, weights);
  const auto weighted_values = weighted_metric.add(prediction, weighted_target);
  const auto weighted_losses = crisp::values(loss, prediction, weighted_target);
  double sum = 0;
  for (std::size_t i = 0; i < 7; ++i) {
    const double expected = 1 - static_cast<double>(weighted_losses(static_cast<Index>(i)));
    if (i == 4) {
      CHECK(std::isnan(weighted_values[i]));
      continue;
    }
    CHECK(std::abs(weighted_values[i] - expected) <= rounding * (1 - expected));
    sum += weighted_values[i];
  }
  CHECK(weighted_metric.count() == 6);
  CHECK(weighted_metric.value() == Catch::Approx(sum / 6).epsilon(1e-12));
}

template <typename Metric>
void check_special_images(Metric metric) {
  const auto images = random_images<double>({2, 1, 17, 13}, 1);
  CHECK(metric.add(images, images) == std::vector<double>{1, 1});
  CHECK(metric.value() == 1);
  const auto black = constant_images<double>({1, 1, 17, 13}, 0);
  CHECK(metric.add(black, black)[0] == 1);
  auto broken = images;
  broken(1, 0, 8, 6) = std::nan("");
  const auto values = metric.add(broken, images);
  CHECK(values[0] == 1);
  CHECK(std::isnan(values[1]));
  CHECK(std::isnan(metric.value()));
}

}  // namespace

TEST_CASE("SSIM and MS-SSIM are 1 less their losses, image by image", "[metrics][ssim]") {
  SsimOptions options;
  options.window = 7;
  check_is_one_minus_loss(Ssim<double>(options), SsimLoss<double>(options));
  check_is_one_minus_loss(Ssim<float>(options), SsimLoss<float>(options));
  check_is_one_minus_loss(MsSsim<double>(two_levels()), MsSsimLoss<double>(two_levels()));
}

TEST_CASE("SSIM and MS-SSIM of identical, black and broken images", "[metrics][ssim]") {
  check_special_images(Ssim<double>());
  check_special_images(MsSsim<double>(two_levels()));
}

TEST_CASE("SSIM and MS-SSIM refuse what has none, and stay as they were", "[metrics][ssim]") {
  const auto images = random_images<float>({1, 1, 20, 23}, 1);
  Ssim<float> ssim;
  ssim.add(images, random_images<float>({1, 1, 20, 23}, 2));
  const auto small = random_images<float>({1, 1, 10, 23}, 1);
  check_refuses<crisp::ShapeError>(ssim, [&] { ssim.add(small, small); }, {"11", "10", "23"});
  check_refuses<crisp::ShapeError>(ssim, [&] { ssim.add(small, images); }, {"[1, 1, 10, 23]"});
  const auto check_merge = [&](const SsimOptions& options, const std::vector<std::string>& words) {
    check_refuses<crisp::OptionError>(
        ssim, [&] { ssim.merge(Ssim<float>(options)); }, words);
  };
  SsimOptions options;
  options.data_range = 255;
  check_merge(options, {"data_range", " 1 ", "255"});
  options = {};
  options.window = 7;
  check_merge(options, {"window", "11", "7"});
  options = {};
  options.sigma = 2;
  check_merge(options, {"sigma", "1.5", "2"});
  options = {};
  options.k1 = 0.5;
  check_merge(options, {"k1", "0.01", "0.5"});
  options = {};
  options.k2 = 0.5;
  check_merge(options, {"k2", "0.03", "0.5"});

  MsSsim<float> ms_ssim(two_levels());
  ms_ssim.add(images, random_images<float>({1, 1, 20, 23}, 2));
  const auto check_ms_merge = [&](const MsSsimOptions& other, const std::vector<std::string>& words) {
    check_refuses<crisp::OptionError>(
        ms_ssim, [&] { ms_ssim.merge(MsSsim<float>(other)); }, words);
  };
  check_ms_merge({}, {"window", "5", "11"});
  MsSsimOptions other = two_levels();
  other.weights = {0.4, 0.7};
  check_ms_merge(other, {"weights", "0.6", "0.7"});
  other.weights = {1};
  check_ms_merge(other, {"weights", "2 and 1"});
  other = two_levels();
  other.odd_sizes = crisp::OddSizes::drop_last;
  check_ms_merge(other, {"odd_sizes"});
}

TEST_CASE("Channels without weight are left out of an image's SSIM", "[metrics]") {
  const auto prediction = random_images<double>({1, 2, 14, 13}, 1);
  const auto target = random_images<double>({1, 2, 14, 13}, 2);
  auto weights = constant_images<double>({1, 2, 14, 13}, 1);
  for (Index i = 0; i < 14 * 13; ++i) weights.data()[i] = 0;
  crisp::metrics::Ssim<double> both, second;
  both.add(prediction, crisp::weighted(target, weights));
  second.add(crisp::view(prediction.data() + 14 * 13, 1, 1, 14, 13),
             crisp::view(target.data() + 14 * 13, 1, 1, 14, 13));
  CHECK(both.value() == second.value());
}

TEMPLATE_TEST_CASE("Where a plane lies in memory changes no bit", "[metrics]", float, double) {
  using T = TestType;
  const auto prediction = random_images<T>({64, 1, 13, 13}, 1);
  const auto target = random_images<T>({64, 1, 13, 13}, 2);
  const auto check = [&](auto metric) {
    const std::vector<double> together = metric.add(prediction, target);
    for (Index image = 0; image < 64; ++image) {
      const Images<T> one = crisp::view(prediction.data() + image * 169, 1, 1, 13, 13);
      const Images<T> other = crisp::view(target.data() + image * 169, 1, 1, 13, 13);
      CHECK(metric.add(one, other)[0] == together[static_cast<std::size_t>(image)]);
    }
  };
  check(crisp::metrics::Ssim<T>());
  check(crisp::metrics::Psnr<T>());
  check(crisp::metrics::HighFrequencyRatio<T>());
}
