// Window functions.
#pragma once

#include <cmath>
#include <cstddef>
#include <vector>

#include "crisp/spectral/options.hpp"

namespace crisp {

/// h(t) for t = 0 … length-1, as WindowShape defines it; computed in double, then rounded to T. Length >= 2.
template <typename T>
std::vector<T> window_function(WindowShape shape, Index length) {
  const double two_pi = 2 * std::acos(-1.0);
  const double n = static_cast<double>(length);
  std::vector<T> window(static_cast<std::size_t>(length));
  for (Index t = 0; t < length; ++t) {
    const double position = static_cast<double>(t);
    double h = 1;
    switch (shape) {
      case WindowShape::hann:
        h = 0.5 - 0.5 * std::cos(two_pi * position / n);
        break;
      case WindowShape::hann_symmetric:
        h = 0.5 - 0.5 * std::cos(two_pi * position / (n - 1));
        break;
      case WindowShape::hamming:
        h = 0.54 - 0.46 * std::cos(two_pi * position / n);
        break;
      case WindowShape::rectangular:
        break;
    }
    window[static_cast<std::size_t>(t)] = static_cast<T>(h);
  }
  return window;
}

}  // namespace crisp
