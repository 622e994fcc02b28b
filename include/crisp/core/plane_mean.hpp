// Sums and means over a plane, as exact in float as its terms are.
#pragma once

#include <algorithm>
#include <cmath>

#include "crisp/core/images.hpp"

namespace crisp {
namespace detail {

/// How many numbers of a row are added in their scalar, a register at a time.
inline constexpr Index numbers_of_a_stretch = 512;

/// Σ of an array expression in double: stretches of a row are added in its scalar, and these in double.
template <typename Expression>
double plane_sum(const Eigen::ArrayBase<Expression>& values) {
  // Eigen adds memory in an order that depends on its alignment, and an expression always in the same.
  const auto expression = values * typename Expression::Scalar(1);
  double sum = 0;
  const auto add = [&](const auto& stretch) {
    const auto in_scalar = static_cast<double>(stretch.sum());
    sum += std::isfinite(in_scalar) ? in_scalar
                                    : stretch.template cast<double>().sum();  // the scalar overflows first
  };
  const Index columns = expression.cols();
  for (Index row = 0; row < expression.rows(); ++row) {
    if (columns <= numbers_of_a_stretch) {
      add(expression.row(row));
      continue;
    }
    for (Index start = 0; start < columns; start += numbers_of_a_stretch) {
      add(expression.row(row).segment(start, std::min(numbers_of_a_stretch, columns - start)));
    }
  }
  return sum;
}

template <typename Expression>
double mean_in_double(const Eigen::ArrayBase<Expression>& values) {
  return plane_sum(values) / static_cast<double>(values.size());
}

/// How to take the difference of two planes without that of their means: as (x - y) - (x̄ - ȳ), which is exact for pixels that are
/// alike, or where means lie far apart as (x - x̄) - (y - ȳ), since x - y is then too large to keep what it is without its mean.
template <typename T>
bool means_are_near(T x_mean, T y_mean) {
  return std::abs(x_mean - y_mean) <= std::abs(x_mean) / 2;
}

}  // namespace detail

/// The mean of an array expression over a plane. In float as accurate on large planes as on small ones: within 1e-6, relative to the mean
/// of the absolute values.
template <typename Expression>
typename Expression::Scalar plane_mean(const Eigen::ArrayBase<Expression>& values) {
  return static_cast<typename Expression::Scalar>(detail::mean_in_double(values));
}

}  // namespace crisp
