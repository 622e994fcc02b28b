// SSIM of weighted pixels.
#include <algorithm>
#include <cmath>
#include <limits>

#include "crisp/core/compose.hpp"
#include "crisp/core/evaluate.hpp"
#include "crisp/core/executor.hpp"
#include "crisp/core/weighted.hpp"
#include "crisp/losses/ssim.hpp"
#include "losses/plain_similarity.hpp"
#include "support/catch.hpp"
#include "support/derivatives.hpp"
#include "support/golden.hpp"
#include "support/loss_checks.hpp"
#include "support/random_images.hpp"

using crisp::Images;
using crisp::Index;
using crisp::Shape;
using crisp::SsimLoss;
using crisp::SsimOptions;

namespace {

double plain_loss(const SsimOptions& options, const Images<double>& prediction, const Images<double>& target,
                  const Images<double>& weights) {
  const plain::Constants constants(options.k1, options.k2, options.data_range);
  return plain::mean_over_planes(
      prediction, target, weights, [&](const auto& x, const auto& y, const auto& w) {
        return 1 - plain::mean_over_windows(x, y, w, options.window, options.sigma, constants, 1,
                                            [](const plain::Window& window) { return window.ssim(); });
      });
}

/// A mask: 1 in a disc, 0 elsewhere, and a frayed edge between.
template <typename T>
Images<T> disc(const Shape& images) {
  Images<T> weights(images.batch, 1, images.height, images.width);
  const auto height = static_cast<double>(images.height);
  const auto width = static_cast<double>(images.width);
  for (Index b = 0; b < images.batch; ++b) {
    for (Index y = 0; y < images.height; ++y) {
      for (Index x = 0; x < images.width; ++x) {
        const double radius =
            std::hypot(static_cast<double>(y) - height / 2.5, static_cast<double>(x) - width / 3);
        weights(b, 0, y, x) = static_cast<T>(std::clamp(0.3 * width - radius, 0., 1.));
      }
    }
  }
  return weights;
}

/// The accuracy of float against double on the same pixels and weights.
void check_float(const SsimOptions& options, const Images<float>& prediction, const Images<float>& target,
                 const Images<float>& weights, double value_accuracy, double gradient_accuracy) {
  Images<float> gradient;
  Images<double> wide_gradient;
  const auto value = static_cast<double>(crisp::value_and_gradient(
      SsimLoss<float>(options), prediction, crisp::weighted(target, weights), gradient));
  const Images<double> wide_target = target.cast<double>();
  const Images<double> wide_weights = weights.cast<double>();
  const double wide =
      crisp::value_and_gradient(SsimLoss<double>(options), Images<double>(prediction.cast<double>()),
                                crisp::weighted(wide_target, wide_weights), wide_gradient);
  CAPTURE(value, wide, crisp_test::gradient_error(gradient, wide_gradient));
  CHECK(std::abs(value - wide) <= value_accuracy * wide);
  CHECK(crisp_test::gradient_error(gradient, wide_gradient) <= gradient_accuracy);
}

}  // namespace

TEST_CASE("Weighted SSIM is normalised convolution, window by window", "[ssim][weights]") {
  for (const Index window : {1, 2, 5, 8, 11}) {
    for (const Shape& shape : {Shape{1, 1, 16, 16}, Shape{2, 3, 17, 29}, Shape{1, 2, 41, 16}}) {
      SsimOptions options = with_window(window, 0.5 * static_cast<double>(window));
      options.data_range = 2;
      options.k1 = 0.02;
      const auto prediction = random_images<double>(shape, 1, -1, 1);
      const auto target = random_images<double>(shape, 2, -1, 1);
      for (const auto& weights : {random_weights<double>(shape, 3, false),
                                  random_weights<double>(shape, 4, true), disc<double>(shape)}) {
        CAPTURE(window, shape);
        CHECK(crisp::value(SsimLoss<double>(options), prediction, crisp::weighted(target, weights)) ==
              Catch::Approx(plain_loss(options, prediction, target, weights)).epsilon(1e-12));
      }
    }
  }
}

TEST_CASE("Weighted SSIM's gradients are its derivatives", "[ssim][weights][gradient]") {
  struct Case {
    Shape shape;
    SsimOptions options;
  };
  SsimOptions other = with_window(4, 2);
  other.data_range = 3;
  other.k1 = 0.05;
  other.k2 = 0.1;
  unsigned seed = 0;
  for (const Case& c :
       {Case{{1, 1, 11, 13}, {}}, Case{{2, 3, 9, 7}, with_window(5)}, Case{{1, 2, 9, 14}, other},
        Case{{1, 1, 3, 5}, with_window(1)}, Case{{1, 2, 17, 6}, with_window(6, 0.8)}}) {
    CAPTURE(c.shape);
    check_derivatives(SsimLoss<double>(c.options), c.shape, ++seed);
    check_derivatives(SsimLoss<double>(c.options), random_images<double>(c.shape, 1),
                      random_images<double>(c.shape, 2), disc<double>(c.shape));
  }
  check_derivatives(0.5 * SsimLoss<double>(with_window(3)) + 2 * SsimLoss<double>(with_window(5)),
                    {1, 2, 9, 8}, 9);
}

TEST_CASE("Pixels of weight 0 are ignored by SSIM, whatever they hold", "[ssim][weights]") {
  const Shape shape{1, 2, 23, 26};
  const auto weights = disc<float>(shape);
  const auto prediction = random_images<float>(shape, 1);
  const auto target = random_images<float>(shape, 2);
  Images<float> gradient, other_gradient;
  const SsimLoss<float> loss(with_window(7));
  const float value = crisp::value_and_gradient(loss, prediction, crisp::weighted(target, weights), gradient);
  for (const float pixel :
       {std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity(), 1e9f}) {
    Images<float> other = prediction;
    Images<float> other_target = target;
    for (Index i = 0; i < other.size(); ++i) {
      if (weights.data()[i % weights.size()] > 0) continue;
      CHECK(gradient.data()[i] == 0);
      (i % 2 == 0 ? other : other_target).data()[i] = pixel;
    }
    CHECK(crisp::value_and_gradient(loss, other, crisp::weighted(other_target, weights), other_gradient) ==
          value);
    CHECK(largest_difference(gradient, other_gradient) == 0);
  }
  auto bad = prediction;
  bad(0, 1, 9, 8) = std::numeric_limits<float>::quiet_NaN();
  REQUIRE(weights(0, 0, 9, 8) > 0);
  CHECK_FALSE(std::isfinite(crisp::value(loss, bad, crisp::weighted(target, weights))));
}

TEST_CASE("Weights that cover one part of an image give SSIM of that part", "[ssim][weights]") {
  // Windows that meet the edge see fewer pixels, so the part's own windows are those of the interior: with windows of
  // one pixel, all of them.
  const Shape shape{1, 1, 14, 15};
  const auto prediction = random_images<double>(shape, 1);
  const auto target = random_images<double>(shape, 2);
  Images<double> weights = constant_images<double>(shape, 0);
  Images<double> part(1, 1, 6, 7), target_part(1, 1, 6, 7);
  for (Index y = 0; y < 6; ++y) {
    for (Index x = 0; x < 7; ++x) {
      weights(0, 0, y + 3, x + 5) = 1;
      part(0, 0, y, x) = prediction(0, 0, y + 3, x + 5);
      target_part(0, 0, y, x) = target(0, 0, y + 3, x + 5);
    }
  }
  const SsimLoss<double> loss(with_window(1));
  CHECK(crisp::value(loss, prediction, crisp::weighted(target, weights)) ==
        Catch::Approx(crisp::value(loss, part, target_part)).epsilon(1e-13));
}

TEST_CASE("SSIM without any weight is 0, with no gradient", "[ssim][weights]") {
  const Shape shape{2, 1, 12, 13};
  const auto prediction = random_images<double>(shape, 1);
  const auto target = random_images<double>(shape, 2);
  Images<double> weights = random_weights<double>(shape, 3, true);
  const SsimLoss<double> loss;
  Images<double> gradient;
  crisp::Workspace<SsimLoss<double>> workspace;
  const auto with = crisp::values(loss, prediction, crisp::weighted(target, weights), workspace);
  for (Index i = 0; i < shape.plane_size(); ++i) weights.data()[i] = 0;
  crisp::value_and_gradient(loss, prediction, crisp::weighted(target, weights), gradient, workspace);
  for (Index i = 0; i < shape.plane_size(); ++i) CHECK(gradient.data()[i] == 0);
  const auto without = crisp::values(loss, prediction, crisp::weighted(target, weights), workspace);
  CHECK(without(0) == 0);
  CHECK(without(1) == with(1));
}

TEST_CASE("SSIM is continuous where weights approach 1", "[ssim][weights]") {
  const Shape shape{1, 2, 19, 22};
  const auto prediction = random_images<double>(shape, 1);
  const auto target = random_images<double>(shape, 2);
  check_continuous_weights(SsimLoss<double>(), prediction, target, 1e-9);
}

TEST_CASE("Only the ratios of weights count for SSIM, however small or large they are", "[ssim][weights]") {
  const Shape shape{1, 1, 21, 20};
  const auto prediction = random_images<float>(shape, 1);
  const auto target = random_images<float>(shape, 2);
  const auto weights = random_weights<float>(shape, 3, false);
  Images<float> gradient, scaled_gradient;
  const SsimLoss<float> loss;
  const float value = crisp::value_and_gradient(loss, prediction, crisp::weighted(target, weights), gradient);
  for (const float scale : {1e-37f, 1e-20f, 1e38f}) {
    const Images<float> scaled = weights * scale;
    CHECK(crisp::value_and_gradient(loss, prediction, crisp::weighted(target, scaled), scaled_gradient) ==
          Catch::Approx(value).epsilon(1e-6));
    CHECK(crisp_test::gradient_error(scaled_gradient, Images<double>(gradient.cast<double>())) < 2e-6);
  }
}

TEST_CASE("SSIM whose weights reach over many orders of magnitude stays finite", "[ssim][weights]") {
  const Shape shape{1, 1, 24, 24};
  auto weights = random_images<float>(shape, 3, -45, 38);
  for (Index i = 0; i < weights.size(); ++i) weights.data()[i] = std::pow(10.f, weights.data()[i]);
  for (const auto& prediction : {random_images<float>(shape, 1), constant_images<float>(shape, 0)}) {
    Images<float> gradient;
    for (const Index window : {1, 4, 11}) {
      const float value =
          crisp::value_and_gradient(SsimLoss<float>(with_window(window, 0.4)), prediction,
                                    crisp::weighted(random_images<float>(shape, 2), weights), gradient);
      CHECK(value >= 0);
      CHECK(value <= 2);
      CHECK(all_finite(gradient));
    }
  }
}

TEST_CASE("Weighted SSIM in float agrees with double as its docstring says, however bright",
          "[ssim][weights]") {
  for (const Shape& shape : {Shape{2, 1, 28, 28}, Shape{1, 3, 67, 101}}) {
    for (const float similarity : {0.f, 0.65f, 0.999f}) {
      for (const double offset : {0., 250., 1e4}) {
        for (const bool is_mask : {false, true}) {
          const auto weights = is_mask ? disc<float>(shape) : random_weights<float>(shape, 3, true);
          const auto base = random_images<float>(shape, 2);
          const Images<float> target = base + static_cast<float>(offset);
          const Images<float> prediction = random_images<float>(shape, 1) * (0.9f * (1 - similarity)) +
                                           base * similarity + static_cast<float>(offset);
          CAPTURE(shape, similarity, offset, is_mask);
          check_float({}, prediction, target, weights, is_mask ? 5e-6 : 3e-7, is_mask ? 5e-5 : 2e-6);
        }
      }
    }
  }
}

TEST_CASE("Weighted SSIM in float tells bright images apart that differ by little more than rounding",
          "[ssim][weights]") {
  for (const Shape& shape : {Shape{1, 1, 2, 12}, Shape{1, 2, 28, 28}, Shape{1, 1, 64, 200}}) {
    for (const float brighter : {1e-5f, 1e-4f, 1e-3f, 1e-2f}) {
      for (const Index window : {1, 2}) {
        const auto prediction = random_images<float>(shape, 1, 100, 100.1);
        const Images<float> target = prediction + brighter;
        CAPTURE(shape, brighter, window);
        check_float(with_window(window), prediction, target, random_weights<float>(shape, 3, true), 3e-7,
                    2e-6);
      }
    }
  }
}

TEST_CASE("A workspace of SSIM serves weighted images and others, on any number of threads",
          "[ssim][weights]") {
  crisp::Workspace<SsimLoss<double>> workspace;
  for (const Index window : {11, 4, 1}) {
    for (const Shape& shape :
         {Shape{1, 2, 60, 14}, Shape{2, 1, 11, 33}, Shape{1, 1, 40, 13}, Shape{1, 3, 90, 13}}) {
      const SsimLoss<double> loss(with_window(window));
      const auto prediction = random_images<double>(shape, 1);
      const auto target = random_images<double>(shape, 2);
      const auto weights = random_weights<double>(shape, 3, true);
      const auto weighted_target = crisp::weighted(target, weights);
      Images<double> gradient, fresh_gradient;
      const double value = crisp::value_and_gradient(loss, prediction, weighted_target, gradient, workspace);
      CHECK(value == crisp::value(loss, prediction, weighted_target, workspace));
      CHECK(value ==
            crisp::value_and_gradient(loss, prediction, weighted_target, fresh_gradient, crisp::Threads(3)));
      CHECK(largest_difference(gradient, fresh_gradient) == 0);
      CHECK(crisp::value_and_gradient(loss, prediction, target, gradient, workspace) ==
            crisp::value_and_gradient(loss, prediction, target, fresh_gradient));
      CHECK(largest_difference(gradient, fresh_gradient) == 0);
    }
  }
}
