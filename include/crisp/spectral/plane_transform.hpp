// The complex transform of a whole plane, forward and backward.
//
//   F(u, v) = Σ_{y,x} f(y, x) e^{-2πi (u y/H + v x/W)},   f(y, x) = Σ_{u,v} F(u, v) e^{+2πi (u y/H + v x/W)}
//
// The second is the adjoint of the first: backward(forward(f)) = H W f. Both are two passes of fft::Transform, which
// transposes on its way: down the columns [y][x] -> [x][u], then along the rows [x][u] -> [u][v].
#pragma once

#include <complex>
#include <cstddef>

#include "crisp/core/aligned.hpp"
#include "crisp/spectral/fft.hpp"
#include "crisp/spectral/options.hpp"

namespace crisp::detail {

/// The transforms of planes of one size. Has scratch of its own, so it belongs to one thread at a time.
template <typename T>
class PlaneTransform {
 public:
  using ComplexNumber = std::complex<T>;

  PlaneTransform() = default;
  /// Height and width >= 1.
  explicit PlaneTransform(const Size2& size)
      : down_(size.height, size.width, fft::Direction::forward),
        along_(size.width, size.height, fft::Direction::forward),
        back_along_(size.width, size.height, fft::Direction::backward),
        back_down_(size.height, size.width, fft::Direction::backward),
        between_(static_cast<std::size_t>(size.height * size.width)) {}

  /// From pixels [y][x] to bins [u][v], and back. Both lie in AlignedVectors and do not overlap; the input stays.
  void forward(const ComplexNumber* pixels, ComplexNumber* bins) {
    down_.execute(pixels, between_.data());
    along_.execute(between_.data(), bins);
  }
  void backward(const ComplexNumber* bins, ComplexNumber* pixels) {
    back_along_.execute(bins, between_.data());
    back_down_.execute(between_.data(), pixels);
  }

 private:
  fft::Transform<T> down_, along_, back_along_, back_down_;
  AlignedVector<ComplexNumber> between_;
};

}  // namespace crisp::detail
