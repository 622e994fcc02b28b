// The half spectra of two registers of real signals, through one complex transform, with samples and lanes exchanged.
//
// Signals a_i and b_i are the lanes of z_i = a_i + i b_i, which is transformed, taken apart by symmetry
// (real_pairs.hpp), and transposed: on the other side the bins of a signal lie side by side.
#pragma once

#include <algorithm>
#include <cstddef>
#include <xsimd/xsimd.hpp>

#include "crisp/core/aligned.hpp"
#include "crisp/core/images.hpp"
#include "crisp/spectral/complex_batch.hpp"
#include "crisp/spectral/lane_fft.hpp"
#include "crisp/spectral/real_pairs.hpp"
#include "crisp/spectral/transpose.hpp"

namespace crisp::detail {

/// Half spectra of a register of signals: bin u of signal i is re[i * stride + u] and im[i * stride + u], u <= n/2.
template <typename T>
struct HalfSpectra {
  T* re;
  T* im;
  Index stride;
};

/// A distance, of that much or a little more, at which samples do not all fall on the same few lines of the cache, as
/// they would at multiples of a power of two.
template <typename T>
Index spread_stride(Index numbers) {
  constexpr Index line = 64 / sizeof(T);
  return numbers % (8 * line) == 0 ? numbers + line : numbers;
}

template <typename T>
class PairedColumns {
  using Pack = xsimd::batch<T>;
  static constexpr auto pack = static_cast<Index>(Pack::size);

 public:
  PairedColumns() = default;
  /// For signals of that length, at least 1.
  explicit PairedColumns(Index length)
      : half_length_(length / 2 + 1),
        fft_(length),
        spectrum_(static_cast<std::size_t>(length * LaneFft<T>::sample)),
        halves_(static_cast<std::size_t>(4 * room() * pack)) {}

  /// n/2 + 1, and that in whole registers: as many numbers of a half spectrum are read, and written (0 past the end).
  Index half_length() const { return half_length_; }
  Index room() const { return (half_length_ + pack - 1) / pack * pack; }
  /// That of the transforms (lane_fft.hpp).
  double rounding() const { return fft_.rounding(); }

  /// From `from`, which has half of a as its real part and half of b as its imaginary part, to the half spectra of both.
  /// Returns Σ_u |A|² + |B|² of each pair.
  Pack forward(const TappedSamples<T>& from, const HalfSpectra<T>& a, const HalfSpectra<T>& b) {
    fft_.forward(from, spectrum_.data());
    const Pack energy = split();
    for (Index u = 0; u < room(); u += pack) {
      transpose(half(0, u), pack, a.re + u, a.stride);
      transpose(half(1, u), pack, a.im + u, a.stride);
      transpose(half(2, u), pack, b.re + u, b.stride);
      transpose(half(3, u), pack, b.im + u, b.stride);
    }
    return energy;
  }

  /// The adjoint: adds to `to`. A signal whose cotangents are all 0 gets nothing, not even rounding from its partner.
  void adjoint(const HalfSpectra<T>& a, const HalfSpectra<T>& b, TappedSums<T> to) {
    for (Index u = 0; u < room(); u += pack) {
      transpose(a.re + u, a.stride, half(0, u), pack);
      transpose(a.im + u, a.stride, half(1, u), pack);
      transpose(b.re + u, b.stride, half(2, u), pack);
      transpose(b.im + u, b.stride, half(3, u), pack);
    }
    has_rest_ = true;
    join(to.re_factor, to.im_factor);
    fft_.adjoint(spectrum_.data(), to);
  }

 private:
  /// A register of signals at one u. Parts 0 and 1 are the real and imaginary parts of a, 2 and 3 of b.
  T* half(Index part, Index u) { return halves_.data() + (part * room() + u) * pack; }
  SpectrumSamples<T> spectrum() { return {spectrum_.data(), spectrum_.data() + pack}; }
  Index mirrored_place(Index u) const { return fft_.place(u == 0 ? 0 : fft_.length() - u); }

  Pack split() {
    const SpectrumSamples<T> z = spectrum();
    Pack energy(T(0));
    for (Index u = 0; u < half_length_; ++u) {
      ComplexBatch<Pack> a;
      ComplexBatch<Pack> b;
      split_bins(z.load(fft_.place(u)), z.load(mirrored_place(u)), a, b);
      a.re.store_aligned(half(0, u));
      a.im.store_aligned(half(1, u));
      b.re.store_aligned(half(2, u));
      b.im.store_aligned(half(3, u));
      energy += square_of(a) + square_of(b);
    }
    if (has_rest_) {  // of an adjoint, past the end
      for (Index part = 0; part < 4; ++part) std::fill(half(part, half_length_), half(part + 1, 0), T(0));
      has_rest_ = false;
    }
    return energy;
  }

  /// Cotangents of both, ready to go back; and for every signal whether it has any, as 1 or 0.
  void join(Pack& a_counts, Pack& b_counts) {
    const SpectrumSamples<T> z = spectrum();
    Pack a_size(T(0));
    Pack b_size(T(0));
    for (Index u = 0; u < half_length_; ++u) {
      const ComplexBatch<Pack> a{Pack::load_aligned(half(0, u)), Pack::load_aligned(half(1, u))};
      const ComplexBatch<Pack> b{Pack::load_aligned(half(2, u)), Pack::load_aligned(half(3, u))};
      a_size += xsimd::abs(a.re) + xsimd::abs(a.im);
      b_size += xsimd::abs(b.re) + xsimd::abs(b.im);
      if (2 * u % fft_.length() == 0) {
        z.store(fft_.place(u), join_real_bins(a, b));
      } else {
        ComplexBatch<Pack> joined;
        ComplexBatch<Pack> mirrored;
        join_bins(a, b, joined, mirrored);
        z.store(fft_.place(u), joined);
        z.store(mirrored_place(u), mirrored);
      }
    }
    const Pack zero(T(0));
    const Pack one(T(1));
    a_counts = xsimd::select(a_size == zero, zero, one);
    b_counts = xsimd::select(b_size == zero, zero, one);
  }

  Index half_length_ = 0;
  LaneFft<T> fft_;
  AlignedVector<T> spectrum_;
  AlignedVector<T> halves_;  // [part][u][lane]
  bool has_rest_ = false;
};

}  // namespace crisp::detail
