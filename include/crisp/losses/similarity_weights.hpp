// Weights of pixels, as windows see them: normalised convolution. With a mean E over a window's Gaussian g, the mean of
// a map m weighted by w is
//
//   E_w[m] = (g * (w m)) / (g * w)
//
// so what windows need of the weights alone is 1 / (g * w), once for all maps.
#pragma once

#include <cstddef>
#include <limits>
#include <vector>

#include "crisp/core/aligned.hpp"
#include "crisp/core/images.hpp"
#include "crisp/filters/gaussian.hpp"
#include "crisp/filters/separable.hpp"

namespace crisp::detail {

/// The Gaussian of a window of n x n pixels, without the taps at its ends that are below 1e-16 of the largest: they are
/// lost in rounding, or denormal.
template <typename T>
struct WindowGaussian {
  Taps<T> taps;
  Index margin = 0;  // taps left out at each end

  static WindowGaussian whole(Index window, double sigma) { return {gaussian_taps<T>(window, sigma), 0}; }
  static WindowGaussian cut(Index window, double sigma) {
    const Taps<T> taps = gaussian_taps<T>(window, sigma);
    Index margin = 0;
    while (taps[margin] < T(1e-16) * taps.maxCoeff()) ++margin;
    return {taps.segment(margin, window - 2 * margin), margin};
  }

  /// The taps of the whole window, zeros at its ends.
  Taps<T> padded() const {
    Taps<T> result = Taps<T>::Zero(taps.size() + 2 * margin);
    result.segment(margin, taps.size()) = taps;
    return result;
  }
};

/// The weights of a plane, and of its windows at several scales.
template <typename T>
class WindowWeights {
 public:
  /// Allocates what planes of a shape need.
  void prepare(const std::vector<SeparableFilter<T>>& filters, Index height, Index width) {
    const Index n = filters.front().size();
    for (const auto& filter : filters) filter.prepare(filter_workspace_, height, width);
    height_ = height;
    width_ = width;
    windows_ = (height - n + 1) * (width - n + 1);
    valid_width_ = width - n + 1;
    const Index slack = lanes<T>;  // rows are read in whole registers
    resize(weights_, height * width + slack);
    resize(inverses_, static_cast<Index>(filters.size()) * windows_ + slack);
  }

  /// Takes the weights of a plane; the largest becomes 1. Returns how many windows have weight at the last scale; the
  /// others are without weight at all scales. A weighted sum below some 1e-31 (1e-292 in double) counts as 0: it may
  /// be denormal, and its ratios wrong.
  Index take(const Plane<T>& weights, const std::vector<SeparableFilter<T>>& filters) {
    const T largest = weights.maxCoeff();
    MutablePlane<T>(weights_.data(), height_, width_) = weights / (largest > T(0) ? largest : T(1));
    count_ = 0;
    if (largest == T(0)) return 0;
    constexpr T smallest = std::numeric_limits<T>::min() / std::numeric_limits<T>::epsilon();
    const Index valid_height = windows_ / valid_width_;
    for (std::size_t scale = filters.size(); scale-- > 0;) {
      MutablePlane<T> sums(inverses_.data() + static_cast<Index>(scale) * windows_, valid_height,
                           valid_width_);
      filters[scale].valid(plane(), sums, filter_workspace_);
      const bool is_last = scale + 1 == filters.size();
      const Plane<T> at_last = inverses(filters.size() - 1);
      for (Index window = 0; window < windows_; ++window) {
        const T sum = sums.data()[window];
        const T inverse = sum >= smallest ? 1 / sum : T(0);
        sums.data()[window] = is_last || at_last.data()[window] > T(0) ? inverse : T(0);
      }
      if (is_last) count_ = (at_last > T(0)).count();
    }
    return count_;
  }

  /// What take() returned last.
  Index count() const { return count_; }

  /// The weights as they were taken.
  Plane<T> plane() const { return {weights_.data(), height_, width_}; }
  const T* row(Index row) const { return weights_.data() + row * width_; }

  /// 1 / (g * w) of the windows of a scale, or 0 of those that are left out: all of them, and a row.
  Plane<T> inverses(std::size_t scale) const {
    return {inverses_row(scale, 0), windows_ / valid_width_, valid_width_};
  }
  const T* inverses_row(std::size_t scale, Index row) const {
    return inverses_.data() + static_cast<Index>(scale) * windows_ + row * valid_width_;
  }

 private:
  static void resize(AlignedVector<T>& vector, Index size) { vector.resize(static_cast<std::size_t>(size)); }

  AlignedVector<T> weights_;
  AlignedVector<T> inverses_;  // [scale][window]
  typename SeparableFilter<T>::Workspace filter_workspace_;
  Index height_ = 0;
  Index width_ = 0;
  Index windows_ = 0;
  Index count_ = 0;
  Index valid_width_ = 1;
};

}  // namespace crisp::detail
