#include <crisp/crisp.hpp>

#include "support/catch.hpp"
#include "support/derivatives.hpp"
#include "support/random_images.hpp"

using crisp::Images;
using crisp::Shape;

namespace {
const Shape shape{2, 2, 13, 12};
}

TEST_CASE("value_and_gradients gives what value_and_gradient does, and the target's gradient", "[evaluate]") {
  const auto prediction = random_images<double>(shape, 1);
  const auto target = random_images<double>(shape, 2);
  const auto loss = 0.5 * crisp::BceWithLogitsLoss<double>() + crisp::SsimLoss<double>();
  Images<double> gradient, prediction_gradient, target_gradient, swapped_gradient;
  const double value = crisp::value_and_gradient(loss, prediction, target, gradient);
  crisp::Workspace<decltype(loss)> workspace;
  const crisp::Threads threads(2);
  for (int repeat = 0; repeat < 2; ++repeat) {
    CHECK(crisp::value_and_gradients(loss, prediction, target, prediction_gradient, target_gradient,
                                     workspace, threads) == value);
    CHECK(largest_difference(prediction_gradient, gradient) == 0);
  }
  crisp::value_and_gradient(loss.swapped(), target, prediction, swapped_gradient);
  CHECK(largest_difference(target_gradient, swapped_gradient) == 0);
  CHECK(crisp::value(loss.swapped(), target, prediction) == Catch::Approx(value).epsilon(1e-14));
  CHECK(crisp::value(loss.swapped().swapped(), prediction, target) == value);
}

TEST_CASE("A sum's gradients are its derivatives, of prediction and target, weighted or not",
          "[evaluate][gradient]") {
  check_derivatives(2 * crisp::L1Loss<double>() + 0.5 * crisp::BceWithLogitsLoss<double>(), {2, 2, 5, 3}, 1);
}

TEST_CASE("Gradients that cannot both be written are errors, and nothing is written", "[errors]") {
  const auto prediction = random_images<float>(shape, 1);
  const auto target = random_images<float>(shape, 2);
  auto gradient = constant_images<float>(shape, 7);
  auto wrong = constant_images<float>({2, 2, 12, 13}, 7);
  Images<float> empty;
  const crisp::MseLoss<float> loss;
  CHECK_THROWS_WITH(crisp::value_and_gradients(loss, prediction, target, gradient, gradient),
                    Catch::Contains("share memory"));
  CHECK_THROWS_WITH(crisp::value_and_gradients(loss, prediction, target, gradient, wrong),
                    Catch::Contains("[2, 2, 12, 13]"));
  CHECK_THROWS_AS(crisp::value_and_gradients(loss, prediction, target, empty, wrong), crisp::ShapeError);
  CHECK(empty.size() == 0);
  CHECK(gradient(0, 0, 0, 0) == 7);
}

namespace {

/// mean(a x + b y), whose workspace holds what its objects differ in.
struct UnevenLoss : crisp::PlaneLoss<double> {
  double a = 1;
  double b = 2;
  struct Workspace {
    double a = 0;
  };
  UnevenLoss swapped() const {
    UnevenLoss loss;
    loss.a = b;
    loss.b = a;
    return loss;
  }
  void prepare(Workspace& workspace, crisp::Index /*height*/, crisp::Index /*width*/) const {
    workspace.a = a;
  }
  double plane(const crisp::PlanePair<double>& images, crisp::PlaneGradient<double> gradient,
               Workspace& workspace) const {
    if (gradient)
      gradient.plane() += gradient.scale() * workspace.a / static_cast<double>(images.target.size());
    return crisp::plane_mean(a * images.prediction + b * images.target);
  }
};

}  // namespace

TEST_CASE("A loss and its exchanged self have workspaces of their own", "[evaluate]") {
  const auto prediction = random_images<double>({1, 1, 2, 2}, 1);
  const auto target = random_images<double>({1, 1, 2, 2}, 2);
  Images<double> prediction_gradient, target_gradient;
  crisp::Workspace<UnevenLoss> workspace;
  crisp::value_and_gradients(UnevenLoss(), prediction, target, prediction_gradient, target_gradient,
                             workspace);
  CHECK(prediction_gradient(0, 0, 0, 0) == 0.25);
  CHECK(target_gradient(0, 0, 0, 0) == 0.5);
}

TEST_CASE("An empty gradient given twice is an error, and stays empty", "[errors]") {
  const auto images = random_images<float>(shape, 1);
  const auto target = random_images<float>(shape, 2);
  Images<float> gradient;
  CHECK_THROWS_WITH(crisp::value_and_gradients(crisp::MseLoss<float>(), images, target, gradient, gradient),
                    Catch::Contains("share memory"));
  CHECK(gradient.size() == 0);
}
