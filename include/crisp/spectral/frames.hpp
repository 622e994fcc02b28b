// Where the frames of a short-time transform lie on an image.
#pragma once

#include <algorithm>
#include <cstddef>
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
/// stride is longer than the window, is not covered. With padding all this holds of the extended image, in which the
/// image's first pixel lies at `margin`, half a window from the border.
struct Frames {
  Size2 image = 0;
  Size2 window = 0;
  Size2 stride = 1;
  Padding padding = Padding::none;
  Size2 margin = 0;
  Size2 extended = 0;
  Index rows = 0;
  Index columns = 0;

  Frames() = default;

  /// Throws OptionError for a window under 2x2 or a stride under 1x1, ShapeError where the window does not fit, or the
  /// image is no larger than half of it and is to be padded.
  Frames(const Size2& image_, const Size2& window_, const Size2& stride_, Padding padding_ = Padding::none)
      : image(image_), window(window_), stride(stride_), padding(padding_) {
    detail::check_frames(window, stride);
    if (padding != Padding::none) margin = Size2(window.height / 2, window.width / 2);
    if (padding != Padding::none && (image.height <= margin.height || image.width <= margin.width)) {
      detail::fail<ShapeError>("padding by half a window of ", window, " needs an image of at least ",
                               Size2(margin.height + 1, margin.width + 1), ", got ", image);
    }
    extended = Size2(image.height + 2 * margin.height, image.width + 2 * margin.width);
    if (window.height > extended.height || window.width > extended.width) {
      detail::fail<ShapeError>("a window of ", window, " pixels does not fit an image of ", extended);
    }
    rows = detail::frame_count(extended.height, window.height, stride.height);
    columns = detail::frame_count(extended.width, window.width, stride.width);
  }

  Index count() const { return rows * columns; }

  friend bool operator==(const Frames& a, const Frames& b) {
    return a.image == b.image && a.window == b.window && a.stride == b.stride && a.padding == b.padding;
  }
};

namespace detail {

/// One axis of an image, and the frames along it.
struct FrameAxis {
  Index length;
  Index window;
  Index stride;
  Index margin;
  Index count;
  Padding padding;

  /// The pixel that stands at a position of the extended axis; -1 if it is one of zero padding.
  Index source(Index position) const {
    const Index pixel = position - margin;
    if (pixel >= 0 && pixel < length) return pixel;
    if (padding == Padding::zero) return -1;
    return pixel < 0 ? -pixel : 2 * (length - 1) - pixel;
  }

  /// The first of the frame's positions that lies inside the image, and the one past the last.
  Index first_inside(Index frame) const { return std::max(frame * stride, margin); }
  Index end_inside(Index frame) const { return std::min(frame * stride + window, margin + length); }
};

inline FrameAxis vertical_axis(const Frames& f) {
  return {f.image.height, f.window.height, f.stride.height, f.margin.height, f.rows, f.padding};
}
inline FrameAxis horizontal_axis(const Frames& f) {
  return {f.image.width, f.window.width, f.stride.width, f.margin.width, f.columns, f.padding};
}

/// For each pixel along an axis, whether a frame covers it.
inline std::vector<char> covered_pixels(const FrameAxis& axis) {
  std::vector<char> covered(static_cast<std::size_t>(axis.length), 0);
  for (Index frame = 0; frame < axis.count; ++frame) {
    for (Index t = 0; t < axis.window; ++t) {
      const Index pixel = axis.source(frame * axis.stride + t);
      if (pixel >= 0) covered[static_cast<std::size_t>(pixel)] = 1;
    }
  }
  return covered;
}

}  // namespace detail
}  // namespace crisp
