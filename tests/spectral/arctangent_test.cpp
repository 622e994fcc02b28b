// The accuracy of the arctangent of the phase losses, against the C library's in a wider type.
#include "crisp/spectral/arctangent.hpp"

#include <array>
#include <cmath>
#include <limits>
#include <random>

#include "support/catch.hpp"

namespace {

template <typename T>
T argument_of(T re, T im) {
  using Pack = xsimd::batch<T>;
  std::array<T, Pack::size> result;
  crisp::detail::argument<Pack>({Pack(re), Pack(im)}).store_unaligned(result.data());
  for (const T lane : result) REQUIRE((lane == result[0] || std::isnan(lane)));
  return result[0];
}

/// The distance to the true angle in units in the last place of that angle.
template <typename T>
double error_in_ulp(T re, T im) {
  const long double exact = std::atan2(static_cast<long double>(im), static_cast<long double>(re));
  const T nearest = std::abs(static_cast<T>(exact));
  const T ulp = std::nextafter(nearest, std::numeric_limits<T>::infinity()) - nearest;
  return static_cast<double>(std::abs(static_cast<long double>(argument_of(re, im)) - exact) /
                             static_cast<long double>(ulp));
}

}  // namespace

TEMPLATE_TEST_CASE("The arctangent is within 3 ULP", "[arctangent]", float, double) {
  using T = TestType;
  std::mt19937_64 random(7);
  std::uniform_real_distribution<double> angle(-3.2, 3.2);
  std::uniform_real_distribution<double> exponent(-15, 15);
  double worst = 0;
  for (int i = 0; i < 30000; ++i) {
    const double at = angle(random);
    const double length = std::pow(10.0, exponent(random));
    worst = std::max(
        worst, error_in_ulp(static_cast<T>(length * std::cos(at)), static_cast<T>(length * std::sin(at))));
    // Near the axes and the diagonals, where the pieces meet.
    const double small = std::pow(10.0, -std::abs(exponent(random)));
    worst = std::max(worst, error_in_ulp(T(1), static_cast<T>(small)));
    worst = std::max(worst, error_in_ulp(static_cast<T>(-small), T(1)));
    worst = std::max(worst, error_in_ulp(T(-1), static_cast<T>(-1 + small)));
  }
  CAPTURE(worst);
  CHECK(worst < 3);
}

TEMPLATE_TEST_CASE("The arctangent at zeros, axes and beyond", "[arctangent]", float, double) {
  using T = TestType;
  const T pi = static_cast<T>(3.14159265358979323846);
  const T nan = std::numeric_limits<T>::quiet_NaN();
  CHECK(argument_of<T>(0, 0) == 0);
  CHECK(argument_of<T>(2, 0) == 0);
  CHECK(argument_of<T>(-2, 0) == pi);
  CHECK(argument_of<T>(0, 3) == pi / 2);
  CHECK(argument_of<T>(0, -3) == -pi / 2);
  CHECK(argument_of<T>(std::numeric_limits<T>::max(), std::numeric_limits<T>::max()) == Approx(pi / 4));
  CHECK(std::isnan(argument_of<T>(nan, 1)));
  CHECK(std::isnan(argument_of<T>(1, nan)));
}
