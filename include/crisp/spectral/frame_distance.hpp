// The distance of the spectra of two real planes in the frames of a tile, and its derivative: one pass over the bins.
//
//   Σ_frames m Σ_{u,v} W(u,v) D(X(u,v), Y(u,v)) over the half spectra, W counting each bin for its conjugate too.
//
// m is a frame's share. Bins come in any order, with the weights in the same. Those registers of lanes that are not full
// are put together to full ones first.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <limits>
#include <vector>
#include <xsimd/xsimd.hpp>

#include "crisp/core/aligned.hpp"
#include "crisp/spectral/bin_distance.hpp"
#include "crisp/spectral/complex_batch.hpp"
#include "crisp/spectral/paired_frames.hpp"

namespace crisp::detail {

template <typename T>
class FrameDistance {
 public:
  FrameDistance() = default;
  /// For the tiles of `frames` and the weights W, [u][v] of the half spectrum of frames of that size.
  FrameDistance(const std::vector<T>& weights, const Size2& size, PairedFrames<T>& frames)
      : half_height_(size.height / 2 + 1),
        registers_(frames.spectra().registers),
        weights_(static_cast<std::size_t>(registers_ * size.width * pack)),
        floors_(static_cast<std::size_t>(registers_ * pack)),
        shares_(floors_.size(), T(1)) {
    const double pixels = static_cast<double>(size.height * size.width);
    const double rounding =
        (16 + 2 * std::sqrt(pixels)) * static_cast<double>(std::numeric_limits<T>::epsilon());
    floor_scale_ = static_cast<T>(rounding * rounding / static_cast<double>(weights.size()));
    for (Index lane = 0; lane < frames.spectra().lanes; ++lane) {
      for (Index v = 0; v < size.width; ++v) {
        const Index bin = lane / pack * size.width + frames.place(v);
        weights_[static_cast<std::size_t>(bin * pack + lane % pack)] =
            weights[static_cast<std::size_t>(lane % half_height_ * size.width + v)];
      }
    }
  }

  /// Sets Σ |X|² + |Y|² over the half spectra of the frame in a row of the tile, and m, which is 1 to begin with.
  void set_energy(Index row, T energy) {
    std::fill_n(floors_.begin() + row * half_height_, half_height_, rounding_floor(energy));
  }
  void set_share(Index row, T share) {
    std::fill_n(shares_.begin() + row * half_height_, half_height_, share);
  }

  /// The sum over the bins of a tile. With a gradient, X becomes m W ∂D/∂X.
  template <bool with_gradient, typename Distance>
  T evaluate(const Distance& distance, const TileSpectra<T>& spectra) const {
    Pack sum(T(0));
    Chunk chunk;
    for (Index r = 0; r < spectra.registers; ++r) {
      const Index lanes = std::min(pack, spectra.lanes - r * pack);
      for (Index v = 0; v < spectra.samples; v += registers_of_a_chunk) {
        const Index count = std::min(registers_of_a_chunk, spectra.samples - v);
        Bins bins = place(spectra, r, v);
        if (lanes < pack) bins = gather(bins, count, lanes, chunk);
        const Index packs = (count * lanes + pack - 1) / pack;
        if constexpr (Distance::prepares) {
          for (Index i = 0; i < packs; ++i)
            distance.prepare(bins.x(i), bins.y(i), bins.floor(i), chunk.prepared[index(i)]);
        }
        for (Index i = 0; i < packs; ++i) {
          const ComplexBatch<Pack> x = bins.x(i);
          const ComplexBatch<Pack> y = bins.y(i);
          const Pack floor = bins.floor(i);
          const BinDistance<Pack> result = distance(x, y, chunk.prepared[index(i)], floor);
          const Pack weight = xsimd::select(are_equal(x, y, floor), Pack(T(0)), bins.weight(i));
          sum += weight * result.value;
          if constexpr (with_gradient) {
            bins.set_x(i, {weight * result.derivative.re, weight * result.derivative.im});
          }
        }
        if (with_gradient && lanes < pack) scatter(chunk, count, lanes, place(spectra, r, v));
      }
    }
    std::array<T, Pack::size> parts;
    sum.store_unaligned(parts.data());
    T total = 0;
    for (const T part : parts) total += part;
    return total;
  }

 private:
  using Pack = xsimd::batch<T>;
  static constexpr auto pack = static_cast<Index>(Pack::size);
  static constexpr Index sample = 2 * pack;

  static std::size_t index(Index i) { return static_cast<std::size_t>(i); }

  /// Where packs of bins lie, and what goes with them.
  struct Bins {
    T* x_re;
    T* x_im;
    const T* y_re;
    const T* y_im;
    Index stride;  // from pack to pack, of these
    const T* weights;
    const T* floors;
    const T* shares;
    Index lane_stride;  // of the last two

    ComplexBatch<Pack> x(Index i) const {
      return {Pack::load_aligned(x_re + i * stride), Pack::load_aligned(x_im + i * stride)};
    }
    ComplexBatch<Pack> y(Index i) const {
      return {Pack::load_aligned(y_re + i * stride), Pack::load_aligned(y_im + i * stride)};
    }
    Pack floor(Index i) const { return Pack::load_aligned(floors + i * lane_stride); }
    Pack weight(Index i) const {
      return Pack::load_aligned(shares + i * lane_stride) * Pack::load_aligned(weights + i * pack);
    }
    void set_x(Index i, const ComplexBatch<Pack>& z) const {
      z.re.store_aligned(x_re + i * stride);
      z.im.store_aligned(x_im + i * stride);
    }
  };

  /// As many packs of bins as the distances are computed of at a time.
  static constexpr Index registers_of_a_chunk = 16;
  struct Chunk {
    static constexpr auto size = static_cast<std::size_t>((registers_of_a_chunk + 1) * pack);
    using Numbers = std::array<T, size>;
    alignas(64) Numbers x_re, x_im, y_re, y_im, weights, floors, shares;
    std::array<Prepared<Pack>, static_cast<std::size_t>(registers_of_a_chunk)> prepared;
  };

  /// The bins of a register of lanes, from sample v on.
  Bins place(const TileSpectra<T>& spectra, Index r, Index v) const {
    const Index number = r * spectra.samples + v;
    T* const x = spectra.first + number * sample;
    const T* const y = spectra.second + number * sample;
    const T* const weights = weights_.data() + number * pack;
    return {x, x + pack, y, y + pack, sample, weights, floors_.data() + r * pack, shares_.data() + r * pack,
            0};
  }

  /// The same bins with nothing between those lanes that there are. The last pack is filled up with bins of no weight and
  /// no value.
  static Bins gather(const Bins& bins, Index count, Index lanes, Chunk& chunk) {
    const auto put = [&](typename Chunk::Numbers& to, const T* from, Index stride) {
      for (Index i = 0; i < count; ++i) {
        Pack::load_aligned(from + i * stride).store_unaligned(to.data() + i * lanes);
      }
      Pack(T(0)).store_unaligned(to.data() + count * lanes);
    };
    put(chunk.x_re, bins.x_re, bins.stride);
    put(chunk.x_im, bins.x_im, bins.stride);
    put(chunk.y_re, bins.y_re, bins.stride);
    put(chunk.y_im, bins.y_im, bins.stride);
    put(chunk.weights, bins.weights, pack);
    put(chunk.floors, bins.floors, bins.lane_stride);
    put(chunk.shares, bins.shares, bins.lane_stride);
    return {chunk.x_re.data(),
            chunk.x_im.data(),
            chunk.y_re.data(),
            chunk.y_im.data(),
            pack,
            chunk.weights.data(),
            chunk.floors.data(),
            chunk.shares.data(),
            pack};
  }

  /// Puts derivatives where the bins came from.
  static void scatter(const Chunk& chunk, Index count, Index lanes, const Bins& to) {
    for (Index i = 0; i < count; ++i) {
      to.set_x(i, {Pack::load_unaligned(chunk.x_re.data() + i * lanes),
                   Pack::load_unaligned(chunk.x_im.data() + i * lanes)});
    }
  }

  /// The square of what rounding leaves of a bin of this frame that should be 0: (16 + 2 √(n_y n_x)) ε times the root
  /// mean square of the bins of both planes, which share their transforms. Measured on flat images it is up to
  /// 0.9 √(n_y n_x) ε for prime sizes. NaN where a bin is, so that nothing is hidden.
  T rounding_floor(T energy) const {
    const T floor = floor_scale_ * energy;
    return floor < std::numeric_limits<T>::min() ? std::numeric_limits<T>::min() : floor;
  }

  Index half_height_ = 0;
  Index registers_ = 0;
  AlignedVector<T> weights_;  // [register][v][lane]
  AlignedVector<T> floors_;   // [register][lane]
  AlignedVector<T> shares_;
  T floor_scale_ = 0;
};

}  // namespace crisp::detail
