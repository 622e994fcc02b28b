// What is compared: two planes, their pixels x and y seen as sums s = x + y and differences d = x - y.
#pragma once

#include "crisp/core/loss.hpp"
#include "crisp/filters/symmetric_sum.hpp"
#include "crisp/losses/packed_pixels.hpp"

namespace crisp::detail {

/// s and d of some pixels.
template <typename T>
struct ComparedPixels {
  Batch<T> sum;
  Batch<T> difference;
};

/// Two images to compare. Their mean pixels are subtracted first, which changes no variance: what is left of the
/// cancellation in E[s²] - E[s]² is small. Where these means are near each other their difference is the mean of the pixels'
/// differences: that of the means would be known to a rounding of the brightness, and nearly equal images differ by less.
template <typename T>
struct ImagePair {
  Plane<T> first;
  Plane<T> second;
  Plane<T> weights;
  T first_centre;
  T centre_of_difference;
  bool are_near;
  T second_centre;

  explicit ImagePair(const PlanePair<T>& images)
      : first(images.prediction),
        second(images.target),
        weights(images.weights),
        first_centre(mean(images, [](const Batch<T>& x, const Batch<T>&) { return x; })),
        centre_of_difference(mean(images, [](const Batch<T>& x, const Batch<T>& y) { return x - y; })),
        are_near(means_are_near(first_centre, first_centre - centre_of_difference)),
        second_centre(first_centre - centre_of_difference) {
    if (are_near) return;
    second_centre = mean(images, [](const Batch<T>&, const Batch<T>& y) { return y; });
    centre_of_difference = first_centre - second_centre;
  }

  T sum_centre() const { return first_centre + second_centre; }
  T difference_centre() const { return centre_of_difference; }

  ComparedPixels<T> sum_and_difference(Batch<T> x, Batch<T> y) const {
    const Batch<T> x_centre(first_centre);
    const Batch<T> y_centre(second_centre);
    const Batch<T> s = (x - x_centre) + (y - y_centre);
    if (are_near) return {s, (x - y) - Batch<T>(centre_of_difference)};
    return {s, (x - x_centre) - (y - y_centre)};
  }

 private:
  template <typename Values>
  static T mean(const PlanePair<T>& images, const Values& values) {
    const auto term = [&](const Batch<T>& x, const Batch<T>& y) {
      return PixelTerm<T>{values(x, y), Batch<T>(T(0))};
    };
    return packed_pixel_mean(images, PlaneGradient<T>(), term);
  }
};

/// The same of two images that are known by their centred sum and difference.
template <typename T>
struct SumAndDifference {
  Plane<T> first;
  Plane<T> second;
  Plane<T> weights;
  T centre_of_sum;
  T centre_of_difference;

  T sum_centre() const { return centre_of_sum; }
  T difference_centre() const { return centre_of_difference; }

  ComparedPixels<T> sum_and_difference(Batch<T> s, Batch<T> d) const { return {s, d}; }
};

}  // namespace crisp::detail
