#include <crisp/crisp.hpp>
#include <limits>

#include "support/catch.hpp"
#include "support/large_index.hpp"
#include "support/random_images.hpp"

using crisp::Images;
using crisp::Index;
using crisp::Shape;

namespace {

const Shape shape{3, 2, 17, 19};

auto composed_loss() {
  crisp::StftOptions options;
  options.window = 8;
  options.stride = 3;
  return 0.01f * crisp::StftLoss<float>(options) + crisp::SsimLoss<float>() + 2 * crisp::L1Loss<float>();
}

/// A loss as a user writes one, in a namespace of his own; it counts what evaluate asks of it.
namespace user {
struct CubeLoss : crisp::PlaneLoss<double> {
  double plane(const crisp::PlanePair<double>& images, crisp::PlaneGradient<double> gradient) const {
    const auto residual = images.prediction - images.target;
    if (gradient) gradient.add(3 * residual.square() / static_cast<double>(residual.size()));
    return crisp::plane_mean(residual.cube());
  }
};
}  // namespace user

}  // namespace

TEST_CASE("A loss is the mean over images and channels", "[evaluate]") {
  const auto prediction = random_images<double>(shape, 1);
  const auto target = random_images<double>(shape, 2);
  double sum = 0;
  for (Index i = 0; i < prediction.size(); ++i) sum += std::abs(prediction.data()[i] - target.data()[i]);
  CHECK(crisp::value(crisp::L1Loss<double>(), prediction, target) == Approx(sum / 1938).epsilon(1e-14));

  const auto values = crisp::values(crisp::L1Loss<double>(), prediction, target);
  REQUIRE(values.size() == 3);
  CHECK((values(0) + values(1) + values(2)) / 3 == Approx(sum / 1938).epsilon(1e-14));
  Images<double> second_prediction(1, 2, 17, 19);
  Images<double> second_target(1, 2, 17, 19);
  std::copy_n(prediction.data() + 646, 646, second_prediction.data());
  std::copy_n(target.data() + 646, 646, second_target.data());
  CHECK(values(1) == crisp::value(crisp::L1Loss<double>(), second_prediction, second_target));
}

TEST_CASE("Value, values and value_and_gradient agree, with a workspace and without", "[evaluate]") {
  const auto prediction = random_images<float>(shape, 1);
  const auto target = random_images<float>(shape, 2);
  const auto loss = composed_loss();
  Images<float> gradient;
  const float value = crisp::value_and_gradient(loss, prediction, target, gradient);
  CHECK(crisp::value(loss, prediction, target) == value);

  crisp::Workspace<decltype(loss)> workspace;
  Images<float> second(3, 2, 17, 19);
  second.setConstant(7);  // to be overwritten
  CHECK(crisp::value_and_gradient(loss, prediction, target, second, workspace) == value);
  CHECK(largest_difference(gradient, second) == 0);
  CHECK(crisp::value(loss, prediction, target, workspace) == value);

  // The same workspace for another shape, and back.
  const auto small = random_images<float>({1, 1, 12, 11}, 3);
  CHECK(std::isfinite(crisp::value(loss, small, random_images<float>({1, 1, 12, 11}, 4), workspace)));
  CHECK(crisp::value_and_gradient(loss, prediction, target, second, workspace) == value);
}

TEST_CASE("A workspace follows the options of the loss that it is used with", "[evaluate]") {
  const auto prediction = random_images<float>(shape, 1);
  const auto target = random_images<float>(shape, 2);
  crisp::Workspace<crisp::StftLoss<float>> workspace;
  for (const int window : {8, 12, 8}) {
    crisp::StftOptions options;
    options.window = window;
    const crisp::StftLoss<float> loss(options);
    CHECK(crisp::value(loss, prediction, target, workspace) == crisp::value(loss, prediction, target));
    options.phase_weight = 0.5;
    const crisp::StftLoss<float> other(options);
    CHECK(crisp::value(other, prediction, target, workspace) == crisp::value(other, prediction, target));
  }
}

TEST_CASE("Results have the same bits on any executor", "[evaluate]") {
  const auto prediction = random_images<float>(shape, 1);
  const auto target = random_images<float>(shape, 2);
  const auto loss = composed_loss();
  Images<float> expected;
  const float value = crisp::value_and_gradient(loss, prediction, target, expected);
  Eigen::ThreadPool pool(3);
  const crisp::Threads borrowed(pool);
  const auto check = [&](const auto& executor) {
    crisp::Workspace<decltype(loss)> workspace;
    Images<float> gradient;
    CHECK(crisp::value_and_gradient(loss, prediction, target, gradient, workspace, executor) == value);
    CHECK(largest_difference(gradient, expected) == 0);
    CHECK(crisp::value_and_gradient(loss, prediction, target, gradient, executor) == value);
    CHECK(crisp::value(loss, prediction, target, executor) == value);
    CHECK(crisp::values(loss, prediction, target, executor)(2) == crisp::values(loss, prediction, target)(2));
  };
  check(crisp::Serial());
  for (const int threads : {1, 2, 5}) check(crisp::Threads(threads));
  check(borrowed);
}

TEST_CASE("Views are taken as they are", "[evaluate]") {
  auto prediction = random_images<double>(shape, 1);
  const auto target = random_images<double>(shape, 2);
  std::vector<double> memory(static_cast<std::size_t>(prediction.size()));
  Images<double> gradient;
  const double value = crisp::value_and_gradient(crisp::MseLoss<double>(), prediction, target, gradient);
  const double* read_only = target.data();
  const auto target_view = crisp::view(read_only, 3, 2, 17, 19);
  auto gradient_view = crisp::view(memory.data(), 3, 2, 17, 19);
  CHECK(crisp::value_and_gradient(crisp::MseLoss<double>(), crisp::view(prediction.data(), 3, 2, 17, 19),
                                  target_view, gradient_view) == value);
  CHECK(largest_difference(gradient_view, gradient) == 0);
  CHECK(crisp::value_and_gradient(crisp::MseLoss<double>(), prediction, target_view,
                                  crisp::view(memory.data(), 3, 2, 17, 19)) == value);
}

TEST_CASE("Sums and multiples of losses are linear in value and gradient", "[compose]") {
  const auto prediction = random_images<double>(shape, 1);
  const auto target = random_images<double>(shape, 2);
  const crisp::L1Loss<double> l1;
  const crisp::MseLoss<double> mse;
  const user::CubeLoss cube;
  Images<double> l1_gradient, mse_gradient, cube_gradient, gradient;
  const double expected = 0.5 * crisp::value_and_gradient(l1, prediction, target, l1_gradient) +
                          6 * crisp::value_and_gradient(mse, prediction, target, mse_gradient) -
                          crisp::value_and_gradient(cube, prediction, target, cube_gradient);
  const auto loss = 0.5 * l1 + 2 * (mse * 3) + -1 * cube;
  CHECK(crisp::value_and_gradient(loss, prediction, target, gradient) == Approx(expected).epsilon(1e-14));
  const Images<double> combined = 0.5 * l1_gradient + 6.0 * mse_gradient - cube_gradient;
  CHECK(largest_difference(gradient, combined) < 1e-16);

  const auto nested = 2 * (l1 + 0.5 * (mse + cube)) + l1;
  CHECK(nested.coefficients() == std::array<double, 4>{2, 1, 1, 1});
  const auto nothing = 0 * l1;
  CHECK(crisp::value_and_gradient(nothing, prediction, target, gradient) == 0);
  CHECK(largest_entry(gradient) == 0);
  CHECK_THROWS_AS(std::numeric_limits<double>::quiet_NaN() * l1, crisp::OptionError);
  CHECK_THROWS_WITH(1e300 * (1e300 * l1), Catch::Contains("inf"));
}

TEST_CASE("Shapes that do not fit are errors that quote them, and nothing is written", "[errors]") {
  const auto prediction = random_images<float>(shape, 1);
  const auto target = random_images<float>({3, 2, 17, 18}, 2);
  auto gradient = constant_images<float>(shape, 7);
  const crisp::L1Loss<float> loss;
  CHECK_THROWS_WITH(crisp::value_and_gradient(loss, prediction, target, gradient),
                    Catch::Contains("[3, 2, 17, 19]") && Catch::Contains("[3, 2, 17, 18]"));
  auto wrong = constant_images<float>({3, 2, 19, 17}, 7);
  CHECK_THROWS_WITH(crisp::value_and_gradient(loss, prediction, prediction, wrong),
                    Catch::Contains("[3, 2, 19, 17]"));
  CHECK_THROWS_WITH(
      crisp::value_and_gradient(crisp::StftLoss<float>() + loss, random_images<float>({1, 1, 12, 20}, 1),
                                random_images<float>({1, 1, 12, 20}, 2), gradient),
      Catch::Contains("16x16") && Catch::Contains("12x20"));
  CHECK_THROWS_AS(
      crisp::value(loss, random_images<float>({0, 1, 4, 4}, 1), random_images<float>({0, 1, 4, 4}, 1)),
      crisp::ShapeError);
  CHECK_THROWS_AS(
      crisp::value(loss, random_images<float>({2, 1, 4, 0}, 1), random_images<float>({2, 1, 4, 0}, 1)),
      crisp::ShapeError);
  CHECK(gradient(2, 1, 16, 18) == 7);
  CHECK(wrong(0, 0, 0, 0) == 7);
}

TEST_CASE("A gradient that shares memory with an input is an error", "[errors]") {
  auto prediction = random_images<float>(shape, 1);
  auto target = random_images<float>(shape, 2);
  const auto before = prediction;
  const crisp::MseLoss<float> loss;
  CHECK_THROWS_WITH(crisp::value_and_gradient(loss, prediction, target, prediction),
                    Catch::Contains("shares memory"));
  CHECK_THROWS_AS(crisp::value_and_gradient(loss, prediction, target, target), crisp::ShapeError);
  std::vector<float> memory(40);
  const auto a = crisp::view(memory.data(), 1, 1, 4, 5);
  CHECK_THROWS_AS(crisp::value_and_gradient(loss, a, a, crisp::view(memory.data() + 19, 1, 1, 4, 5)),
                  crisp::ShapeError);
  CHECK_NOTHROW(crisp::value_and_gradient(loss, a, a, crisp::view(memory.data() + 20, 1, 1, 4, 5)));
  CHECK(largest_difference(prediction, before) == 0);
}

TEST_CASE("Views of what cannot be are errors", "[errors]") {
  float pixel = 0;
  CHECK_THROWS_WITH(crisp::view(&pixel, 1, -1, 2, 2), Catch::Contains("[1, -1, 2, 2]"));
  CHECK_THROWS_AS(crisp::view(static_cast<float*>(nullptr), 1, 1, 2, 2), crisp::ShapeError);
  CHECK_THROWS_AS(crisp::view(&pixel, large_index(31), large_index(31), large_index(31), 1),
                  crisp::ShapeError);
  CHECK_NOTHROW(crisp::view(static_cast<float*>(nullptr), 0, 1, 2, 2));
}

TEMPLATE_TEST_CASE("NaN and infinity give a value that is not finite, wherever they are", "[evaluate]", float,
                   double) {
  using T = TestType;
  // 21 pixels: windows of 8 every 4 leave the last one uncovered.
  const Shape odd{1, 1, 21, 21};
  crisp::StftOptions stft;
  stft.window = 8;
  const auto target = random_images<T>(odd, 2);
  const auto check = [&](const auto& loss) {
    for (const T bad : {std::numeric_limits<T>::quiet_NaN(), std::numeric_limits<T>::infinity(),
                        -std::numeric_limits<T>::infinity()}) {
      for (const Index position : {Index(0), Index(10), Index(20)}) {
        auto prediction = random_images<T>(odd, 1);
        prediction(0, 0, position, position) = bad;
        CAPTURE(bad, position);
        CHECK_FALSE(std::isfinite(crisp::value(loss, prediction, target)));
        CHECK_FALSE(std::isfinite(crisp::value(loss, target, prediction)));
      }
    }
  };
  check(crisp::L1Loss<T>());
  check(crisp::MseLoss<T>());
  check(crisp::BceWithLogitsLoss<T>());
  check(crisp::SsimLoss<T>());
  check(crisp::StftLoss<T>(stft));
  check(crisp::DftLoss<T>());
  for (const auto phase : {crisp::PhaseDistance::raw, crisp::PhaseDistance::cosine}) {
    stft.phase_distance = phase;
    stft.phase_gate = 0.3;
    check(crisp::StftLoss<T>(stft));
  }
  for (const auto distance :
       {crisp::SpectralDistance::rectangular, crisp::SpectralDistance::complex_modulus}) {
    stft.distance = distance;
    check(crisp::StftLoss<T>(stft));
  }
}
