// The spectrum of one real plane, and the adjoint: the engine below the losses that look at nothing but the residual.
//
//   F(u, v) = 1/√(H W) Σ_{y,x} f(y, x) e^{-2πi (u y/H + v x/W)},   u = 0 … H/2: the other half is conjugate
//
// Columns first, then rows. Two columns, x and x + ⌈W/2⌉, go through one complex transform (real_pairs.hpp); an odd
// width gets a column of zeros. With its factor the transform keeps sums of squares (Parseval), and is undone by its
// adjoint on spectra of real planes.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <complex>
#include <cstddef>
#include <xsimd/xsimd.hpp>

#include "crisp/core/aligned.hpp"
#include "crisp/core/images.hpp"
#include "crisp/spectral/complex_batch.hpp"
#include "crisp/spectral/fft.hpp"
#include "crisp/spectral/options.hpp"
#include "crisp/spectral/real_pairs.hpp"

namespace crisp::detail {

template <typename T>
class PlaneSpectrum {
  using Complex = std::complex<T>;

 public:
  using Pack = xsimd::batch<T>;
  static constexpr Index pack = static_cast<Index>(Pack::size);

  PlaneSpectrum() = default;

  /// For planes of that size, of any height and width from 1 on.
  explicit PlaneSpectrum(const Size2& size)
      : size_(size),
        half_height_(size.height / 2 + 1),
        pairs_((size.width + 1) / 2),
        pair_lanes_(fft::padded_lanes(pairs_, size.height)),
        row_lanes_(fft::padded_lanes(half_height_, size.width)),
        norm_(static_cast<T>(1 / std::sqrt(static_cast<double>(size.height * size.width)))),
        column_forward_(size.height, pair_lanes_, fft::Direction::forward),
        column_backward_(size.height, pair_lanes_, fft::Direction::backward),
        row_forward_(size.width, row_lanes_, fft::Direction::forward),
        row_backward_(size.width, row_lanes_, fft::Direction::backward),
        plane_(static_cast<std::size_t>(size.height * size.width)),
        in_lanes_(
            static_cast<std::size_t>(std::max(size.height * pair_lanes_, 2 * pairs_ * row_lanes_) + pack)),
        in_rows_(in_lanes_.size()) {}

  const Size2& size() const { return size_; }

  /// What forward() transforms, and where adjoint() leaves its result.
  MutablePlane<T> plane() { return {plane_.data(), size_.height, size_.width}; }

  /// The half spectrum, [u][v]. It may be overwritten.
  Complex* bins() { return in_rows_.data(); }
  Index bin_count() const { return half_height_ * size_.width; }

  /// From the plane to its spectrum.
  void forward() {
    for (Index y = 0; y < size_.height; ++y) {
      pair_halves(plane_.data() + y * size_.width, in_lanes_.data() + y * pair_lanes_);
    }
    column_forward_.execute(in_lanes_.data(), in_rows_.data());
    for (Index x = 0; x < pairs_; ++x) {
      split_pair(in_rows_.data() + x * size_.height, size_.height, column(x), column(x + pairs_));
    }
    row_forward_.execute(in_lanes_.data(), in_rows_.data());
    make_self_conjugates_real(bins(), size_);
    std::fill_n(bins() + bin_count(), pack, Complex());  // the last pack of bins may reach past the end
  }

  /// From cotangents ∂/∂Re F + i ∂/∂Im F of the half spectrum, in place of the bins, to derivatives with respect to the
  /// plane.
  void adjoint() {
    row_backward_.execute(in_rows_.data(), in_lanes_.data());
    if (size_.width % 2 != 0) std::fill_n(column(size_.width), half_height_, Complex());
    for (Index x = 0; x < pairs_; ++x) {
      join_pair(column(x), column(x + pairs_), size_.height, in_rows_.data() + x * size_.height);
    }
    column_backward_.execute(in_rows_.data(), in_lanes_.data());
    for (Index y = 0; y < size_.height; ++y) {
      separate(in_lanes_.data() + y * pair_lanes_, plane_.data() + y * size_.width);
    }
  }

  /// Σ term(bins, index): the sum over packs of bins, the first of them being bins()[index], of a Pack of terms. What
  /// the last pack has past the end is 0. Short stretches are added in T, and these in double.
  template <typename Term>
  double sum(const Term& term) {
    constexpr Index stretch = 64 * pack;
    double total = 0;
    for (Index start = 0; start < bin_count(); start += stretch) {
      const Index end = std::min(start + stretch, bin_count());
      Pack terms(0);
      for (Index bin = start; bin < end; bin += pack) terms += term(bins() + bin, bin);
      std::array<T, Pack::size> parts;
      terms.store_unaligned(parts.data());
      for (const T part : parts) total += static_cast<double>(part);
    }
    return total;
  }

  /// max |F|² over the bins; NaN counts for nothing.
  T largest_square() {
    Pack largest(0);
    for (Index bin = 0; bin < bin_count(); bin += pack) {
      const Pack square = square_of(load_complex(bins() + bin));
      largest = xsimd::select(square > largest, square, largest);
    }
    std::array<T, Pack::size> parts;
    largest.store_unaligned(parts.data());
    return *std::max_element(parts.begin(), parts.end());
  }

 private:
  /// The half spectrum of an image column, between the two steps.
  Complex* column(Index x) { return in_lanes_.data() + x * row_lanes_; }

  /// Two halves of a row of pixels as one of complex numbers; split_pair wants half of them.
  void pair_halves(const T* pixels, Complex* out) const {
    const Index count = size_.width - pairs_;
    const T factor = norm_ / 2;
    interleave(pixels, pixels + pairs_, factor, count, out);
    if (count < pairs_) out[count] = {factor * pixels[count], 0};
  }

  /// The adjoint of pair_halves.
  void separate(const Complex* pairs, T* pixels) const {
    T* const right = pixels + pairs_;
    const Index count = size_.width - pairs_;
    Index x = 0;
    for (; x + pack <= count; x += pack) {
      const ComplexBatch<Pack> pair = load_complex(pairs + x);
      (norm_ * pair.re).store_unaligned(pixels + x);
      (norm_ * pair.im).store_unaligned(right + x);
    }
    for (; x < count; ++x) {
      pixels[x] = norm_ * pairs[x].real();
      right[x] = norm_ * pairs[x].imag();
    }
    if (count < pairs_) pixels[count] = norm_ * pairs[count].real();
  }

  Size2 size_ = 0;
  Index half_height_ = 0;
  Index pairs_ = 0;       // of columns
  Index pair_lanes_ = 0;  // these as lanes
  Index row_lanes_ = 0;   // u as lanes
  T norm_ = 0;
  fft::Transform<T> column_forward_;
  fft::Transform<T> column_backward_;
  fft::Transform<T> row_forward_;
  fft::Transform<T> row_backward_;
  AlignedVector<T> plane_;
  AlignedVector<Complex> in_lanes_;  // [y][pair of columns], or [x][u]
  AlignedVector<Complex> in_rows_;   // [pair of columns][u], or [u][v]
};

}  // namespace crisp::detail
