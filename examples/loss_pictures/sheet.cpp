#include "sheet.hpp"

#include <png.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <string>

#include "files/atomic_file.hpp"
#include "files/file_error.hpp"

namespace loss_pictures {
namespace {

using crisp::Images;
using crisp::Index;

constexpr Index magnification = 2;
constexpr Index gap = 2;

// Files stay small with few colours: numbers 0 ... 47 are black to white, 48 ... 79 those of sizes.
constexpr int gray_count = 48;
constexpr int size_count = 32;
constexpr std::uint8_t gap_colour = 18;

/// Between which the colours of sizes lie, even steps in lightness apart.
constexpr std::array<std::array<double, 3>, 7> size_colours = {{{0, 0, 5},
                                                                {41, 13, 89},
                                                                {120, 28, 110},
                                                                {196, 59, 79},
                                                                {242, 122, 33},
                                                                {250, 199, 61},
                                                                {255, 255, 224}}};

/// Red, green and blue of every colour in turn.
std::vector<std::uint8_t> palette() {
  std::vector<std::uint8_t> samples;
  const auto append = [&](double level) { samples.push_back(static_cast<std::uint8_t>(std::lround(level))); };
  for (int i = 0; i < gray_count; ++i) {
    for (int channel = 0; channel < 3; ++channel) append(255.0 * i / (gray_count - 1));
  }
  for (int i = 0; i < size_count; ++i) {
    const double position = static_cast<double>(size_colours.size() - 1) * i / (size_count - 1);
    const std::size_t below = std::min(static_cast<std::size_t>(position), size_colours.size() - 2);
    const double t = position - static_cast<double>(below);
    for (std::size_t channel = 0; channel < 3; ++channel) {
      append((1 - t) * size_colours[below][channel] + t * size_colours[below + 1][channel]);
    }
  }
  return samples;
}

std::uint8_t colour(int first, int count, double level) {
  return static_cast<std::uint8_t>(first + std::lround(std::clamp(level, 0.0, 1.0) * (count - 1)));
}

double percentile_99(const Images<double>& map) {
  std::vector<double> sizes(map.data(), map.data() + map.size());
  for (double& size : sizes) size = std::abs(size);
  const auto place = sizes.begin() + static_cast<std::ptrdiff_t>(sizes.size() * 99 / 100);
  std::nth_element(sizes.begin(), place, sizes.end());
  return *place;
}

}  // namespace

Sheet::Sheet(Index rows, Index columns, Index side)
    : side_(side),
      height_(rows * (magnification * side + gap) + gap),
      width_(columns * (magnification * side + gap) + gap),
      pixels_(static_cast<std::size_t>(height_ * width_), gap_colour) {}

void Sheet::draw_image(Index row, Index column, const Images<double>& image) {
  draw(row, column, image, [](double level) { return colour(0, gray_count, level); });
}

void Sheet::draw_sizes(Index row, Index column, const Images<double>& map) {
  const double largest = percentile_99(map);
  const bool is_rounding = largest < 1e-9;
  draw(row, column, map, [&](double level) {
    return colour(gray_count, size_count, is_rounding ? 0 : std::abs(level) / largest);
  });
}

template <typename ColourOf>
void Sheet::draw(Index row, Index column, const Images<double>& image, const ColourOf& colour_of) {
  const Index top = row * (magnification * side_ + gap) + gap;
  const Index left = column * (magnification * side_ + gap) + gap;
  for (Index y = 0; y < magnification * side_; ++y) {
    for (Index x = 0; x < magnification * side_; ++x) {
      pixels_[static_cast<std::size_t>((top + y) * width_ + left + x)] =
          colour_of(image(0, 0, y / magnification, x / magnification));
    }
  }
}

void Sheet::write_png(const std::filesystem::path& path) const {
  png_image image = {};
  image.version = PNG_IMAGE_VERSION;
  image.height = static_cast<png_uint_32>(height_);
  image.width = static_cast<png_uint_32>(width_);
  image.format = PNG_FORMAT_RGB_COLORMAP;
  image.colormap_entries = gray_count + size_count;

  const std::vector<std::uint8_t> colours = palette();
  png_alloc_size_t size = PNG_IMAGE_PNG_SIZE_MAX(image);
  std::string bytes(size, '\0');
  if (png_image_write_to_memory(&image, bytes.data(), &size, 0, pixels_.data(), 0, colours.data()) == 0) {
    vae_mnist::fail_at(path, "cannot be encoded as PNG: ", image.message);
  }
  bytes.resize(size);
  vae_mnist::write_atomically(path, bytes);
}

}  // namespace loss_pictures
