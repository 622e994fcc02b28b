// The weight of every bin.
#pragma once

#include <cmath>
#include <cstddef>
#include <vector>

#include "crisp/spectral/bin_frequency.hpp"
#include "crisp/spectral/options.hpp"

namespace crisp {

/// W(u, v) as FrequencyWeight defines it, 0 <= u < size.height, 0 <= v < size.width. Throws ShapeError for
/// quadrant_product on fewer than 4 pixels a side, where its formula divides by zero.
inline double frequency_weight(FrequencyWeight weight, const Size2& size, Index u, Index v) {
  switch (weight) {
    case FrequencyWeight::uniform:
      return 1;
    case FrequencyWeight::linear:
      return std::hypot(detail::bin_frequency(u, size.height), detail::bin_frequency(v, size.width)) /
             std::sqrt(0.5);
    case FrequencyWeight::quadrant_product: {
      if (size.height < 4 || size.width < 4) {
        detail::fail<ShapeError>("quadrant_product needs windows of at least 4x4 pixels, got ", size);
      }
      const Index half_height = size.height / 2;
      const Index half_width = size.width / 2;
      if (u >= half_height || v >= half_width) return 0;
      return static_cast<double>(u * v) / static_cast<double>((half_height - 1) * (half_width - 1));
    }
  }
  return 0;
}

/// W on the half spectrum [u][v], u <= n_y/2, each bin counted for its conjugate (n_y-u, n_x-v) too where
/// that lies in the other half, and all of it times `scale`.
template <typename T>
std::vector<T> half_spectrum_weights(FrequencyWeight weight, const Size2& size, double scale) {
  std::vector<T> weights;
  const Index half_height = size.height / 2 + 1;
  weights.reserve(static_cast<std::size_t>(half_height * size.width));
  // Quadrant weights stand for one bin each: their conjugates have no weight.
  const bool conjugates = weight != FrequencyWeight::quadrant_product;
  for (Index u = 0; u < half_height; ++u) {
    const bool has_conjugate = conjugates && u != 0 && 2 * u != size.height;
    for (Index v = 0; v < size.width; ++v) {
      weights.push_back(
          static_cast<T>((has_conjugate ? 2 : 1) * scale * frequency_weight(weight, size, u, v)));
    }
  }
  return weights;
}

}  // namespace crisp
