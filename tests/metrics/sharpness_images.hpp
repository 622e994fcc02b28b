// Images to measure the sharpness of, and a blur.
#pragma once

#include <algorithm>
#include <cmath>
#include <vector>

#include "crisp/core/images.hpp"
#include "support/random_images.hpp"

/// Gaussian blur of standard deviation sigma, the border pixels repeated; nothing for sigma 0.
template <typename T>
crisp::Images<T> blurred(const crisp::Images<T>& images, double sigma) {
  if (sigma == 0) return images;
  const crisp::Index height = images.dimension(2), width = images.dimension(3);
  const auto radius = static_cast<crisp::Index>(std::ceil(4 * sigma));
  double sum = 0;
  std::vector<double> taps;
  for (crisp::Index k = -radius; k <= radius; ++k) {
    taps.push_back(std::exp(-static_cast<double>(k * k) / (2 * sigma * sigma)));
    sum += taps.back();
  }
  const auto filter = [&](const crisp::Images<T>& from, crisp::Index down, crisp::Index along) {
    crisp::Images<T> to(from.dimensions());
    for (crisp::Index plane = 0; plane < from.dimension(0) * from.dimension(1); ++plane) {
      const T* const in = from.data() + plane * height * width;
      for (crisp::Index y = 0; y < height; ++y) {
        for (crisp::Index x = 0; x < width; ++x) {
          double pixel = 0;
          for (crisp::Index k = -radius; k <= radius; ++k) {
            const crisp::Index from_y = std::clamp<crisp::Index>(y + k * down, 0, height - 1);
            const crisp::Index from_x = std::clamp<crisp::Index>(x + k * along, 0, width - 1);
            pixel += taps[static_cast<std::size_t>(k + radius)] / sum *
                     static_cast<double>(in[from_y * width + from_x]);
          }
          to.data()[plane * height * width + y * width + x] = static_cast<T>(pixel);
        }
      }
    }
    return to;
  };
  return filter(filter(images, 1, 0), 0, 1);
}

/// A straight edge through the middle, at any angle.
inline crisp::Images<double> edge_image(crisp::Index height, crisp::Index width, double angle) {
  crisp::Images<double> image(1, 1, height, width);
  for (crisp::Index y = 0; y < height; ++y) {
    for (crisp::Index x = 0; x < width; ++x) {
      const double from_edge =
          std::cos(angle) * (static_cast<double>(x) - 0.5 * static_cast<double>(width) + 0.5) +
          std::sin(angle) * (static_cast<double>(y) - 0.5 * static_cast<double>(height) + 0.5);
      image(0, 0, y, x) = from_edge < 0 ? 0.2 : 0.8;
    }
  }
  return image;
}

/// Discs of random grey upon each other: edges of all directions and lengths, as in natural images.
inline crisp::Images<double> disc_image(crisp::Index height, crisp::Index width, unsigned seed) {
  crisp::Images<double> image = constant_images<double>({1, 1, height, width}, 0.5);
  const auto numbers = random_images<double>({1, 1, height, 4}, seed);
  for (crisp::Index disc = 0; disc < height; ++disc) {
    const double radius = 2 + numbers(0, 0, disc, 2) * static_cast<double>(width) / 6;
    for (crisp::Index y = 0; y < height; ++y) {
      for (crisp::Index x = 0; x < width; ++x) {
        const double down = static_cast<double>(y) - numbers(0, 0, disc, 0) * static_cast<double>(height);
        const double along = static_cast<double>(x) - numbers(0, 0, disc, 1) * static_cast<double>(width);
        if (std::hypot(down, along) < radius) image(0, 0, y, x) = numbers(0, 0, disc, 3);
      }
    }
  }
  return image;
}
