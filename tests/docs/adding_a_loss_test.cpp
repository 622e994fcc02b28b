// The loss of docs/adding_a_loss.md, taken from the page, has what the page promises.
#include <crisp/crisp.hpp>
#include <limits>

#include "edge_strength_loss.hpp"
#include "support/catch.hpp"
#include "support/derivatives.hpp"
#include "support/loss_checks.hpp"
#include "support/random_images.hpp"

using crisp::Images;
using crisp::Index;

namespace {

template <typename T>
EdgeStrengthLoss<T> edges(double noise) {
  EdgeStrengthOptions options;
  options.noise = noise;
  return EdgeStrengthLoss<T>(options);
}

/// The formula as it stands.
double plain_value(const Images<double>& prediction, const Images<double>& target, double noise) {
  const auto strength = [noise](const Images<double>& f, Index image, Index row, Index column) {
    const double falling = f(image, 0, row, column) - f(image, 0, row + 1, column + 1);
    const double rising = f(image, 0, row, column + 1) - f(image, 0, row + 1, column);
    return std::sqrt(falling * falling + rising * rising + noise * noise);
  };
  double sum = 0;
  Index windows = 0;
  for (Index image = 0; image < prediction.dimension(0); ++image) {
    for (Index row = 0; row + 1 < prediction.dimension(2); ++row) {
      for (Index column = 0; column + 1 < prediction.dimension(3); ++column, ++windows) {
        sum += std::abs(strength(prediction, image, row, column) - strength(target, image, row, column));
      }
    }
  }
  return sum / static_cast<double>(windows);
}

}  // namespace

TEST_CASE("The guide's loss is its formula, and its gradients are its derivatives", "[adding_a_loss]") {
  for (const double noise : {0.0, 0.1}) {
    const auto prediction = random_images<double>({3, 1, 7, 9}, 1);
    const auto target = random_images<double>({3, 1, 7, 9}, 2);
    CHECK(crisp::value(edges<double>(noise), prediction, target) ==
          Approx(plain_value(prediction, target, noise)).epsilon(1e-13));
    check_derivatives(edges<double>(noise), {2, 3, 6, 5}, 1);
    check_derivatives(edges<double>(noise), {1, 2, 2, 7}, 2);
    check_derivatives(0.5 * edges<double>(noise) + crisp::MseLoss<double>(), {2, 1, 5, 7}, 3);
  }
}

TEMPLATE_TEST_CASE("The guide's loss has the same bits on threads and in used workspaces", "[adding_a_loss]",
                   float, double) {
  using T = TestType;
  const auto prediction = random_images<T>({5, 3, 13, 11}, 1);
  const auto target = random_images<T>({5, 3, 13, 11}, 2);
  const auto weights = random_weights<T>({5, 3, 13, 11}, 3, true);
  crisp::Workspace<EdgeStrengthLoss<T>> workspace;
  crisp::value(edges<T>(0), random_images<T>({1, 1, 20, 30}, 4), random_images<T>({1, 1, 20, 30}, 5),
               workspace);
  check_repeatable(edges<T>(0), prediction, target, weights, workspace);
}

TEST_CASE("The guide's loss adds up in sums, which say what it contributed", "[adding_a_loss]") {
  const auto prediction = random_images<double>({2, 2, 14, 15}, 1);
  const auto target = random_images<double>({2, 2, 14, 15}, 2);
  const auto ssim = crisp::SsimLoss<double>();
  const auto sum = 0.5 * crisp::named("edges", edges<double>(0.02)) + ssim;
  Images<double> gradient, of_edges, of_ssim;
  crisp::Workspace<decltype(sum)> workspace;
  const double value = crisp::value_and_gradient(sum, prediction, target, gradient, workspace);
  const double edges_value = crisp::value_and_gradient(edges<double>(0.02), prediction, target, of_edges);
  const double ssim_value = crisp::value_and_gradient(ssim, prediction, target, of_ssim);
  CHECK(value == Approx(0.5 * edges_value + ssim_value).epsilon(1e-14));
  const Images<double> expected = 0.5 * of_edges + of_ssim;
  CHECK(largest_difference(gradient, expected) <= 1e-15);
  const auto terms = crisp::breakdown(sum, workspace);
  CHECK(terms[0].name == "edges");
  CHECK(terms[0].value == Approx(edges_value).epsilon(1e-14));
}

TEST_CASE("The guide's loss shares a large plane among threads", "[adding_a_loss]") {
  const crisp::Shape shape{1, 1, 1100, 700};
  REQUIRE(crisp::detail::splits_planes(edges<double>(0), shape));
  const auto prediction = random_images<double>(shape, 1);
  const auto target = random_images<double>(shape, 2);
  auto weights = random_weights<double>(shape, 3, false);
  crisp::Workspace<EdgeStrengthLoss<double>> workspace;
  check_repeatable(edges<double>(0), prediction, target, weights, workspace);
  check_continuous_weights(edges<double>(0), prediction, target, 1e-12);  // weighted planes are one piece
  CHECK(crisp::value(edges<double>(0), prediction, target) ==
        Approx(plain_value(prediction, target, 0)).epsilon(1e-12));
}

TEST_CASE("At its kinks the guide's loss has the subgradient 0, and never NaN", "[adding_a_loss]") {
  const auto black = constant_images<double>({1, 1, 6, 5}, 0);
  const auto texture = random_images<double>({1, 1, 6, 5}, 1);
  Images<double> gradient;
  CHECK(crisp::value_and_gradient(edges<double>(0), texture, texture, gradient) == 0);
  CHECK(largest_entry(gradient) == 0);
  CHECK(crisp::value_and_gradient(edges<double>(0), black, texture, gradient) > 0);
  CHECK(largest_entry(gradient) == 0);
  const crisp::GradientReport report = crisp::check_gradient(edges<double>(0), black, texture);
  INFO(report);
  CHECK(report.kinks == report.pixels());
  CHECK(report.failed == 0);
  CHECK(crisp::check_gradient(edges<double>(0.1), black, texture).passed());
}

TEST_CASE("The guide's loss leaves out what is masked, and shows what is not finite", "[adding_a_loss]") {
  const auto target = random_images<double>({1, 1, 6, 7}, 1);
  auto prediction = random_images<double>({1, 1, 6, 7}, 2);
  auto mask = constant_images<double>({1, 1, 6, 7}, 1);
  mask(0, 0, 5, 6) = 0;
  Images<double> expected, gradient;
  const double value =
      crisp::value_and_gradient(edges<double>(0), prediction, crisp::weighted(target, mask), expected);
  prediction(0, 0, 5, 6) = std::numeric_limits<double>::quiet_NaN();
  CHECK(crisp::value_and_gradient(edges<double>(0), prediction, crisp::weighted(target, mask), gradient) ==
        value);
  CHECK(largest_difference(gradient, expected) == 0);
  for (const double bad :
       {std::numeric_limits<double>::quiet_NaN(), std::numeric_limits<double>::infinity()}) {
    prediction(0, 0, 5, 6) = bad;
    CHECK_FALSE(std::isfinite(crisp::value(edges<double>(0), prediction, target)));
  }
}

TEST_CASE("The guide's loss names what is wrong before anything is written", "[adding_a_loss]") {
  CHECK_THROWS_WITH(edges<float>(-1), Catch::Contains("at least 0, got -1"));
  CHECK_THROWS_AS(edges<float>(std::numeric_limits<double>::infinity()), crisp::OptionError);
  const auto row = constant_images<float>({1, 1, 1, 8}, 0);
  auto gradient = constant_images<float>({1, 1, 1, 8}, 7);
  CHECK_THROWS_WITH(crisp::value_and_gradient(edges<float>(0), row, row, gradient),
                    Catch::Contains("got 1x8"));
  CHECK(gradient(0, 0, 0, 0) == 7);
}
