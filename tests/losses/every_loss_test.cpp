// What every loss promises, tested on every loss.
#include "support/every_loss.hpp"

#include <cmath>
#include <limits>
#include <string>

#include "support/catch.hpp"
#include "support/derivatives.hpp"
#include "support/random_images.hpp"

using crisp::Images;
using crisp::Index;
using crisp::Shape;

namespace {

const Shape shape{3, 2, 23, 21};

template <typename Loss>
std::string name_of(const Loss& loss) {
  std::string name;
  for (const crisp::Term& term : crisp::breakdown(loss, random_images<typename Loss::Scalar>(shape, 1),
                                                  random_images<typename Loss::Scalar>(shape, 2))) {
    name += " " + term.name;
  }
  return name;
}

}  // namespace

TEMPLATE_TEST_CASE("Weights that are the same over a plane change no bit", "[every_loss][weighted]", float,
                   double) {
  using T = TestType;
  const auto prediction = random_images<T>(shape, 1);
  const auto target = random_images<T>(shape, 2);
  for_every_loss<T>([&](const auto& loss) {
    CAPTURE(name_of(loss));
    Images<T> expected, gradient;
    const T value = crisp::value_and_gradient(loss, prediction, target, expected);
    for (const Index channels : {1, 2}) {
      for (const T weight : {T(1), T(0.3), T(7)}) {
        const auto weights = constant_images<T>({3, channels, 23, 21}, weight);
        CHECK(crisp::value_and_gradient(loss, prediction, crisp::weighted(target, weights), gradient) ==
              value);
        CHECK(largest_difference(gradient, expected) == 0);
      }
    }
  });
}

TEST_CASE("Weights are relative within a plane", "[every_loss][weighted]") {
  const auto prediction = random_images<double>(shape, 1);
  const auto target = random_images<double>(shape, 2);
  const auto weights = random_weights<double>(shape, 3, true);
  Images<double> multiples = weights;
  for (Index plane = 0; plane < 6; ++plane) {
    for (Index i = 0; i < 23 * 21; ++i)
      multiples.data()[plane * 23 * 21 + i] *= 0.3 * static_cast<double>(1 + plane);
  }
  for_every_loss<double>([&](const auto& loss) {
    CAPTURE(name_of(loss));
    Images<double> expected, gradient;
    const double value =
        crisp::value_and_gradient(loss, prediction, crisp::weighted(target, weights), expected);
    CHECK(crisp::value_and_gradient(loss, prediction, crisp::weighted(target, multiples), gradient) ==
          Approx(value).epsilon(1e-11));
    CHECK(largest_difference(gradient, expected) <= 1e-10 * largest_entry(expected));
  });
}

TEST_CASE("Weights next to 1 change next to nothing", "[every_loss][weighted]") {
  const auto prediction = random_images<double>(shape, 1);
  const auto target = random_images<double>(shape, 2);
  for_every_loss<double>([&](const auto& loss) {
    CAPTURE(name_of(loss));
    Images<double> expected, gradient;
    const double value = crisp::value_and_gradient(loss, prediction, target, expected);
    auto weights = constant_images<double>({3, 1, 23, 21}, 1);
    for (Index image = 0; image < 3; ++image) weights(image, 0, 5, 6) = 1 - 1e-9;
    CHECK(crisp::value_and_gradient(loss, prediction, crisp::weighted(target, weights), gradient) ==
          Approx(value).epsilon(1e-8));
    CHECK(largest_difference(gradient, expected) <= 1e-7 * largest_entry(expected));
  });
}

TEST_CASE("Planes without weight have no value and no gradient, whatever they hold",
          "[every_loss][weighted]") {
  auto prediction = random_images<double>(shape, 1);
  const auto target = random_images<double>(shape, 2);
  prediction(1, 0, 11, 11) = std::numeric_limits<double>::quiet_NaN();
  auto weights = constant_images<double>({3, 1, 23, 21}, 1);
  for (Index i = 0; i < 23 * 21; ++i) weights.data()[23 * 21 + i] = 0;
  for_every_loss<double>([&](const auto& loss) {
    CAPTURE(name_of(loss));
    Images<double> gradient;
    CHECK(std::isfinite(
        crisp::value_and_gradient(loss, prediction, crisp::weighted(target, weights), gradient)));
    CHECK(all_finite(gradient));
    const Index image_size = 2 * 23 * 21;
    for (Index i = image_size; i < 2 * image_size; ++i) CHECK(gradient.data()[i] == 0);
  });
}

TEST_CASE("swapped() is the loss with its arguments exchanged", "[every_loss]") {
  const auto prediction = random_images<double>(shape, 1);
  const auto target = random_images<double>(shape, 2);
  const auto weights = random_weights<double>(shape, 3, false);
  for_every_loss<double>([&](const auto& loss) {
    CAPTURE(name_of(loss));
    CHECK(crisp::value(loss.swapped(), target, prediction) ==
          Approx(crisp::value(loss, prediction, target)).epsilon(1e-12));
    CHECK(crisp::value(loss.swapped(), target, crisp::weighted(prediction, weights)) ==
          Approx(crisp::value(loss, prediction, crisp::weighted(target, weights))).epsilon(1e-12));
  });
}

TEMPLATE_TEST_CASE("Threads, workspaces and what was in them before change no bit", "[every_loss]", float,
                   double) {
  using T = TestType;
  const auto prediction = random_images<T>(shape, 1);
  const auto target = random_images<T>(shape, 2);
  const auto weights = random_weights<T>(shape, 3, true);
  const auto other_prediction = random_images<T>({1, 1, 40, 37}, 4);
  const auto other_target = random_images<T>({1, 1, 40, 37}, 5);
  const crisp::Threads threads(3);
  for_every_loss<T>([&](const auto& loss) {
    CAPTURE(name_of(loss));
    using Loss = std::decay_t<decltype(loss)>;
    crisp::Workspace<Loss> workspace;
    Images<T> expected, gradient;
    const auto check = [&](const auto& any_target) {
      const T value = crisp::value_and_gradient(loss, prediction, any_target, expected);
      CHECK(crisp::value(loss, prediction, any_target) == value);
      const auto check_again = [&] {
        CHECK(crisp::value_and_gradient(loss, prediction, any_target, gradient, workspace, threads) == value);
        CHECK(largest_difference(gradient, expected) == 0);
      };
      crisp::value(loss, other_prediction, other_target, workspace);
      check_again();
      crisp::value(loss, prediction, crisp::weighted(target, weights), workspace);
      check_again();
      const auto values = crisp::values(loss, prediction, any_target);
      CHECK((values(0) + values(1) + values(2)) / 3 == Approx(value).epsilon(sizeof(T) == 4 ? 1e-5 : 1e-13));
    };
    check(target);
    check(crisp::weighted(target, weights));
  });
}

TEMPLATE_TEST_CASE("Losses of images that are not finite are not finite", "[every_loss]", float, double) {
  using T = TestType;
  const auto target = random_images<T>(shape, 2);
  for_every_loss<T>([&](const auto& loss) {
    CAPTURE(name_of(loss));
    for (const T bad : {std::numeric_limits<T>::quiet_NaN(), std::numeric_limits<T>::infinity()}) {
      auto prediction = random_images<T>(shape, 1);
      prediction(2, 1, 22, 20) = bad;
      CHECK_FALSE(std::isfinite(crisp::value(loss, prediction, target)));
    }
  });
}

TEMPLATE_TEST_CASE("Black, flat and equal images have finite values and gradients", "[every_loss]", float,
                   double) {
  using T = TestType;
  const auto black = constant_images<T>(shape, 0);
  const auto grey = constant_images<T>(shape, T(0.7));
  const auto texture = random_images<T>(shape, 1);
  for_every_loss<T>([&](const auto& loss) {
    CAPTURE(name_of(loss));
    for (const auto* prediction : {&black, &grey, &texture}) {
      for (const auto* target : {&black, &grey, &texture}) {
        Images<T> prediction_gradient, target_gradient;
        CHECK(std::isfinite(
            crisp::value_and_gradients(loss, *prediction, *target, prediction_gradient, target_gradient)));
        CHECK(all_finite(prediction_gradient));
        CHECK(all_finite(target_gradient));
        CHECK(largest_entry(prediction_gradient) < 1e7);  // raw phases with a bias of 1e-6 are that steep
      }
    }
  });
}
