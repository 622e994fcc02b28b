#include "soak/reference/fourier.hpp"

#include <map>
#include <utility>

namespace soak {
namespace {

/// exp(-2πi k / n) for k = 0 … n-1.
const Bins& roots_of_unity(Size n) {
  static std::map<Size, Bins> known;
  Bins& roots = known[n];
  if (roots.empty()) {
    for (Size k = 0; k < n; ++k) {
      const Real angle = -2 * std::acos(Real(-1)) * static_cast<Real>(k) / static_cast<Real>(n);
      roots.push_back({std::cos(angle), std::sin(angle)});
    }
    // The quarter turns, and with them what should be real, are exact.
    if (n % 2 == 0) roots[static_cast<std::size_t>(n / 2)] = {-1, 0};
    if (n % 4 == 0) {
      roots[static_cast<std::size_t>(n / 4)] = {0, -1};
      roots[static_cast<std::size_t>(3 * n / 4)] = {0, 1};
    }
  }
  return roots;
}

/// Transforms `n` samples at `stride` from one another.
void transform_line(Bin* samples, Size n, Size stride, Bins& room) {
  const Bins& roots = roots_of_unity(n);
  room.assign(static_cast<std::size_t>(n), {});
  for (Size k = 0; k < n; ++k) {
    Bin sum;
    Size turn = 0;
    for (Size t = 0; t < n; ++t) {
      sum = sum + samples[t * stride] * roots[static_cast<std::size_t>(turn)];
      turn += k;
      if (turn >= n) turn -= n;
    }
    room[static_cast<std::size_t>(k)] = sum;
  }
  for (Size k = 0; k < n; ++k) samples[k * stride] = room[static_cast<std::size_t>(k)];
}

}  // namespace

Bins fourier(Bins samples, Size height, Size width) {
  Bins room;
  for (Size y = 0; y < height; ++y) transform_line(samples.data() + y * width, width, 1, room);
  for (Size x = 0; x < width; ++x) transform_line(samples.data() + x, height, width, room);
  return samples;
}

Real transform_rounding(const Precision& precision, Size samples) {
  return precision.epsilon * std::sqrt(std::log2(2 * static_cast<Real>(samples)));
}

}  // namespace soak
