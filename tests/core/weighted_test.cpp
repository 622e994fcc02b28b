#include <cmath>
#include <crisp/crisp.hpp>
#include <limits>

#include "support/catch.hpp"
#include "support/derivatives.hpp"
#include "support/random_images.hpp"

using crisp::Images;
using crisp::Index;
using crisp::Shape;

namespace {
const Shape shape{2, 3, 7, 5};
}

TEST_CASE("A weighted mean over pixels is Σ w f / Σ w, plane by plane", "[weighted]") {
  const auto prediction = random_images<double>(shape, 1);
  const auto target = random_images<double>(shape, 2);
  for (const bool every_channel : {false, true}) {
    const auto weights = random_weights<double>(shape, 3, every_channel);
    double expected = 0;
    for (Index b = 0; b < 2; ++b) {
      for (Index c = 0; c < 3; ++c) {
        double sum = 0;
        double total = 0;
        for (Index y = 0; y < 7; ++y) {
          for (Index x = 0; x < 5; ++x) {
            const double weight = weights(b, every_channel ? c : 0, y, x);
            sum += weight * std::abs(prediction(b, c, y, x) - target(b, c, y, x));
            total += weight;
          }
        }
        expected += sum / total / 6;
      }
    }
    const auto weighted = crisp::weighted(target, weights);
    CHECK(crisp::value(crisp::L1Loss<double>(), prediction, weighted) == Approx(expected).epsilon(1e-14));
    const auto values = crisp::values(crisp::L1Loss<double>(), prediction, weighted);
    CHECK((values(0) + values(1)) / 2 == Approx(expected).epsilon(1e-14));
  }
}

TEST_CASE("Pixels of weight 0 are left out, whatever they hold", "[weighted]") {
  auto prediction = random_images<double>(shape, 1);
  auto target = random_images<double>(shape, 2);
  auto weights = random_weights<double>(shape, 3, true);
  weights(1, 2, 3, 4) = 0;
  weights(0, 0, 0, 0) = 0;
  const auto loss = crisp::L1Loss<double>() + crisp::MseLoss<double>() + crisp::HuberLoss<double>() +
                    crisp::CharbonnierLoss<double>() + crisp::BceWithLogitsLoss<double>() +
                    crisp::TotalVariationLoss<double>();
  Images<double> expected, gradient;
  const double value =
      crisp::value_and_gradient(loss, prediction, crisp::weighted(target, weights), expected);
  prediction(1, 2, 3, 4) = std::numeric_limits<double>::quiet_NaN();
  target(0, 0, 0, 0) = std::numeric_limits<double>::infinity();
  CHECK(crisp::value_and_gradient(loss, prediction, crisp::weighted(target, weights), gradient) == value);
  CHECK(largest_difference(gradient, expected) == 0);
  CHECK(gradient(1, 2, 3, 4) == 0);
  prediction(1, 2, 0, 1) = std::numeric_limits<double>::quiet_NaN();
  weights(1, 2, 0, 1) = 0.5;
  CHECK_FALSE(std::isfinite(crisp::value(loss, prediction, crisp::weighted(target, weights))));
}

TEST_CASE("A plane without weight has value 0 and gradient 0, and counts as a plane", "[weighted]") {
  const auto prediction = random_images<float>(shape, 1);
  const auto target = random_images<float>(shape, 2);
  auto weights = constant_images<float>({2, 1, 7, 5}, 1);
  for (Index i = 0; i < 35; ++i) weights.data()[i] = 0;
  const auto loss = crisp::MseLoss<float>() + crisp::TotalVariationLoss<float>();
  auto gradient = constant_images<float>(shape, 7);
  const float value = crisp::value_and_gradient(loss, prediction, crisp::weighted(target, weights), gradient);
  const auto values = crisp::values(loss, prediction, target);
  CHECK(value == Approx(values(1) / 2));
  for (Index i = 0; i < 105; ++i) CHECK(gradient.data()[i] == 0);
  CHECK(largest_entry(gradient) > 0);
}

TEST_CASE("Weights that do not fit, or are none, are errors that quote them; nothing is written",
          "[weighted][errors]") {
  const auto images = random_images<float>(shape, 1);
  const auto target = random_images<float>(shape, 2);
  auto gradient = constant_images<float>(shape, 7);
  const crisp::L1Loss<float> loss;
  CHECK_THROWS_WITH(
      crisp::weighted(target, random_images<float>({2, 2, 7, 5}, 1)),
      Catch::Contains("[2, 3, 7, 5]") && Catch::Contains("[2, 1, 7, 5]") && Catch::Contains("[2, 2, 7, 5]"));
  CHECK_THROWS_AS(crisp::weighted(target, random_images<float>({1, 1, 7, 5}, 1)), crisp::ShapeError);
  CHECK_THROWS_AS(crisp::weighted(target, Images<float>()), crisp::ShapeError);
  for (const float bad :
       {-0.25f, std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity()}) {
    auto weights = constant_images<float>(shape, 1);
    weights(1, 2, 6, 3) = bad;
    CHECK_THROWS_WITH(crisp::value_and_gradient(loss, images, crisp::weighted(target, weights), gradient),
                      Catch::Contains("[1, 2, 6, 3]"));
  }
  auto negative = constant_images<float>({2, 1, 7, 5}, 1);
  negative(0, 0, 1, 2) = -0.25f;
  CHECK_THROWS_WITH(crisp::value(loss, images, crisp::weighted(target, negative)), Catch::Contains("-0.25"));
  CHECK_THROWS_AS(crisp::value(loss, images, crisp::weighted(target, negative)), crisp::OptionError);
  auto mask = constant_images<float>(shape, 1);
  CHECK_THROWS_WITH(crisp::value_and_gradient(loss, images, crisp::weighted(target, mask), mask),
                    Catch::Contains("shares memory"));
  CHECK(gradient(0, 0, 0, 0) == 7);
  CHECK(mask(0, 0, 0, 0) == 1);
}

TEST_CASE("Very unequal weights neither overflow nor vanish", "[weighted]") {
  const auto prediction = random_images<float>({1, 1, 8, 9}, 1);
  const auto target = random_images<float>({1, 1, 8, 9}, 2);
  const float expected = crisp::value(crisp::MseLoss<float>(), prediction, target);
  Images<float> gradient, expected_gradient;
  crisp::value_and_gradient(crisp::MseLoss<float>(), prediction, target, expected_gradient);
  for (const float weight : {1e-37f, 0.3f, 1e38f}) {
    const auto weights = constant_images<float>({1, 1, 8, 9}, weight);
    CHECK(crisp::value_and_gradient(crisp::MseLoss<float>(), prediction, crisp::weighted(target, weights),
                                    gradient) == Approx(expected).epsilon(1e-6));
    CHECK(largest_difference(gradient, expected_gradient) <= 1e-6 * largest_entry(expected_gradient));
  }
}

TEMPLATE_TEST_CASE("The scale of weights does no harm, however extreme", "[weighted]", float, double) {
  using T = TestType;
  const auto prediction = random_images<T>({1, 1, 28, 28}, 1);
  const auto target = random_images<T>({1, 1, 28, 28}, 2);
  const auto weights = random_images<T>({1, 1, 28, 28}, 3, 0.1, 1);
  const auto check = [&](const auto& loss) {
    Images<T> expected, gradient;
    const T value = crisp::value_and_gradient(loss, prediction, crisp::weighted(target, weights), expected);
    for (const T scale : {T(1e-36), T(1e-20), T(1e20), T(1e36)}) {
      CAPTURE(scale);
      const Images<T> scaled = weights * scale;
      CHECK(crisp::value_and_gradient(loss, prediction, crisp::weighted(target, scaled), gradient) ==
            Approx(value).epsilon(1e-5));
      CHECK(largest_difference(gradient, expected) <= 1e-5 * largest_entry(expected));
    }
  };
  check(crisp::L1Loss<T>());
  check(crisp::SsimLoss<T>());
  for (const auto norm :
       {crisp::VariationNorm::anisotropic, crisp::VariationNorm::isotropic, crisp::VariationNorm::squared}) {
    check(crisp::TotalVariationLoss<T>({norm}));
  }
}

TEST_CASE("One denormal weight among zeros is a weight", "[weighted]") {
  const auto prediction = random_images<float>({1, 1, 64, 64}, 1);
  const auto target = random_images<float>({1, 1, 64, 64}, 2);
  auto weights = constant_images<float>({1, 1, 64, 64}, 0);
  weights(0, 0, 5, 6) = 1e-43f;
  CHECK(crisp::value(crisp::L1Loss<float>(), prediction, crisp::weighted(target, weights)) ==
        Approx(std::abs(prediction(0, 0, 5, 6) - target(0, 0, 5, 6))));
}
