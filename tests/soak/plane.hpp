// What a reference computes on and with: planes of long double, in loops that anyone can read.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <vector>

namespace soak {

using Real = long double;
using Size = std::ptrdiff_t;

/// One channel of one image.
struct Plane {
  Size height = 0;
  Size width = 0;
  std::vector<Real> pixels;

  Plane() = default;
  Plane(Size height_, Size width_, Real pixel = 0)
      : height(height_), width(width_), pixels(static_cast<std::size_t>(height_ * width_), pixel) {}

  Size size() const { return height * width; }
  bool empty() const { return pixels.empty(); }
  Real& operator()(Size y, Size x) { return pixels[static_cast<std::size_t>(y * width + x)]; }
  Real operator()(Size y, Size x) const { return pixels[static_cast<std::size_t>(y * width + x)]; }
  Real& operator[](Size i) { return pixels[static_cast<std::size_t>(i)]; }
  Real operator[](Size i) const { return pixels[static_cast<std::size_t>(i)]; }
};

/// Two planes and what their pixels weigh; no weights at all if that is empty.
struct Pair {
  Plane prediction;
  Plane target;
  Plane weights;

  bool weighted() const { return !weights.empty(); }
  Real weight(Size i) const { return weighted() ? weights[i] : 1; }
};

/// A batch: [image][channel], one after another.
struct Batch {
  Size images = 0;
  Size channels = 0;
  std::vector<Pair> planes;
};

/// The arithmetic that is tested.
struct Precision {
  Real epsilon;   ///< the distance from 1 to the next number
  Real smallest;  ///< the smallest normal number
  bool is_float;
};

inline Real square(Real x) { return x * x; }

inline Real largest_entry(const Plane& plane) {
  Real largest = 0;
  for (const Real x : plane.pixels) largest = std::max(largest, std::abs(x));
  return largest;
}

inline Real mean_of(const Plane& plane) {
  Real sum = 0;
  for (const Real x : plane.pixels) sum += x;
  return sum / static_cast<Real>(plane.size());
}

}  // namespace soak
