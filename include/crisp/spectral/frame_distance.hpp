// The distance of the spectra of two real planes in one frame, and its derivative: one pass over the bins.
//
//   Σ_{u,v} W(u,v) D(X(u,v), Y(u,v)) over the half spectra, W counting each bin for its conjugate too.
//
// The planes went through the transform as Z, that of x + i y, which is taken apart on the way:
//   X(u,v) = (Z(u,v) + conj Z(-u,-v))/2,   Y(u,v) = (Z(u,v) - conj Z(-u,-v))/2i.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <complex>
#include <cstddef>
#include <limits>
#include <vector>
#include <xsimd/xsimd.hpp>

#include "crisp/spectral/bin_distance.hpp"
#include "crisp/spectral/complex_batch.hpp"
#include "crisp/spectral/real_pairs.hpp"

namespace crisp::detail {

template <typename T>
class FrameDistance {
  using Complex = std::complex<T>;

 public:
  FrameDistance() = default;
  /// For frames of so many pixels, and the weights W, [u][v] of the half spectrum.
  FrameDistance(const std::vector<T>& weights, double pixels)
      : bins_(weights.size()), weights_(in_packs(weights)) {
    const double rounding =
        (16 + 2 * std::sqrt(pixels)) * static_cast<double>(std::numeric_limits<T>::epsilon());
    floor_scale_ = static_cast<T>(2 * rounding * rounding / static_cast<double>(bins_));
  }

  /// The sum over a frame's bins, times `share`. Reads half of Z(u,v) and half of Z(-u,-v); with a gradient, Z(u,v)
  /// becomes share W ∂D/∂X.
  template <bool with_gradient, typename Distance>
  T evaluate(const Distance& distance, T share, Complex* z, const Complex* mirrored) const {
    const Pack floor(rounding_floor(z, mirrored));
    Pack sum(0);
    for_each_chunk(
        z, mirrored, [&](Complex* z_bins, const Complex* mirrored_bins, const T* weights, std::size_t packs) {
          Chunk chunk;
          for (std::size_t i = 0; i < packs; ++i) {
            split_bins(load_complex_unordered(z_bins + i * pack),
                       load_complex_unordered(mirrored_bins + i * pack), chunk.x[i], chunk.y[i]);
          }
          if constexpr (Distance::prepares) {
            for (std::size_t i = 0; i < packs; ++i)
              distance.prepare(chunk.x[i], chunk.y[i], floor, chunk.prepared[i]);
          }
          for (std::size_t i = 0; i < packs; ++i) {
            const BinDistance<Pack> bins = distance(chunk.x[i], chunk.y[i], chunk.prepared[i], floor);
            const Pack weight = xsimd::select(are_equal(chunk.x[i], chunk.y[i], floor), Pack(0),
                                              Pack(share) * Pack::load_unaligned(weights + i * pack));
            sum += weight * bins.value;
            if constexpr (with_gradient) {
              store_complex_unordered({weight * bins.derivative.re, weight * bins.derivative.im},
                                      z_bins + i * pack);
            }
          }
        });
    return add_lanes(sum);
  }

  /// A frame that does not count: with no distance, and no derivative.
  void clear(Complex* z) const { std::fill_n(z, bins_, Complex()); }

 private:
  using Pack = xsimd::batch<T>;
  static constexpr std::size_t pack = Pack::size;

  /// As many bins as the distances are computed of at a time.
  static constexpr std::size_t packs_of_a_chunk = 32;
  struct Chunk {
    std::array<ComplexBatch<Pack>, packs_of_a_chunk> x;
    std::array<ComplexBatch<Pack>, packs_of_a_chunk> y;
    std::array<Prepared<Pack>, packs_of_a_chunk> prepared;
  };

  /// The square of what rounding leaves of a bin of this frame that should be 0: (16 + 2 √(n_y n_x)) ε times the root
  /// mean square of the bins of both planes, which share their transforms. Measured on flat images it is up to
  /// 0.9 √(n_y n_x) ε for prime sizes. NaN where a bin is, so that nothing is hidden.
  T rounding_floor(const Complex* z, const Complex* mirrored) const {
    const T floor = floor_scale_ * sum_of_squares(z) + floor_scale_ * sum_of_squares(mirrored);
    return floor < std::numeric_limits<T>::min() ? std::numeric_limits<T>::min() : floor;
  }

  /// Σ |z|². A complex number is laid out as two real ones.
  T sum_of_squares(const Complex* z) const {
    const T* const parts = reinterpret_cast<const T*>(z);
    const std::size_t count = 2 * bins_;
    std::array<Pack, 4> sums{Pack(0), Pack(0), Pack(0), Pack(0)};
    std::size_t i = 0;
    for (; i + 4 * pack <= count; i += 4 * pack) {
      for (std::size_t k = 0; k < 4; ++k) {
        const Pack part = Pack::load_unaligned(parts + i + k * pack);
        sums[k] = xsimd::fma(part, part, sums[k]);
      }
    }
    T total = add_lanes((sums[0] + sums[1]) + (sums[2] + sums[3]));
    for (; i < count; ++i) total += parts[i] * parts[i];
    return total;
  }

  /// Calls body with every chunk of bins: whole packs, and then what is left, filled up with bins of no weight and no
  /// value.
  template <typename Body>
  void for_each_chunk(Complex* z, const Complex* mirrored, Body&& body) const {
    std::array<Complex, pack> z_rest{};
    std::array<Complex, pack> mirrored_rest{};
    const std::size_t rest = bins_ % pack;
    std::copy_n(z + bins_ - rest, rest, z_rest.begin());
    std::copy_n(mirrored + bins_ - rest, rest, mirrored_rest.begin());
    for (std::size_t bin = 0; bin < bins_;) {
      const std::size_t packs = std::min(packs_of_a_chunk, (bins_ - bin) / pack);
      const bool whole = packs > 0;
      // The only call, so that the compiler can put the body here.
      body(whole ? z + bin : z_rest.data(), whole ? mirrored + bin : mirrored_rest.data(),
           weights_.data() + bin, whole ? packs : 1);
      bin += whole ? packs * pack : rest;
    }
    std::copy_n(z_rest.begin(), rest, z + bins_ - rest);
  }

  /// The weights in the order of load_complex_unordered, filled up with zeros to a whole number of packs.
  static std::vector<T> in_packs(const std::vector<T>& weights) {
    std::vector<Complex> filled(weights.begin(), weights.end());
    filled.resize((weights.size() + pack - 1) / pack * pack);
    std::vector<T> sorted(filled.size());
    for (std::size_t i = 0; i < filled.size(); i += pack) {
      load_complex_unordered(filled.data() + i).re.store_unaligned(sorted.data() + i);
    }
    return sorted;
  }

  static T add_lanes(const Pack& lanes) {
    std::array<T, pack> parts;
    lanes.store_unaligned(parts.data());
    T total = 0;
    for (const T part : parts) total += part;
    return total;
  }

  std::size_t bins_ = 0;
  std::vector<T> weights_;
  T floor_scale_ = 0;
};

}  // namespace crisp::detail
