// Two planes as half their sum and half their difference, each without its mean: what the losses on spectra transform.
//
//   s = ((x - x̄) + (y - ȳ))/2,   δ = ((x - y) - (x̄ - ȳ))/2
//
// A transform leaves rounding in proportion to what is transformed. Without the means that is detail, not brightness. And s and δ go
// through one transform together, so δ is multiplied by a power of two that makes it about as large as s: the spectra of nearly
// equal images then differ by their difference, and not by what rounding made of their sum.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <xsimd/xsimd.hpp>

#include "crisp/core/lane_sum.hpp"
#include "crisp/core/loss.hpp"
#include "crisp/core/plane_mean.hpp"

namespace crisp::detail {

template <typename T>
class CentredPair {
 public:
  /// `counted` has a number for each pixel, 0 for those that are in no frame that counts: they may hold anything, and take no part in the
  /// means, nor in what is largest. It is null where all are counted. Zeros take part where the planes will be continued by them.
  CentredPair(const PlanePair<T>& images, const T* counted, bool has_zeros_around) : images_(images) {
    Extremes extremes = counted != nullptr ? measure<true>(counted) : measure<false>(counted);
    if (has_zeros_around) extremes.add_zero(x_mean_, y_mean_);
    x_is_flat_ = extremes.x_step == T(0);
    y_is_flat_ = extremes.y_step == T(0);
    // Pixels lie no farther from the mean than from each other.
    const T largest_sum = (extremes.x_step + extremes.y_step) / 2;
    largest_difference_ = std::max(extremes.largest_difference - (x_mean_ - y_mean_),
                                   (x_mean_ - y_mean_) - extremes.least_difference);
    factor_ = factor_of(largest_sum, largest_difference_);
  }

  /// Some pixels of s, and of δ times the factor.
  void copy(Index first, Index count, T* sum, T* scaled_difference) const {
    const Pixels x(images_.prediction.data() + first, count);
    const Pixels y(images_.target.data() + first, count);
    const T half(0.5);
    MutablePixels(sum, count) = half * ((x - x_mean_) + (y - y_mean_));
    if (means_are_near(x_mean_, y_mean_)) {
      MutablePixels(scaled_difference, count) = half * factor_ * ((x - y) - (x_mean_ - y_mean_));
    } else {
      MutablePixels(scaled_difference, count) = half * factor_ * ((x - x_mean_) - (y - y_mean_));
    }
  }
  T factor() const { return factor_; }
  /// Whether both planes are the same.
  bool are_equal() const { return largest_difference_ == T(0) && x_mean_ == y_mean_; }

  /// Whether one of the planes is flat: then δ is s, or -s, and so are their spectra.
  bool x_is_flat() const { return x_is_flat_; }
  bool y_is_flat() const { return y_is_flat_; }

  /// What they are less of: half the sum and half the difference of the means.
  T sum_mean() const { return (x_mean_ + y_mean_) / 2; }
  T difference_mean() const { return (x_mean_ - y_mean_) / 2; }

 private:
  using Pixels = Eigen::Map<const Eigen::Array<T, 1, Eigen::Dynamic>>;
  using MutablePixels = Eigen::Map<Eigen::Array<T, 1, Eigen::Dynamic>>;
  using Pack = xsimd::batch<T>;
  static constexpr auto pack = static_cast<Index>(Pack::size);

  /// The largest steps from a pixel to the others, and the extremes of x - y.
  struct Extremes {
    T x_step, y_step, least_difference, largest_difference;

    void add_zero(T x_mean, T y_mean) {
      x_step = std::max(x_step, std::abs(x_mean));
      y_step = std::max(y_step, std::abs(y_mean));
      least_difference = std::min(least_difference, T(0));
      largest_difference = std::max(largest_difference, T(0));
    }
  };

  /// The largest power of two, from 1 on, that leaves the difference below the sum everywhere.
  static T factor_of(T largest_sum, T largest_difference) {
    constexpr int most = 40;  // beyond, a difference is rounding, whatever it is compared with
    if (!(largest_sum > largest_difference) || !std::isfinite(largest_sum)) return 1;
    if (largest_sum > std::ldexp(largest_difference, most)) return std::ldexp(T(1), most);
    return std::ldexp(T(1), std::ilogb(largest_sum / largest_difference));
  }

  /// Takes the means, from one of the pixels on, so that nothing is left of a flat plane, not even rounding.
  template <bool selects>
  Extremes measure(const T* counted) {
    const T* const x = images_.prediction.data();
    const T* const y = images_.target.data();
    const Index pixels = images_.prediction.size();
    Index origin = 0;
    while (selects && origin + 1 < pixels && counted[origin] == T(0)) ++origin;
    const Pack x_start(x[origin]);
    const Pack y_start(y[origin]);

    LaneSum<T> x_sum;
    LaneSum<T> y_sum;
    Pack x_step(T(0));
    Pack y_step(T(0));
    Pack least_difference = x_start - y_start;
    Pack largest_difference = least_difference;
    // Of a stretch of pixels, those that do not count being as the first.
    const auto add = [&](const T* some_x, const T* some_y, [[maybe_unused]] const T* some_counted,
                         Index packs) {
      Pack x_steps(T(0));
      Pack y_steps(T(0));
      for (Index i = 0; i < packs * pack; i += pack) {
        Pack at_x = Pack::load_unaligned(some_x + i);
        Pack at_y = Pack::load_unaligned(some_y + i);
        if constexpr (selects) {
          const auto counts = Pack::load_unaligned(some_counted + i) != Pack(T(0));
          at_x = xsimd::select(counts, at_x, x_start);
          at_y = xsimd::select(counts, at_y, y_start);
        }
        const Pack from_x = at_x - x_start;
        const Pack from_y = at_y - y_start;
        x_steps += from_x;
        y_steps += from_y;
        x_step = xsimd::max(x_step, xsimd::abs(from_x));
        y_step = xsimd::max(y_step, xsimd::abs(from_y));
        const Pack difference = at_x - at_y;
        least_difference = xsimd::min(least_difference, difference);
        largest_difference = xsimd::max(largest_difference, difference);
      }
      x_sum.add(x_steps, registers_of_a_stretch);
      y_sum.add(y_steps, registers_of_a_stretch);
    };
    const Index packs = pixels / pack;
    for (Index first = 0; first < packs; first += registers_of_a_stretch) {
      const Index i = first * pack;
      add(x + i, y + i, selects ? counted + i : nullptr,
          std::min<Index>(registers_of_a_stretch, packs - first));
    }
    std::array<T, Pack::size> rest_x;
    std::array<T, Pack::size> rest_y;
    std::array<T, Pack::size> rest_counted;
    rest_x.fill(x[origin]);
    rest_y.fill(y[origin]);
    rest_counted.fill(T(1));
    const Index done = packs * pack;
    std::copy_n(x + done, pixels - done, rest_x.data());
    std::copy_n(y + done, pixels - done, rest_y.data());
    if (selects) std::copy_n(counted + done, pixels - done, rest_counted.data());
    add(rest_x.data(), rest_y.data(), rest_counted.data(), 1);

    const Index number = selects ? pixels - std::count(counted, counted + pixels, T(0)) : pixels;
    const auto count = static_cast<double>(std::max<Index>(number, 1));
    x_mean_ = x[origin] + static_cast<T>(x_sum.total() / count);
    y_mean_ = y[origin] + static_cast<T>(y_sum.total() / count);
    return {lanes(x_step).maxCoeff(), lanes(y_step).maxCoeff(), lanes(least_difference).minCoeff(),
            lanes(largest_difference).maxCoeff()};
  }

  static Eigen::Array<T, Pack::size, 1> lanes(const Pack& values) {
    Eigen::Array<T, Pack::size, 1> numbers;
    values.store_unaligned(numbers.data());
    return numbers;
  }

  PlanePair<T> images_;
  T x_mean_ = 0;
  T y_mean_ = 0;
  bool x_is_flat_ = false;
  bool y_is_flat_ = false;
  T largest_difference_ = 0;  // |δ| times 2
  T factor_ = 1;
};

}  // namespace crisp::detail
