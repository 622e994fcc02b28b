#include "crisp/losses/ms_ssim_l1.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>
#include <vector>

#include "crisp/core/compose.hpp"
#include "crisp/core/evaluate.hpp"
#include "crisp/core/executor.hpp"
#include "crisp/core/weighted.hpp"
#include "losses/plain_similarity.hpp"
#include "support/catch.hpp"
#include "support/derivatives.hpp"
#include "support/golden.hpp"
#include "support/loss_checks.hpp"
#include "support/random_images.hpp"

using crisp::Images;
using crisp::Index;
using crisp::MsSsimL1Loss;
using crisp::MsSsimL1Options;
using crisp::Shape;

namespace {

MsSsimL1Options small_options(Index window, std::vector<double> sigmas, double alpha = 0.6) {
  MsSsimL1Options options;
  options.window = window;
  options.sigmas = std::move(sigmas);
  options.alpha = alpha;
  return options;
}

/// The loss by its formula alone, patch by patch.
double plain_loss(const MsSsimL1Options& options, const Images<double>& prediction,
                  const Images<double>& target, const Images<double>& weights) {
  const plain::Constants constants(options.k1, options.k2, options.data_range);
  return plain::mean_over_planes(prediction, target, weights,
                                 [&](const auto& x, const auto& y, const auto& w) {
                                   const Index window = std::min({options.window, x.rows(), x.cols()});
                                   double sum = 0;
                                   Index count = 0;
                                   for (Index i = 0; i + window <= x.rows(); ++i) {
                                     for (Index j = 0; j + window <= x.cols(); ++j) {
                                       double product = 1;
                                       plain::Window last{};
                                       for (const double sigma : options.sigmas) {
                                         last = plain::window_at(x, y, w, i, j, window, sigma, constants);
                                         product *= last.contrast;
                                       }
                                       if (last.weight == 0) continue;
                                       sum += options.alpha * (1 - last.luminance * product) +
                                              (1 - options.alpha) * last.l1 / options.data_range;
                                       ++count;
                                     }
                                   }
                                   return count == 0 ? 0 : sum / static_cast<double>(count);
                                 });
}

Images<double> ones(const Shape& shape) {
  return constant_images<double>({shape.batch, 1, shape.height, shape.width}, 1);
}

}  // namespace

TEST_CASE("MS-SSIM with L1 is its formula, patch by patch", "[ms_ssim_l1]") {
  for (const Shape& shape :
       {Shape{2, 3, 12, 15}, Shape{1, 2, 9, 21}, Shape{1, 1, 17, 8}, Shape{1, 1, 5, 6}}) {
    for (const auto& base : {small_options(9, {0.5, 1, 2}), small_options(6, {3, 1}), small_options(1, {1}),
                             small_options(11, {2}, 0.025), small_options(7, {1, 1, 1, 1, 1, 1, 1}, 1)}) {
      MsSsimL1Options options = base;
      options.data_range = 2;
      options.k1 = 0.02;
      const auto prediction = random_images<double>(shape, 1, -1, 1);
      const auto target = random_images<double>(shape, 2, -1, 1);
      CAPTURE(shape, options.window);
      const MsSsimL1Loss<double> loss(options);
      CHECK(crisp::value(loss, prediction, target) ==
            Catch::Approx(plain_loss(options, prediction, target, ones(shape))).epsilon(1e-12));
      for (const bool every_channel : {false, true}) {
        const auto weights = random_weights<double>(shape, 3, every_channel);
        CHECK(crisp::value(loss, prediction, crisp::weighted(target, weights)) ==
              Catch::Approx(plain_loss(options, prediction, target, weights)).epsilon(1e-12));
      }
    }
  }
}

TEST_CASE("MS-SSIM with L1 is PL4NN's layer on its patches", "[ms_ssim_l1]") {
  // MSSSIML1 of NVlabs/PL4NN with its own settings, written out: 2-D Gaussians the size of the patch, sums over it.
  const Shape shape{3, 2, 31, 31};
  const auto prediction = random_images<double>(shape, 1);
  const auto target = random_images<double>(shape, 2);
  double expected = 0;
  Images<double> expected_gradient(3, 2, 31, 31);
  for (Index b = 0; b < 3; ++b) {
    for (Index c = 0; c < 2; ++c) {
      const plain::Plane x = plain::plane_of(prediction, b, c);
      const plain::Plane y = plain::plane_of(target, b, c);
      plain::Plane g, slope = plain::Plane::Zero(31, 31);
      double product = 1, l = 1;
      for (const double sigma : {0.5, 1., 2., 4., 8.}) {
        g = plain::Plane::Zero(31, 31);
        for (Index i = 0; i < 31; ++i) {
          for (Index j = 0; j < 31; ++j) {
            g(i, j) = std::exp(-static_cast<double>((i - 15) * (i - 15) + (j - 15) * (j - 15)) /
                               (2 * sigma * sigma));
          }
        }
        g /= g.sum();
        const double mx = (g * x).sum(), my = (g * y).sum();
        const double sx = (g * x * x).sum() - mx * mx, sy = (g * y * y).sum() - my * my;
        const double sxy = (g * x * y).sum() - mx * my;
        const double cs = (2 * sxy + 9e-4) / (sx + sy + 9e-4);
        slope += 2 / (sx + sy + 9e-4) * g * ((y - my) - cs * (x - mx)) / cs;
        product *= cs;
        l = (2 * mx * my + 1e-4) / (mx * mx + my * my + 1e-4);
        if (sigma == 8) {
          slope = slope * l + 2 * g * (my - mx * l) / (mx * mx + my * my + 1e-4);
        }
      }
      expected += 0.025 * (1 - l * product) + 0.975 * (g * (x - y).abs()).sum();
      for (Index i = 0; i < 31; ++i) {
        for (Index j = 0; j < 31; ++j) {
          const double sign = x(i, j) > y(i, j) ? 1 : -1;
          expected_gradient(b, c, i, j) = (-0.025 * slope(i, j) * product + 0.975 * g(i, j) * sign) / 6;
        }
      }
    }
  }
  expected /= 6;
  Images<double> gradient;
  CHECK(crisp::value_and_gradient(MsSsimL1Loss<double>(), prediction, target, gradient) ==
        Catch::Approx(expected).epsilon(1e-12));
  CHECK(crisp_test::gradient_error(gradient, expected_gradient) < 1e-12);
  // Its similarity part alone, which alpha makes small.
  MsSsimL1Options options;
  options.alpha = 1;
  CHECK(crisp::value(MsSsimL1Loss<double>(options), prediction, target) ==
        Catch::Approx(plain_loss(options, prediction, target, ones(shape))).epsilon(1e-12));
}

TEST_CASE("MS-SSIM with L1 on larger images is the mean over all patches inside", "[ms_ssim_l1]") {
  const Shape shape{1, 1, 33, 34};
  const auto prediction = random_images<double>(shape, 1);
  const auto target = random_images<double>(shape, 2);
  double sum = 0;
  for (Index i = 0; i < 3; ++i) {
    for (Index j = 0; j < 4; ++j) {
      const auto patch = [&](const Images<double>& images) {
        return Images<double>(
            images.slice(Eigen::array<Index, 4>{0, 0, i, j}, Eigen::array<Index, 4>{1, 1, 31, 31}));
      };
      sum += crisp::value(MsSsimL1Loss<double>(), patch(prediction), patch(target));
    }
  }
  CHECK(crisp::value(MsSsimL1Loss<double>(), prediction, target) == Catch::Approx(sum / 12).epsilon(1e-12));
}

TEST_CASE("The gradients of MS-SSIM with L1 are its derivatives", "[ms_ssim_l1][gradient]") {
  MsSsimL1Options other = small_options(4, {0.7, 2}, 0.3);
  other.data_range = 3;
  other.k1 = 0.05;
  other.k2 = 0.1;
  struct Case {
    Shape shape;
    MsSsimL1Options options;
  };
  unsigned seed = 0;
  for (const Case& c :
       {Case{{1, 2, 9, 11}, small_options(7, {0.5, 1, 2})}, Case{{2, 1, 10, 8}, small_options(5, {2, 1}, 1)},
        Case{{1, 1, 7, 9}, small_options(5, {1}, 0)}, Case{{1, 1, 9, 8}, other}, Case{{1, 2, 5, 7}, {}}}) {
    CAPTURE(c.shape);
    check_derivatives(MsSsimL1Loss<double>(c.options), c.shape, ++seed);
    check_derivatives(MsSsimL1Loss<double>(c.options), c.shape, ++seed);
  }
  check_derivatives(
      0.5 * MsSsimL1Loss<double>(small_options(3, {1, 2})) + 2 * MsSsimL1Loss<double>(small_options(5, {1})),
      {1, 1, 7, 6}, 20);
}

TEST_CASE("MS-SSIM with L1 of equal images is exactly 0, with no gradient; of black and flat ones finite",
          "[ms_ssim_l1]") {
  const Shape shape{1, 2, 33, 35};
  Images<double> gradient;
  for (const auto& images : {random_images<double>(shape, 1), constant_images<double>(shape, 0),
                             constant_images<double>(shape, 0.3)}) {
    CHECK(crisp::value_and_gradient(MsSsimL1Loss<double>(), images, images, gradient) == 0);
    CHECK(largest_entry(gradient) == 0);
    const Images<float> narrow = images.cast<float>();
    CHECK(crisp::value(MsSsimL1Loss<float>(), narrow, narrow) == 0);
  }
  const auto black = constant_images<double>(shape, 0);
  const auto grey = constant_images<double>(shape, 0.5);
  CHECK(crisp::value_and_gradient(MsSsimL1Loss<double>(), black, grey, gradient) ==
        Catch::Approx(0.025 * (1 - 1e-4 / 0.2501) + 0.975 * 0.5).epsilon(1e-12));
  CHECK(all_finite(gradient));
}

TEST_CASE("MS-SSIM with L1 does not depend on the unit of the pixels", "[ms_ssim_l1]") {
  const Shape shape{1, 1, 20, 23};
  const auto prediction = random_images<double>(shape, 1);
  const auto target = random_images<double>(shape, 2);
  MsSsimL1Options bytes;
  bytes.data_range = 255;
  const Images<double> prediction_bytes = prediction * 255.0;
  const Images<double> target_bytes = target * 255.0;
  CHECK(crisp::value(MsSsimL1Loss<double>(bytes), prediction_bytes, target_bytes) ==
        Catch::Approx(crisp::value(MsSsimL1Loss<double>(), prediction, target)).epsilon(1e-12));
}

TEST_CASE("MS-SSIM with L1 in float agrees with double as its docstring says", "[ms_ssim_l1]") {
  for (const double alpha : {0.025, 0.84, 1.0}) {
    for (const float similarity : {0.f, 0.65f, 0.999f}) {
      for (const float offset : {0.f, 100.f}) {
        MsSsimL1Options options;
        options.alpha = alpha;
        const Shape shape{1, 1, 64, 57};
        const auto base = random_images<float>(shape, 2);
        const Images<float> target = base + offset;
        const Images<float> prediction =
            random_images<float>(shape, 1) * (1 - similarity) + base * similarity + offset;
        const auto weights = random_weights<float>(shape, 3, false);
        const Images<double> wide_weights = weights.cast<double>();
        const Images<double> wide_prediction = prediction.cast<double>();
        const Images<double> wide_target = target.cast<double>();
        const MsSsimL1Loss<float> loss(options);
        const MsSsimL1Loss<double> wide_loss(options);
        Images<float> gradient;
        Images<double> wide_gradient;
        for (const bool weighted : {false, true}) {
          const auto value =
              static_cast<double>(weighted ? crisp::value_and_gradient(
                                                 loss, prediction, crisp::weighted(target, weights), gradient)
                                           : crisp::value_and_gradient(loss, prediction, target, gradient));
          const double wide =
              weighted ? crisp::value_and_gradient(wide_loss, wide_prediction,
                                                   crisp::weighted(wide_target, wide_weights), wide_gradient)
                       : crisp::value_and_gradient(wide_loss, wide_prediction, wide_target, wide_gradient);
          const double gradient_error = crisp_test::gradient_error(gradient, wide_gradient);
          CAPTURE(alpha, similarity, offset, weighted, value, wide, value / wide - 1, gradient_error);
          CHECK(std::abs(value - wide) <= 5e-7 * wide);
          CHECK(gradient_error <= 3e-5);
        }
      }
    }
  }
}

TEST_CASE("Pixels of weight 0 are ignored by MS-SSIM with L1; without any weight it is 0",
          "[ms_ssim_l1][weights]") {
  // The mask leaves patches in which narrow Gaussians find nothing.
  const Shape shape{1, 2, 45, 40};
  Images<float> weights(1, 1, 45, 40);
  for (Index i = 0; i < weights.size(); ++i)
    weights.data()[i] = i % 40 < 14 ? static_cast<float>(i % 3) : 0.f;
  const auto prediction = random_images<float>(shape, 1);
  const auto target = random_images<float>(shape, 2);
  const MsSsimL1Loss<float> loss;
  Images<float> gradient, other_gradient;
  crisp::Workspace<MsSsimL1Loss<float>> workspace;
  const float value =
      crisp::value_and_gradient(loss, prediction, crisp::weighted(target, weights), gradient, workspace);
  CHECK(value > 0);
  Images<float> other = prediction;
  Images<float> other_target = target;
  for (Index i = 0; i < other.size(); ++i) {
    if (weights.data()[i % weights.size()] > 0) continue;
    CHECK(gradient.data()[i] == 0);
    (i % 2 == 0 ? other : other_target).data()[i] = std::numeric_limits<float>::quiet_NaN();
  }
  CHECK(crisp::value_and_gradient(loss, other, crisp::weighted(other_target, weights), other_gradient) ==
        value);
  CHECK(largest_difference(gradient, other_gradient) == 0);
  // Float and double leave out the same.
  const Images<double> wide_target = target.cast<double>();
  const Images<double> wide_weights = weights.cast<double>();
  Images<double> wide_gradient;
  const double wide =
      crisp::value_and_gradient(MsSsimL1Loss<double>(), Images<double>(prediction.cast<double>()),
                                crisp::weighted(wide_target, wide_weights), wide_gradient);
  CHECK(static_cast<double>(value) == Catch::Approx(wide).epsilon(5e-7));
  CHECK(crisp_test::gradient_error(gradient, wide_gradient) < 3e-5);

  weights.setZero();
  CHECK(crisp::value_and_gradient(loss, prediction, crisp::weighted(target, weights), gradient, workspace) ==
        0);
  CHECK(largest_entry(gradient) == 0);
}

TEST_CASE("MS-SSIM with L1 is continuous where weights approach 1", "[ms_ssim_l1][weights]") {
  const Shape shape{1, 1, 34, 37};
  const auto prediction = random_images<double>(shape, 1);
  const auto target = random_images<double>(shape, 2);
  check_continuous_weights(MsSsimL1Loss<double>(), prediction, target, 1e-8);
}

TEST_CASE("MS-SSIM with L1 of images that are not finite is not finite", "[ms_ssim_l1]") {
  const Shape shape{1, 1, 33, 32};
  const auto good = random_images<double>(shape, 2);
  for (const double pixel :
       {std::numeric_limits<double>::quiet_NaN(), std::numeric_limits<double>::infinity()}) {
    auto bad = random_images<double>(shape, 1);
    bad(0, 0, 32, 31) = pixel;
    crisp::Workspace<MsSsimL1Loss<double>> workspace;
    const MsSsimL1Loss<double> loss;
    CHECK_FALSE(std::isfinite(crisp::value(loss, bad, good, workspace)));
    CHECK_FALSE(std::isfinite(crisp::value(loss, good, bad, workspace)));
    CHECK(crisp::value(loss, good, good, workspace) == 0);
  }
}

TEST_CASE("A workspace of MS-SSIM with L1 serves any images and options, on any number of threads",
          "[ms_ssim_l1]") {
  crisp::Workspace<MsSsimL1Loss<float>> workspace;
  for (const auto& options : {small_options(9, {0.5, 1, 2}), small_options(9, {0.5, 2, 1}),
                              small_options(4, {1}), MsSsimL1Options(), small_options(40, {2, 5})}) {
    for (const Shape& shape :
         {Shape{1, 2, 60, 14}, Shape{3, 1, 14, 33}, Shape{1, 1, 14, 60}, Shape{1, 3, 90, 13}}) {
      const MsSsimL1Loss<float> loss(options);
      const auto prediction = random_images<float>(shape, 1);
      const auto target = random_images<float>(shape, 2);
      const auto weights = random_weights<float>(shape, 3, true);
      check_repeatable(loss, prediction, target, weights, workspace);
    }
  }
}

TEST_CASE("MS-SSIM with L1 refuses options out of range, quoting them", "[ms_ssim_l1]") {
  using Catch::Contains;
  const double nan = std::numeric_limits<double>::quiet_NaN();
  CHECK_THROWS_WITH(MsSsimL1Loss<float>(small_options(0, {1})), Contains("window") && Contains("got 0"));
  CHECK_THROWS_WITH(MsSsimL1Loss<float>(small_options(5, {})), Contains("sigmas") && Contains("got 0"));
  CHECK_THROWS_WITH(MsSsimL1Loss<float>(small_options(5, std::vector<double>(17, 1))), Contains("got 17"));
  CHECK_NOTHROW(MsSsimL1Loss<float>(small_options(5, std::vector<double>(16, 1))));
  CHECK_THROWS_WITH(MsSsimL1Loss<float>(small_options(5, {1, -0.5})), Contains("sigma") && Contains("-0.5"));
  for (const double alpha : {-0.25, 1.5, nan}) {
    CHECK_THROWS_AS(MsSsimL1Loss<float>(small_options(5, {1}, alpha)), crisp::OptionError);
  }
  CHECK_THROWS_WITH(MsSsimL1Loss<float>(small_options(5, {1}, 1.5)), Contains("alpha") && Contains("1.5"));
  MsSsimL1Options options;
  options.data_range = 0;
  CHECK_THROWS_WITH(MsSsimL1Loss<float>(options), Contains("data_range"));
  options = {};
  options.k1 = nan;
  CHECK_THROWS_AS(MsSsimL1Loss<float>(options), crisp::OptionError);
}
