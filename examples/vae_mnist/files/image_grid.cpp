#include "files/image_grid.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>

namespace vae_mnist {
namespace {

using Eigen::Index;

std::uint8_t level_of(float value) {
  const float clamped = value > 0.0F ? std::min(value, 1.0F) : 0.0F;  // false for NaN
  return static_cast<std::uint8_t>(std::lround(255.0F * clamped));
}

}  // namespace

Picture image_grid(const crisp::Images<float>& images, const GridOptions& options) {
  const Index count = images.dimension(0), channels = images.dimension(1);
  const Index height = images.dimension(2), width = images.dimension(3);
  const auto [columns, gap, upscale, gap_level] = options;
  if (images.size() == 0 || (channels != 1 && channels != 3)) {
    throw std::invalid_argument("an image grid needs images of one channel or three");
  }
  if (columns < 1 || gap < 0 || upscale < 1) {
    throw std::invalid_argument("an image grid needs columns >= 1, gap >= 0 and upscale >= 1");
  }
  const Index rows = (count + columns - 1) / columns;
  const Index row_step = height * upscale + gap, column_step = width * upscale + gap;

  Picture picture;
  picture.height = static_cast<std::size_t>(rows * row_step + gap);
  picture.width = static_cast<std::size_t>(columns * column_step + gap);
  picture.channels = static_cast<std::size_t>(channels);
  picture.samples.assign(picture.height * picture.width * picture.channels, gap_level);
  for (Index image = 0; image < count; ++image) {
    const Index top = gap + image / columns * row_step, left = gap + image % columns * column_step;
    for (Index y = 0; y < height * upscale; ++y) {
      for (Index x = 0; x < width * upscale; ++x) {
        const Index pixel = (top + y) * static_cast<Index>(picture.width) + left + x;
        for (Index channel = 0; channel < channels; ++channel) {
          picture.samples[static_cast<std::size_t>(pixel * channels + channel)] =
              level_of(images(image, channel, y / upscale, x / upscale));
        }
      }
    }
  }
  return picture;
}

crisp::Images<float> alternating_rows(const crisp::Images<float>& upper, const crisp::Images<float>& lower,
                                      Index columns) {
  const auto shape = upper.dimensions();
  if (lower.dimensions() != shape || columns < 1 || shape[0] % columns != 0) {
    throw std::invalid_argument("alternating rows need two equal shapes of a multiple of `columns` images");
  }
  crisp::Images<float> both(2 * shape[0], shape[1], shape[2], shape[3]);
  const Index row_size = upper.size() / std::max<Index>(shape[0], 1) * columns;
  for (Index row = 0; row < shape[0] / columns; ++row) {
    float* const destination = both.data() + 2 * row * row_size;
    std::copy_n(upper.data() + row * row_size, row_size, destination);
    std::copy_n(lower.data() + row * row_size, row_size, destination + row_size);
  }
  return both;
}

}  // namespace vae_mnist
