// What the properties are tried on. RapidCheck draws the cases, and shrinks those that fail; the environment's
// RC_PARAMS="seed=1 max_success=1000" has it draw others, and more.
#pragma once

#include <rapidcheck.h>

#include <crisp/core/images.hpp>

#include "support/catch.hpp"
#include "support/random_images.hpp"

namespace properties {

/// Shapes that every loss of support/every_loss.hpp takes.
inline crisp::Shape any_shape() {
  return {*rc::gen::inRange<crisp::Index>(1, 4), *rc::gen::inRange<crisp::Index>(1, 3),
          *rc::gen::inRange<crisp::Index>(20, 29), *rc::gen::inRange<crisp::Index>(20, 29)};
}

/// Two images of a shape, each entry in [0, 1].
template <typename T>
struct Pair {
  crisp::Images<T> prediction;
  crisp::Images<T> target;
};

template <typename T>
Pair<T> any_pair(const crisp::Shape& shape) {
  const auto seed = *rc::gen::inRange<unsigned>(0, 1'000'000);
  return {random_images<T>(shape, 2 * seed), random_images<T>(shape, 2 * seed + 1)};
}
template <typename T>
Pair<T> any_pair() {
  return any_pair<T>(any_shape());
}

/// A factor that brightness is changed by.
inline double any_factor() { return *rc::gen::inRange(5, 300) / 100.0; }

/// Whether two numbers agree to a share of the larger one.
inline bool agree(double a, double b, double share) {
  return std::abs(a - b) <= share * std::max(std::abs(a), std::abs(b));
}

/// Σ a b over all pixels.
template <typename T>
double product(const crisp::Images<T>& a, const crisp::Images<T>& b) {
  double sum = 0;
  for (crisp::Index i = 0; i < a.size(); ++i)
    sum += static_cast<double>(a.data()[i]) * static_cast<double>(b.data()[i]);
  return sum;
}

/// Tries a property in many cases, and fails the test with the smallest that does not have it.
template <typename Property>
void check_property(const Property& property) {
  CHECK(rc::check(Catch::getResultCapture().getCurrentTestName(), property));
}

}  // namespace properties
