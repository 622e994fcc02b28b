// Images to time with.
#pragma once

#include <cstddef>
#include <random>
#include <string>
#include <vector>

#include "crisp/core/images.hpp"

namespace crisp_benchmarks {

/// Pixels of images of a shape, uniform in [0, 1], always the same for a seed.
template <typename T>
std::vector<T> random_pixels(const crisp::Shape& shape, unsigned seed) {
  std::mt19937 generator(seed);
  std::uniform_real_distribution<float> pixel(0, 1);
  std::vector<T> pixels(static_cast<std::size_t>(shape.size()));
  for (T& value : pixels) value = pixel(generator);
  return pixels;
}

/// A prediction, a target, and room for a gradient.
template <typename T>
struct ImagePair {
  explicit ImagePair(const crisp::Shape& shape)
      : prediction(random_pixels<T>(shape, 1)),
        target(random_pixels<T>(shape, 2)),
        gradient(prediction.size()) {}
  std::vector<T> prediction;
  std::vector<T> target;
  std::vector<T> gradient;
};

/// 16×3×256×256
inline std::string text(const crisp::Shape& shape) {
  return std::to_string(shape.batch) + "×" + std::to_string(shape.channels) + "×" +
         std::to_string(shape.height) + "×" + std::to_string(shape.width);
}

}  // namespace crisp_benchmarks
