// Losses whose type is hidden are the losses that they hide.
#include "any_loss.hpp"

#include <crisp/core/breakdown.hpp>
#include <cstddef>

#include "support/catch.hpp"
#include "support/derivatives.hpp"
#include "support/every_loss.hpp"
#include "support/random_images.hpp"

using crisp::Images;
using crisp::Shape;
using crisp_python::AnyLoss;

namespace {

const Shape shape{3, 2, 23, 21};

}  // namespace

TEMPLATE_TEST_CASE("A hidden loss has the bits of the loss, with the workspace of any other", "[any_loss]",
                   float, double) {
  using T = TestType;
  const auto prediction = random_images<T>(shape, 1);
  const auto target = random_images<T>(shape, 2);
  const auto weights = random_weights<T>(shape, 3, true);
  crisp::Workspace<AnyLoss<T>> any_workspace;  // goes from one loss to the next
  for_every_loss<T>([&](const auto& loss) {
    const auto any = AnyLoss<T>::of(loss);
    CAPTURE(any.names());
    const auto check = [&](const auto& any_target, int count) {
      const crisp::Threads threads(count);
      Images<T> expected, expected_of_target, gradient, of_target;
      const T value = crisp::value_and_gradients(loss, prediction, any_target, expected, expected_of_target);
      CHECK(crisp::value(any, prediction, any_target, any_workspace, threads) == value);
      CHECK(crisp::value_and_gradients(any, prediction, any_target, gradient, of_target, any_workspace,
                                       threads) == value);
      CHECK(largest_difference(gradient, expected) == 0);
      CHECK(largest_difference(of_target, expected_of_target) == 0);
      const auto values = crisp::values(any, prediction, any_target, any_workspace, threads);
      CHECK(largest_difference(values, crisp::values(loss, prediction, any_target)) == 0);
    };
    check(target, 1);
    check(crisp::weighted(target, weights), 3);
  });
}

TEST_CASE("Hidden losses add and multiply as losses do", "[any_loss]") {
  const auto prediction = random_images<double>(shape, 1);
  const auto target = random_images<double>(shape, 2);
  const crisp::SsimLoss<double> ssim;
  const crisp::FocalFrequencyLoss<double> focal;
  const auto sum = crisp::named("both", 3 * (ssim + 2 * focal)) + crisp::named("one", ssim);
  const auto any = AnyLoss<double>::of(ssim)
                       .plus(AnyLoss<double>::of(focal).times(2))
                       .times(3)
                       .named("both")
                       .plus(AnyLoss<double>::of(ssim).named("one"));
  Images<double> expected, gradient;
  crisp::Workspace<AnyLoss<double>> workspace;
  const double value = crisp::value_and_gradient(sum, prediction, target, expected);
  CHECK(crisp::value_and_gradient(any, prediction, target, gradient, workspace, crisp::Threads(2)) == value);
  CHECK(largest_difference(gradient, expected) == 0);

  const auto terms = crisp::breakdown(any, workspace);
  const auto expected_terms = crisp::breakdown(sum, prediction, target);
  REQUIRE(terms.size() == expected_terms.size());
  for (std::size_t i = 0; i < terms.size(); ++i) {
    CHECK(terms[i].name == expected_terms[i].name);
    CHECK(terms[i].coefficient == expected_terms[i].coefficient);
    CHECK(terms[i].value == expected_terms[i].value);
  }
}

TEST_CASE("A hidden loss checks shapes, and a multiple its coefficient", "[any_loss]") {
  const auto small = random_images<float>({1, 1, 9, 9}, 1);
  const auto any = AnyLoss<float>::of(crisp::L1Loss<float>() + crisp::SsimLoss<float>());
  crisp::Workspace<AnyLoss<float>> workspace;
  CHECK_THROWS_AS(crisp::value(any, small, small, workspace, crisp::Threads(1)), crisp::ShapeError);
  CHECK_THROWS_AS(any.times(1e300), crisp::OptionError);  // infinite in float
}
