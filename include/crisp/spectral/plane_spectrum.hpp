// The spectrum of one real plane, and the adjoint: the engine below the losses that look at nothing but the residual.
//
//   F(u, v) = 1/√(H W) Σ_{y,x} f(y, x) e^{-2πi (u y/H + v x/W)},   u = 0 … H/2: the other half is conjugate
//
// Columns first, then rows, all by LaneFft. Two columns go through one complex transform (paired_columns.hpp). With its
// factor the transform keeps sums of squares (Parseval), and is undone by its adjoint on spectra of real planes.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <complex>
#include <cstddef>
#include <vector>
#include <xsimd/xsimd.hpp>

#include "crisp/core/aligned.hpp"
#include "crisp/core/images.hpp"
#include "crisp/core/lane_sum.hpp"
#include "crisp/spectral/complex_batch.hpp"
#include "crisp/spectral/lane_fft.hpp"
#include "crisp/spectral/options.hpp"
#include "crisp/spectral/paired_columns.hpp"
#include "crisp/spectral/real_pairs.hpp"

namespace crisp::detail {

template <typename T>
class PlaneSpectrum {
 public:
  using ComplexNumber = std::complex<T>;
  using Pack = xsimd::batch<T>;

  PlaneSpectrum() = default;

  /// For planes of that size, of any height and width from 1 on.
  explicit PlaneSpectrum(const Size2& size)
      : size_(size),
        column_step_(size.height),
        row_step_(size.width),
        registers_(column_step_.room() / pack),
        part_(spread_stride<T>(column_step_.room())),
        pair_width_((size.width + 2 * pack - 1) / (2 * pack) * 2 * pack),
        column_taps_(numbers(size.height), static_cast<T>(0.5 / std::sqrt(pixels(size)))),
        row_taps_(numbers(size.width), T(1)),
        plane_(numbers(size.height * size.width + 2 * pack)),
        sums_(numbers(size.height * pair_width_)),
        columns_(numbers(pair_width_ * 2 * part_)),
        bins_(numbers(registers_ * size.width * sample)) {}

  const Size2& size() const { return size_; }

  /// What forward() transforms, and where adjoint() leaves its result.
  MutablePlane<T> plane() { return {plane_.data(), size_.height, size_.width}; }

  /// From the plane to its spectrum. Bins that are their own conjugates are real.
  void forward() {
    for (Index left = 0; left < pair_width_; left += 2 * pack) {
      // Columns past the width have whatever comes next. Nothing looks at their spectra.
      const T* const from = plane_.data() + left;
      column_step_.forward({from, from + pack, size_.width, column_taps_.data()}, half_spectra(left),
                           half_spectra(left + pack));
    }
    for (Index r = 0; r < registers_; ++r) {
      const T* const from = columns_.data() + r * pack;
      row_step_.forward({from, from + part_, 2 * part_, row_taps_.data()}, spectrum(r));
    }
    for_each_self_conjugate(size_, [&](Index u, Index v) { set(u, v, get(u, v).real()); });
  }

  /// From cotangents ∂/∂Re F + i ∂/∂Im F of the half spectrum, in place of the bins, to derivatives with respect to the
  /// plane.
  void adjoint() {
    // Columns past the width share transforms with others, and are 0.
    std::fill(columns_.begin() + size_.width * 2 * part_, columns_.end(), T(0));
    for (Index r = 0; r < registers_; ++r) {
      T* const to = columns_.data() + r * pack;
      row_step_.adjoint(spectrum(r), TappedResults<T>{to, to + part_, 2 * part_, row_taps_.data()});
    }
    for (Index left = 0; left < pair_width_; left += 2 * pack) {
      T* const to = sums_.data() + left;
      column_step_.adjoint(half_spectra(left), half_spectra(left + pack),
                           TappedResults<T>{to, to + pack, pair_width_, column_taps_.data()});
    }
    for (Index y = 0; y < size_.height; ++y) {
      std::copy_n(sums_.data() + y * pair_width_, size_.width, plane_.data() + y * size_.width);
    }
  }

  /// A bin of the half spectrum.
  ComplexNumber get(Index u, Index v) const {
    const T* const at = bins_.data() + place(u, v);
    return {at[0], at[pack]};
  }
  void set(Index u, Index v, const ComplexNumber& value) {
    T* const at = bins_.data() + place(u, v);
    at[0] = value.real();
    at[pack] = value.imag();
  }

  /// Numbers [u][v], one for each bin, in the order of the spectrum's own packs; 0 for what fills these up.
  template <typename U>
  AlignedVector<T> in_packs(const std::vector<U>& weights) const {
    AlignedVector<T> sorted(bins_.size() / 2);
    for (Index u = 0; u <= size_.height / 2; ++u) {
      for (Index v = 0; v < size_.width; ++v) {
        const Index bin = place(u, v);
        sorted[numbers(bin / sample * pack + bin % sample)] =
            static_cast<T>(weights[numbers(u * size_.width + v)]);
      }
    }
    return sorted;
  }

  /// Σ term(F, i) over packs of bins F, a ComplexBatch that may be changed, i being where their numbers are in in_packs.
  /// What fills the packs up is 0.
  template <typename Term>
  double sum(const Term& term) {
    const Index packs = registers_ * size_.width;
    const SpectrumSamples<T> bins{bins_.data(), bins_.data() + pack};
    LaneSum<T> total;
    for (Index start = 0; start < packs; start += registers_of_a_stretch) {
      Pack terms(T(0));
      for (Index i = start; i < std::min<Index>(start + registers_of_a_stretch, packs); ++i) {
        ComplexBatch<Pack> f = bins.load(i);
        terms += term(f, i * pack);
        bins.store(i, f);
      }
      total.add(terms, registers_of_a_stretch);
    }
    return total.total();
  }

  /// max |F|² over the bins; NaN counts for nothing.
  T largest_square() {
    const SpectrumSamples<T> bins{bins_.data(), bins_.data() + pack};
    Pack largest(T(0));
    for (Index i = 0; i < registers_ * size_.width; ++i) {
      const Pack square = square_of(bins.load(i));
      largest = xsimd::select(square > largest, square, largest);
    }
    std::array<T, Pack::size> parts;
    largest.store_unaligned(parts.data());
    return *std::max_element(parts.begin(), parts.end());
  }

 private:
  static constexpr auto pack = static_cast<Index>(Pack::size);
  static constexpr Index sample = LaneFft<T>::sample;

  static std::size_t numbers(Index count) { return static_cast<std::size_t>(count); }
  static double pixels(const Size2& size) { return static_cast<double>(size.height * size.width); }

  T* spectrum(Index r) { return bins_.data() + r * size_.width * sample; }
  /// Where the real part of a bin lies. The imaginary one is a register further.
  Index place(Index u, Index v) const {
    return (u / pack * size_.width + row_step_.place(v)) * sample + u % pack;
  }
  /// The half spectra of a register of image columns, between the two steps.
  HalfSpectra<T> half_spectra(Index x) {
    T* const first = columns_.data() + x * 2 * part_;
    return {first, first + part_, 2 * part_};
  }

  Size2 size_ = 0;
  PairedColumns<T> column_step_;
  LaneFft<T> row_step_;
  Index registers_ = 0;   // of lanes u
  Index part_ = 0;        // numbers of a part of a column, in such lanes
  Index pair_width_ = 0;  // in whole pairs of registers
  std::vector<T> column_taps_;
  std::vector<T> row_taps_;
  AlignedVector<T> plane_;
  AlignedVector<T> sums_;     // [y][x], each row in whole pairs of registers
  AlignedVector<T> columns_;  // [x][re, im][u]
  AlignedVector<T> bins_;     // [register of u][v][re, im][lane]
};

}  // namespace crisp::detail
