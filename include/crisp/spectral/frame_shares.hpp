// How much each frame of weighted pixels counts.
#pragma once

#include <algorithm>
#include <cstddef>
#include <vector>

#include "crisp/core/images.hpp"
#include "crisp/core/plane_mean.hpp"
#include "crisp/spectral/frames.hpp"

namespace crisp::detail {

/// m(k, l) = the mean weight of those pixels of frame (k, l) that lie inside the image, over the mean weight of the plane: for a
/// mask, the frame's valid share over the plane's. 0 for a frame that lies in the padding alone.
template <typename T>
class FrameShares {
 public:
  FrameShares() = default;
  explicit FrameShares(const Frames& frames)
      : vertical_(vertical_axis(frames)),
        horizontal_(horizontal_axis(frames)),
        column_sums_(static_cast<std::size_t>(frames.image.width)),
        shares_(static_cast<std::size_t>(frames.count())) {}

  void measure(const Plane<T>& weights) {
    const double mean = mean_in_double(weights);
    auto share = shares_.begin();
    for (Index k = 0; k < vertical_.count; ++k) {
      const Index top = vertical_.first_inside(k) - vertical_.margin;
      const Index height = vertical_.end_inside(k) - vertical_.first_inside(k);
      for (Index x = 0; x < horizontal_.length; ++x) {
        double sum = 0;
        for (Index y = top; y < top + height; ++y) sum += static_cast<double>(weights(y, x));
        column_sums_[static_cast<std::size_t>(x)] = sum;
      }
      for (Index l = 0; l < horizontal_.count; ++l) {
        const Index left = horizontal_.first_inside(l) - horizontal_.margin;
        const Index width = horizontal_.end_inside(l) - horizontal_.first_inside(l);
        double sum = 0;
        for (Index x = left; x < left + width; ++x) sum += column_sums_[static_cast<std::size_t>(x)];
        const bool inside = height > 0 && width > 0;
        *share++ =
            inside && mean > 0 ? static_cast<T>(sum / static_cast<double>(height * width) / mean) : T(0);
      }
    }
  }

  /// Sets the numbers of those pixels to 1 that a frame with a share reads, and of others to 0. By rows of a plane.
  void mark_counted(T* pixels) const {
    std::fill_n(pixels, vertical_.length * horizontal_.length, T(0));
    for (Index k = 0; k < vertical_.count; ++k) {
      for (Index l = 0; l < horizontal_.count; ++l) {
        if ((*this)(k, l) == T(0)) continue;
        for (Index i = 0; i < vertical_.window; ++i) {
          const Index y = vertical_.source(k * vertical_.stride + i);
          for (Index j = 0; y >= 0 && j < horizontal_.window; ++j) {
            const Index x = horizontal_.source(l * horizontal_.stride + j);
            if (x >= 0) pixels[y * horizontal_.length + x] = T(1);
          }
        }
      }
    }
  }

  /// The share of frame (k, l), measured last.
  T operator()(Index k, Index l) const {
    return shares_[static_cast<std::size_t>(k * horizontal_.count + l)];
  }

 private:
  FrameAxis vertical_{};
  FrameAxis horizontal_{};
  std::vector<double> column_sums_;
  std::vector<T> shares_;  // [k][l]
};

}  // namespace crisp::detail
