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

  /// Sets what is known of the frame in a row of the tile: Σ |X|² + |Y|² over its half spectra, and its share.
  void set_frame(Index row, T energy, T share) {
    std::fill_n(floors_.begin() + row * half_height_, half_height_, rounding_floor(energy));
    std::fill_n(shares_.begin() + row * half_height_, half_height_, share);
  }

  /// The sum over the bins of a tile. With a gradient, X becomes m W ∂D/∂X.
  template <bool with_gradient, typename Distance>
  T evaluate(const Distance& distance, const TileSpectra<T>& spectra) {
    Pack sum(0);
    Chunk chunk;
    const Index end = spectra.registers * spectra.samples;
    for (Index start = 0; start < end; start += registers_of_a_chunk) {
      const Index count = std::min(registers_of_a_chunk, end - start);
      const std::size_t packs = gather(spectra, start, count, chunk);
      if constexpr (Distance::prepares) {
        for (std::size_t i = 0; i < packs; ++i)
          distance.prepare(chunk.x(i), chunk.y(i), chunk.load(floor_part, i), chunk.prepared[i]);
      }
      for (std::size_t i = 0; i < packs; ++i) {
        const ComplexBatch<Pack> x = chunk.x(i);
        const ComplexBatch<Pack> y = chunk.y(i);
        const Pack floor = chunk.load(floor_part, i);
        const BinDistance<Pack> bins = distance(x, y, chunk.prepared[i], floor);
        const Pack weight = xsimd::select(are_equal(x, y, floor), Pack(0), chunk.load(weight_part, i));
        sum += weight * bins.value;
        if constexpr (with_gradient) {
          (weight * bins.derivative.re).store_aligned(chunk.at(x_re, i));
          (weight * bins.derivative.im).store_aligned(chunk.at(x_im, i));
        }
      }
      if constexpr (with_gradient) scatter(chunk, start, count, spectra);
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

  /// As many registers of bins as the distances are computed of at a time.
  static constexpr Index registers_of_a_chunk = 16;
  enum Part : std::size_t { x_re, x_im, y_re, y_im, floor_part, weight_part, part_count };
  struct Chunk {
    static constexpr std::size_t size = static_cast<std::size_t>(registers_of_a_chunk + 1) * Pack::size;
    alignas(64) std::array<std::array<T, size>, part_count> numbers;
    std::array<Prepared<Pack>, static_cast<std::size_t>(registers_of_a_chunk)> prepared;

    void put(Part part, Index place, const Pack& lanes) {
      lanes.store_unaligned(numbers[part].data() + place);
    }
    T* at(Part part, std::size_t i) { return numbers[part].data() + i * Pack::size; }
    Pack load(Part part, std::size_t i) { return Pack::load_aligned(at(part, i)); }
    ComplexBatch<Pack> x(std::size_t i) { return {load(x_re, i), load(x_im, i)}; }
    ComplexBatch<Pack> y(std::size_t i) { return {load(y_re, i), load(y_im, i)}; }
  };

  /// Calls body(bins, first_lane, place in a chunk) for `count` registers of bins from number `start` on, of all in the
  /// order [register][v]. Only those of the last register's lanes that there are take a place.
  template <typename Body>
  static void for_each_register(const TileSpectra<T>& spectra, Index start, Index count, const Body& body) {
    Index place = 0;
    Index r = start / spectra.samples;
    Index left = (r + 1) * spectra.samples - start;
    for (Index bins = start; bins < start + count; ++bins, --left) {
      if (left == 0) {
        ++r;
        left = spectra.samples;
      }
      body(bins, r * pack, place);
      place += std::min(pack, spectra.lanes - r * pack);
    }
  }

  /// Puts bins side by side, and fills up the last pack with ones of no weight and no value. Returns the number of packs.
  std::size_t gather(const TileSpectra<T>& spectra, Index start, Index count, Chunk& chunk) const {
    Index end = 0;
    for_each_register(spectra, start, count, [&](Index bins, Index lane, Index place) {
      const T* const first = spectra.first + bins * sample;
      const T* const second = spectra.second + bins * sample;
      chunk.put(x_re, place, Pack::load_aligned(first));
      chunk.put(x_im, place, Pack::load_aligned(first + pack));
      chunk.put(y_re, place, Pack::load_aligned(second));
      chunk.put(y_im, place, Pack::load_aligned(second + pack));
      chunk.put(floor_part, place, Pack::load_aligned(floors_.data() + lane));
      chunk.put(
          weight_part, place,
          Pack::load_aligned(shares_.data() + lane) * Pack::load_aligned(weights_.data() + bins * pack));
      end = place + std::min(pack, spectra.lanes - lane);
    });
    for (std::size_t part = 0; part < part_count; ++part) chunk.put(static_cast<Part>(part), end, Pack(0));
    return static_cast<std::size_t>((end + pack - 1) / pack);
  }

  /// Puts derivatives where the bins of the first plane came from.
  static void scatter(const Chunk& chunk, Index start, Index count, const TileSpectra<T>& spectra) {
    for_each_register(spectra, start, count, [&](Index bins, Index /*lane*/, Index place) {
      T* const to = spectra.first + bins * sample;
      Pack::load_unaligned(chunk.numbers[x_re].data() + place).store_aligned(to);
      Pack::load_unaligned(chunk.numbers[x_im].data() + place).store_aligned(to + pack);
    });
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
