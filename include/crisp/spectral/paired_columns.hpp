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
    put(0, a.re, a.stride);
    put(1, a.im, a.stride);
    put(2, b.re, b.stride);
    put(3, b.im, b.stride);
    return energy;
  }

  /// The adjoint, stored in `to`. A signal whose cotangents are all 0 gets 0, not rounding from its partner.
  template <typename To>
  void adjoint(const HalfSpectra<T>& a, const HalfSpectra<T>& b, const To& to) {
    take(a.re, a.stride, 0);
    take(a.im, a.stride, 1);
    take(b.re, b.stride, 2);
    take(b.im, b.stride, 3);
    has_rest_ = true;
    const Counts counts = join();
    if (xsimd::all(counts.a && counts.b)) {
      fft_.adjoint(spectrum_.data(), to);
    } else {
      adjoint_of(counts, to);
    }
  }

 private:
  /// A part of the half spectra, a register of signals at each u. Parts 0 and 1 are the real and imaginary parts of a, 2 and 3 of b.
  T* half(Index part) { return halves_.data() + part * room() * pack; }
  SpectrumSamples<T> spectrum() { return {spectrum_.data(), spectrum_.data() + pack}; }
  Index mirrored_place(Index u) const { return fft_.place(u == 0 ? 0 : fft_.length() - u); }

  /// From halves to half spectra, and back. A highest frequency that has a register to itself goes alone.
  void put(Index part, T* to, Index stride) {
    const T* from = half(part);
    const Index end = transposed();
    for (Index u = 0; u < end; u += pack, from += pack * pack) transpose(from, pack, to + u, stride);
    if (end == half_length_ - 1) {
      for (Index i = 0; i < pack; ++i) {
        Pack(T(0)).store_unaligned(to + i * stride + end);
        to[i * stride + end] = from[i];
      }
    }
  }
  void take(const T* from, Index stride, Index part) {
    T* to = half(part);
    const Index end = transposed();
    for (Index u = 0; u < end; u += pack, to += pack * pack) transpose(from + u, stride, to, pack);
    if (end == half_length_ - 1) {
      for (Index i = 0; i < pack; ++i) to[i] = from[i * stride + end];
    }
  }
  Index transposed() const { return half_length_ % pack == 1 ? half_length_ - 1 : room(); }

  Pack split() {
    const SpectrumSamples<T> z = spectrum();
    T* const a_re = half(0);
    T* const a_im = half(1);
    T* const b_re = half(2);
    T* const b_im = half(3);
    Pack energy(T(0));
    for (Index u = 0, i = 0; u < half_length_; ++u, i += pack) {
      ComplexBatch<Pack> a;
      ComplexBatch<Pack> b;
      split_bins(z.load(fft_.place(u)), z.load(mirrored_place(u)), a, b);
      a.re.store_aligned(a_re + i);
      a.im.store_aligned(a_im + i);
      b.re.store_aligned(b_re + i);
      b.im.store_aligned(b_im + i);
      energy += square_of(a) + square_of(b);
    }
    if (has_rest_) {  // of an adjoint, past the end
      for (Index part = 0; part < 4; ++part)
        std::fill(half(part) + half_length_ * pack, half(part + 1), T(0));
      has_rest_ = false;
    }
    return energy;
  }

  /// Which signals have cotangents that are not 0.
  struct Counts {
    decltype(Pack() == Pack()) a;
    decltype(Pack() == Pack()) b;
  };

  /// Makes the cotangents of both ready to go back.
  Counts join() {
    const SpectrumSamples<T> z = spectrum();
    Pack a_size(T(0));
    Pack b_size(T(0));
    const T* const a_re = half(0);
    const T* const a_im = half(1);
    const T* const b_re = half(2);
    const T* const b_im = half(3);
    for (Index u = 0, i = 0; u < half_length_; ++u, i += pack) {
      const ComplexBatch<Pack> a{Pack::load_aligned(a_re + i), Pack::load_aligned(a_im + i)};
      const ComplexBatch<Pack> b{Pack::load_aligned(b_re + i), Pack::load_aligned(b_im + i)};
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
    return {a_size != Pack(T(0)), b_size != Pack(T(0))};
  }

  template <typename To>
  void adjoint_of(const Counts& counts, const To& to) {
    const SpectrumSamples<T> samples = spectrum();
    fft_.adjoint(spectrum_.data(), samples);
    for (Index t = 0; t < fft_.length(); ++t) {
      const ComplexBatch<Pack> z = samples.load(t);
      to.store(t, {xsimd::select(counts.a, z.re, Pack(T(0))), xsimd::select(counts.b, z.im, Pack(T(0)))});
    }
  }

  Index half_length_ = 0;
  LaneFft<T> fft_;
  AlignedVector<T> spectrum_;
  AlignedVector<T> halves_;  // [part][u][lane]
  bool has_rest_ = false;
};

}  // namespace crisp::detail
