// Where the windows of a convolution lie. Of the two images that a convolution connects, the wide one (its
// input; a transposed convolution's output) is covered by windows, one for every pixel of the narrow one:
//
//     window of narrow pixel p, tap t   ->   wide pixel  stride * p + t - crop,   p, t and pixel being (y, x)
//
// A tap that falls outside the wide image reads nothing and writes nowhere.
#pragma once

#include <ostream>

#include "network/matrix.hpp"

namespace vae_mnist {

struct ImageShape {
  Index channels;
  Index height;
  Index width;

  Index pixels() const { return height * width; }
  Index size() const { return channels * pixels(); }

  friend bool operator==(const ImageShape& a, const ImageShape& b) {
    return a.channels == b.channels && a.height == b.height && a.width == b.width;
  }
  friend bool operator!=(const ImageShape& a, const ImageShape& b) { return !(a == b); }
  friend std::ostream& operator<<(std::ostream& stream, const ImageShape& shape) {
    return stream << shape.channels << 'x' << shape.height << 'x' << shape.width;
  }
};

struct Windows {
  ImageShape wide;
  ImageShape narrow;
  Index kernel;
  Index stride;
  Index crop;  ///< rows and columns that the first window reaches beyond the first wide pixel

  Index taps() const { return kernel * kernel; }
};

/// The windows of a convolution without padding ("valid").
inline Windows convolution_windows(const ImageShape& input, Index output_channels, Index kernel,
                                   Index stride) {
  const ImageShape output{output_channels, (input.height - kernel) / stride + 1,
                          (input.width - kernel) / stride + 1};
  return {input, output, kernel, stride, 0};
}

/// The windows of a transposed convolution whose full result, stride * (input - 1) + kernel pixels wide,
/// loses its first `crop_first` and its last `crop_last` rows and columns.
inline Windows transposed_windows(const ImageShape& input, Index output_channels, Index kernel, Index stride,
                                  Index crop_first, Index crop_last) {
  const auto side = [&](Index size) { return stride * (size - 1) + kernel - crop_first - crop_last; };
  return {{output_channels, side(input.height), side(input.width)}, input, kernel, stride, crop_first};
}

}  // namespace vae_mnist
