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
    Ranges ranges = counted != nullptr ? measure<true>(counted) : measure<false>(counted);
    // Zeros around may be far from all pixels, but most frames have none: those would lose by a larger factor.
    const T largest_sum = (ranges.x.width() + ranges.y.width()) / 2;
    if (has_zeros_around) {
      ranges.x.include(T(0));
      ranges.y.include(T(0));
      ranges.difference.include(T(0));
    }
    x_is_flat_ = ranges.x.is_one_number();
    y_is_flat_ = ranges.y.is_one_number();
    largest_difference_ = ranges.difference.distance_from(x_mean_ - y_mean_);
    factor_ = factor_of(largest_sum, largest_difference_);
  }

  /// Some pixels of s, and of δ times the factor.
  void copy(Index first, Index count, T* sum, T* scaled_difference) const {
    if (means_are_near(x_mean_, y_mean_)) {
      copy<true>(first, count, sum, scaled_difference);
    } else {
      copy<false>(first, count, sum, scaled_difference);
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
  using Pack = xsimd::batch<T>;
  static constexpr auto pack = static_cast<Index>(Pack::size);

  /// The least and the largest of some numbers.
  struct Range {
    T least, largest;

    bool is_one_number() const { return least == largest; }
    T width() const { return largest - least; }
    T distance_from(T number) const { return std::max(largest - number, number - least); }
    void include(T number) {
      least = std::min(least, number);
      largest = std::max(largest, number);
    }
  };
  struct Ranges {
    Range x, y, difference;  // x - y
  };

  template <bool are_near>
  void copy(Index first, Index count, T* sum, T* scaled_difference) const {
    const T* const x = images_.prediction.data() + first;
    const T* const y = images_.target.data() + first;
    const Index whole = count / pack * pack;
    for (Index i = 0; i < whole; i += pack) {
      const Pack at_x = Pack::load_unaligned(x + i);
      const Pack at_y = Pack::load_unaligned(y + i);
      half_sum(at_x, at_y).store_unaligned(sum + i);
      half_difference<are_near>(at_x, at_y).store_unaligned(scaled_difference + i);
    }
    for (Index i = whole; i < count; ++i) {
      sum[i] = half_sum(x[i], y[i]);
      scaled_difference[i] = half_difference<are_near>(x[i], y[i]);
    }
  }
  /// s and δ times the factor, of pixels in a register or of one.
  template <typename V>
  V half_sum(const V& x, const V& y) const {
    return V(T(0.5)) * ((x - V(x_mean_)) + (y - V(y_mean_)));
  }
  template <bool are_near, typename V>
  V half_difference(const V& x, const V& y) const {
    const V difference = are_near ? (x - y) - V(x_mean_ - y_mean_) : (x - V(x_mean_)) - (y - V(y_mean_));
    return V(T(0.5) * factor_) * difference;
  }

  /// The largest power of two, from 1 on, that leaves the difference below the sum everywhere.
  static T factor_of(T largest_sum, T largest_difference) {
    constexpr int most = 40;  // beyond, a difference is rounding, whatever it is compared with
    if (!(largest_sum > largest_difference) || !std::isfinite(largest_sum)) return 1;
    if (largest_sum > std::ldexp(largest_difference, most)) return std::ldexp(T(1), most);
    return std::ldexp(T(1), std::ilogb(largest_sum / largest_difference));
  }

  /// A range in every lane.
  struct LaneRange {
    Pack least, largest;

    void include(const Pack& numbers) {
      least = xsimd::min(least, numbers);
      largest = xsimd::max(largest, numbers);
    }
    /// Of the numbers and another one: of all the sums.
    Range range_with(T offset) const {
      std::array<T, Pack::size> leasts;
      std::array<T, Pack::size> largests;
      least.store_unaligned(leasts.data());
      largest.store_unaligned(largests.data());
      Range range{leasts[0], largests[0]};
      for (std::size_t lane = 1; lane < Pack::size; ++lane) {  // without a branch, unlike std::min_element
        range.least = std::min(range.least, leasts[lane]);
        range.largest = std::max(range.largest, largests[lane]);
      }
      return {range.least + offset, range.largest + offset};
    }
  };

  /// Takes the means, from one of the pixels on, and the ranges of the pixels that count. So nothing is left of a flat plane, not even
  /// rounding, nor of planes that differ by a constant.
  template <bool selects>
  Ranges measure(const T* counted) {
    const T* const x = images_.prediction.data();
    const T* const y = images_.target.data();
    const Index pixels = images_.prediction.size();
    Index first = 0;  // that counts
    while (selects && first + 1 < pixels && counted[first] == T(0)) ++first;
    const Pack first_x(x[first]);
    const Pack first_y(y[first]);
    const Pack first_difference = first_x - first_y;
    LaneRange x_range{Pack(T(0)), Pack(T(0))};  // of what is left without the first pixel
    LaneRange y_range = x_range;
    LaneRange difference_range{first_difference, first_difference};

    LaneSum<T> x_sum;
    LaneSum<T> y_sum;
    const Index whole = pixels / pack * pack;
    for (Index start = 0; start < whole; start += registers_of_a_stretch * pack) {
      const Index end = std::min(start + registers_of_a_stretch * pack, whole);
      Pack x_stretch(T(0));
      Pack y_stretch(T(0));
      for (Index i = start; i < end; i += pack) {
        Pack at_x = Pack::load_unaligned(x + i);
        Pack at_y = Pack::load_unaligned(y + i);
        if constexpr (selects) {  // the others are like one that does
          const auto counts = Pack::load_unaligned(counted + i) != Pack(T(0));
          at_x = xsimd::select(counts, at_x, first_x);
          at_y = xsimd::select(counts, at_y, first_y);
        }
        difference_range.include(at_x - at_y);
        at_x -= first_x;
        at_y -= first_y;
        x_stretch += at_x;
        y_stretch += at_y;
        x_range.include(at_x);
        y_range.include(at_y);
      }
      x_sum.add(x_stretch, registers_of_a_stretch);
      y_sum.add(y_stretch, registers_of_a_stretch);
    }
    Ranges ranges{x_range.range_with(x[first]), y_range.range_with(y[first]),
                  difference_range.range_with(T(0))};
    double x_total = x_sum.total();
    double y_total = y_sum.total();
    for (Index i = whole; i < pixels; ++i) {
      if (selects && counted[i] == T(0)) continue;
      x_total += static_cast<double>(x[i] - x[first]);
      y_total += static_cast<double>(y[i] - y[first]);
      ranges.x.include(x[i]);
      ranges.y.include(y[i]);
      ranges.difference.include(x[i] - y[i]);
    }
    const Index number = selects ? pixels - std::count(counted, counted + pixels, T(0)) : pixels;
    const auto count = static_cast<double>(std::max<Index>(number, 1));
    x_mean_ = x[first] + static_cast<T>(x_total / count);
    y_mean_ = y[first] + static_cast<T>(y_total / count);
    return ranges;
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
