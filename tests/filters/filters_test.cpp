#include <cmath>
#include <limits>
#include <vector>

#include "crisp/core/images.hpp"
#include "crisp/filters/gaussian.hpp"
#include "crisp/filters/separable.hpp"
#include "support/catch.hpp"
#include "support/random_images.hpp"

using crisp::Index;
using crisp::MutablePlane;
using crisp::Plane;
using crisp::SeparableFilter;
using crisp::Taps;

namespace {

template <typename T>
using OwnedPlane = Eigen::Array<T, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

template <typename T>
OwnedPlane<T> random_plane(Index height, Index width, unsigned seed) {
  const auto images = random_images<T>({1, 1, height, width}, seed, -1, 1);
  return Plane<T>(images.data(), height, width);
}

template <typename T>
Plane<T> in(const OwnedPlane<T>& plane) {
  return {plane.data(), plane.rows(), plane.cols()};
}
template <typename T>
MutablePlane<T> out(OwnedPlane<T>& plane) {
  return {plane.data(), plane.rows(), plane.cols()};
}

/// The definition of valid filtering.
template <typename T>
OwnedPlane<double> plain_valid(const Taps<T>& taps, const OwnedPlane<T>& plane) {
  const Index n = taps.size();
  const Eigen::ArrayXXd weights =
      (taps.template cast<double>().matrix() * taps.template cast<double>().matrix().transpose()).array();
  OwnedPlane<double> result(plane.rows() - n + 1, plane.cols() - n + 1);
  for (Index i = 0; i < result.rows(); ++i) {
    for (Index j = 0; j < result.cols(); ++j) {
      result(i, j) = (weights * plane.block(i, j, n, n).template cast<double>()).sum();
    }
  }
  return result;
}

struct Size {
  Index height, width;
};
const std::vector<Size> sizes = {{11, 11}, {12, 40}, {57, 13}, {37, 131}, {90, 11}};

template <typename T>
void check_filter(double accuracy) {
  typename SeparableFilter<T>::Workspace workspace;  // one for all sizes: it fits itself to each
  for (const Index n : {1, 2, 3, 8, 11}) {
    const SeparableFilter<T> filter(crisp::gaussian_taps<T>(n, 0.6 + 0.2 * static_cast<double>(n)));
    for (const auto& [height, width] : sizes) {
      CAPTURE(n, height, width);
      const auto plane = random_plane<T>(height, width, 1);
      OwnedPlane<T> filtered(height - n + 1, width - n + 1);
      filter.valid(in(plane), out(filtered), workspace);
      CHECK((filtered.template cast<double>() - plain_valid(filter.taps(), plane)).abs().maxCoeff() <
            accuracy);

      // Σ valid(a) b = Σ a adjoint(b), for all b: the definition of the adjoint.
      const auto b = random_plane<T>(height - n + 1, width - n + 1, 2);
      OwnedPlane<T> carried_back(height, width);
      carried_back.setConstant(std::numeric_limits<T>::quiet_NaN());  // overwritten
      filter.valid_adjoint(in(b), out(carried_back), workspace);
      const auto sum = [](const auto& x, const auto& y) {
        return (x.template cast<double>() * y.template cast<double>()).sum();
      };
      CHECK(std::abs(sum(filtered, b) - sum(plane, carried_back)) <
            accuracy * static_cast<double>(height * width));

      // And pixel by pixel: a single 1 comes back as the window.
      OwnedPlane<T> one = OwnedPlane<T>::Zero(height - n + 1, width - n + 1);
      one(one.rows() - 1, one.cols() / 2) = 1;
      filter.valid_adjoint(in(one), out(carried_back), workspace);
      OwnedPlane<double> expected = OwnedPlane<double>::Zero(height, width);
      for (Index k = 0; k < n; ++k) {
        for (Index l = 0; l < n; ++l) {
          expected(height - n + k, one.cols() / 2 + l) =
              static_cast<double>(filter.taps()[k] * filter.taps()[l]);
        }
      }
      CHECK((carried_back.template cast<double>() - expected).abs().maxCoeff() < accuracy);
    }
  }
}

}  // namespace

TEST_CASE("Gaussian taps are a normalised, symmetric Gaussian", "[filters]") {
  for (const Index size : {1, 2, 7, 10, 11}) {
    for (const double sigma : {1e-200, 0.3, 1.5, 40.}) {
      CAPTURE(size, sigma);
      const auto taps = crisp::gaussian_taps<double>(size, sigma);
      REQUIRE(taps.size() == size);
      CHECK(taps.sum() == Approx(1).epsilon(1e-14));
      CHECK((taps == taps.reverse()).all());
      CHECK((taps.cast<float>() == crisp::gaussian_taps<float>(size, sigma)).all());
    }
  }
  const auto taps = crisp::gaussian_taps<double>(11, 1.5);
  for (Index k = 0; k < 11; ++k) {
    CHECK(taps[k] / taps[5] ==
          Approx(std::exp(-std::pow(static_cast<double>(k - 5) / 1.5, 2) / 2)).epsilon(1e-14));
  }
  const auto even = crisp::gaussian_taps<double>(4, 2);
  CHECK(even[0] / even[1] == Approx(std::exp(-(1.5 * 1.5 - 0.5 * 0.5) / 8)).epsilon(1e-14));
}

TEST_CASE("Gaussian taps refuse sizes and sigmas out of range, quoting them", "[filters]") {
  using Catch::Contains;
  CHECK_THROWS_WITH(crisp::gaussian_taps<float>(0, 1.5), Contains("got 0"));
  CHECK_THROWS_WITH(crisp::gaussian_taps<float>(11, -0.5), Contains("-0.5"));
  CHECK_THROWS_AS(crisp::gaussian_taps<float>(11, 0), crisp::OptionError);
  CHECK_THROWS_AS(crisp::gaussian_taps<float>(11, std::numeric_limits<double>::quiet_NaN()),
                  crisp::OptionError);
  CHECK_THROWS_AS(crisp::gaussian_taps<float>(11, std::numeric_limits<double>::infinity()),
                  crisp::OptionError);
}

TEST_CASE("A separable filter filters, and its adjoint is the adjoint", "[filters]") {
  check_filter<double>(1e-14);
  check_filter<float>(2e-6);
}

TEST_CASE("A separable filter refuses lopsided taps and planes that do not fit", "[filters]") {
  using Catch::Contains;
  Taps<double> lopsided(3);
  lopsided << 0.25, 0.5, 0.125;
  CHECK_THROWS_WITH(SeparableFilter<double>(lopsided), Contains("0.25") && Contains("0.125"));
  CHECK_THROWS_AS(SeparableFilter<double>(Taps<double>()), crisp::OptionError);

  const SeparableFilter<double> filter(crisp::gaussian_taps<double>(5, 1));
  SeparableFilter<double>::Workspace workspace;
  const auto plane = random_plane<double>(9, 12, 1);
  OwnedPlane<double> wrong(5, 9), small(4, 12);
  CHECK_THROWS_WITH(filter.valid(in(plane), out(wrong), workspace), Contains("5 x 8") && Contains("5 x 9"));
  CHECK_THROWS_AS(filter.valid_adjoint(in(wrong), out(small), workspace), crisp::ShapeError);
  CHECK_THROWS_WITH(filter.valid(in(small), out(wrong), workspace), Contains("4 x 12"));
}
