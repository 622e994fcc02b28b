// The spectrum of a constant, in the layout of a tile's spectra: that of the window, which has few bins.
//
// A photograph's mean is a thousand times its detail, and the rounding of a transform goes with what is transformed. So the mean is
// taken from a plane before, and what it would have been in the spectrum is added afterwards, exactly where it belongs.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <complex>
#include <cstddef>
#include <limits>
#include <type_traits>
#include <vector>
#include <xsimd/xsimd.hpp>

#include "crisp/core/aligned.hpp"
#include "crisp/core/images.hpp"
#include "crisp/spectral/lane_fft.hpp"
#include "crisp/spectral/window.hpp"

namespace crisp::detail {

/// H_y(u) H_x(v), the lanes being (row, u) of some rows of frames.
template <typename T>
class ConstantSpectrum {
 public:
  ConstantSpectrum() = default;
  /// For frames of a size, so many rows of them, and spectra that lie as `row_step` leaves them. All is multiplied by norm.
  ConstantSpectrum(WindowShape shape, const Size2& size, Index rows, double norm,
                   const LaneFft<T>& row_step) {
    const std::vector<std::complex<double>> down = window_spectrum(shape, size.height);
    const std::vector<std::complex<double>> along = window_spectrum(shape, size.width);
    const Index half_height = size.height / 2 + 1;
    const Index lanes = rows * half_height;
    for (Index first = 0; first < lanes; first += pack) {
      for (Index v = 0; v < size.width; ++v) {
        std::array<T, Pack::size> re{};
        std::array<T, Pack::size> im{};
        for (Index lane = first; lane < std::min(first + pack, lanes); ++lane) {
          const std::complex<double> bin = norm * down[index(lane % half_height)] * along[index(v)];
          re[index(lane - first)] = static_cast<T>(bin.real());
          im[index(lane - first)] = static_cast<T>(bin.imag());
        }
        const Index place = (first / pack * size.width + row_step.place(v)) * LaneFft<T>::sample;
        append(place, re);
        append(place + pack, im);
      }
    }
    // Half an ε for each of the additions one after the other, and as much for what is multiplied.
    sum_rounding_ = static_cast<T>(std::log2(2 * static_cast<double>(size.height * size.width))) *
                    std::numeric_limits<T>::epsilon();
    if (shape != WindowShape::hann_symmetric) return;
    double squares = 0;
    for (const std::complex<double>& u : down) {
      for (const std::complex<double>& v : along) squares += std::norm(norm * u * v);
    }
    const double root_mean_square = std::sqrt(squares / static_cast<double>(size.height * size.width));
    rounding_ = static_cast<T>((std::is_same_v<T, float> ? 2 : 8) *
                               static_cast<double>(std::numeric_limits<T>::epsilon()) * root_mean_square);
  }

  /// Adds those of two constants to the spectra of half a sum and half a difference, [register][v][re, im][lane] either. Of a plane that
  /// is black in a frame, its mean is taken and given back: what rounding leaves of that is made 0.
  void add(T to_sum, T to_difference, T* sum, T* difference) const {
    const Pack rounding(sum_rounding_ * (std::abs(to_sum) + std::abs(to_difference)));
    const T* lanes = lanes_.data();
    for (const Index place : places_) {
      const Pack window = Pack::load_aligned(lanes);
      const Pack bound = rounding * xsimd::abs(window);
      Pack s = xsimd::fma(Pack(to_sum), window, Pack::load_aligned(sum + place));
      Pack d = xsimd::fma(Pack(to_difference), window, Pack::load_aligned(difference + place));
      const auto x_is_zero = xsimd::abs(s + d) < bound;
      const auto y_is_zero = xsimd::abs(s - d) < bound;
      const Pack half_y = Pack(T(0.5)) * (s - d);
      s = xsimd::select(x_is_zero, half_y, s);
      d = xsimd::select(x_is_zero, -half_y, d);
      const Pack half_x = Pack(T(0.5)) * (s + d);
      s = xsimd::select(y_is_zero, half_x, s);
      d = xsimd::select(y_is_zero, half_x, d);
      s.store_aligned(sum + place);
      d.store_aligned(difference + place);
      lanes += pack;
    }
  }

  /// What of the spectrum of a constant counts as rounding: nothing, as what is 0 is so exactly, unless the window is one that makes
  /// something of a constant in every bin. Many of these are next to 0, less than the window's own rounding, and phases mean nothing there.
  T rounding(T constant) const { return rounding_ * std::abs(constant); }

 private:
  using Pack = xsimd::batch<T>;
  static constexpr auto pack = static_cast<Index>(Pack::size);

  static std::size_t index(Index i) { return static_cast<std::size_t>(i); }

  void append(Index place, const std::array<T, Pack::size>& lanes) {
    if (std::all_of(lanes.begin(), lanes.end(), [](T lane) { return lane == T(0); })) return;
    places_.push_back(place);
    lanes_.insert(lanes_.end(), lanes.begin(), lanes.end());
  }

  std::vector<Index> places_;  // of those registers of a spectrum that are not 0
  AlignedVector<T> lanes_;     // what these hold
  T sum_rounding_ = 0;         // of a constant's bin in a transform, relatively
  T rounding_ = 0;
};

}  // namespace crisp::detail
