// Where the frames of a short-time transform lie on an image.
#pragma once

#include <vector>

#include "crisp/spectral/options.hpp"

namespace crisp {

namespace detail {

/// How many frames lie along an axis of `length` >= window pixels. Frame k starts at k * stride, which with k below this
/// count cannot overflow, however long the stride.
inline Index frame_count(Index length, Index window, Index stride) { return (length - window) / stride + 1; }

}  // namespace detail

/// Frame (k, l), k < rows and l < columns, covers the pixels from (k s_y, l s_x) on, n_y x n_x of them:
/// rows = ⌊(H - n_y)/s_y⌋ + 1, columns likewise. What lies past the last frame, or between frames where the
/// stride is longer than the window, is not covered.
struct Frames {
  Size2 image = 0;
  Size2 window = 0;
  Size2 stride = 1;
  Index rows = 0;
  Index columns = 0;

  Frames() = default;

  /// Throws OptionError for a window under 2x2 or a stride under 1x1, ShapeError where the window does not fit.
  Frames(const Size2& image_, const Size2& window_, const Size2& stride_)
      : image(image_), window(window_), stride(stride_) {
    detail::check_frames(window, stride);
    if (window.height > image.height || window.width > image.width) {
      detail::fail<ShapeError>("a window of ", window, " pixels does not fit an image of ", image);
    }
    rows = detail::frame_count(image.height, window.height, stride.height);
    columns = detail::frame_count(image.width, window.width, stride.width);
  }

  Index count() const { return rows * columns; }

  friend bool operator==(const Frames& a, const Frames& b) {
    return a.image == b.image && a.window == b.window && a.stride == b.stride;
  }
};

namespace detail {

/// For each of `length` pixels along one axis, whether a frame covers it.
inline std::vector<char> covered_pixels(Index length, Index window, Index stride) {
  std::vector<char> covered(static_cast<std::size_t>(length), 0);
  for (Index frame = 0; frame < frame_count(length, window, stride); ++frame) {
    const Index start = frame * stride;
    for (Index t = start; t < start + window; ++t) covered[static_cast<std::size_t>(t)] = 1;
  }
  return covered;
}

}  // namespace detail
}  // namespace crisp
