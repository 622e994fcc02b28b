// The distance of the spectra of two real planes in the frames of a tile, and its derivative: one pass over the bins.
//
//   Σ_frames m Σ_{u,v} W(u,v) D(X(u,v), Y(u,v)) over the half spectra, W counting each bin for its conjugate too.
//
// m is a frame's share. The spectra are those of S = (X+Y)/2 and Δ = (X-Y)/2. Bins come in any order, with the weights in the
// same. Where a distance costs more than that, the bins of registers that are not full are put side by side first.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <limits>
#include <type_traits>
#include <vector>
#include <xsimd/xsimd.hpp>

#include "crisp/core/aligned.hpp"
#include "crisp/core/compiler.hpp"
#include "crisp/core/lane_sum.hpp"
#include "crisp/spectral/bin_distance.hpp"
#include "crisp/spectral/complex_batch.hpp"
#include "crisp/spectral/paired_frames.hpp"

namespace crisp::detail {

template <typename T>
class FrameDistance {
 public:
  FrameDistance() = default;
  /// For the tiles of `frames` and the weights W, [u][v] of the half spectrum of frames of that size. `gathers` says
  /// whether bins are put side by side.
  FrameDistance(const std::vector<T>& weights, const Size2& size, PairedFrames<T>& frames, bool gathers)
      : gathers_(gathers),
        half_height_(size.height / 2 + 1),
        lanes_(frames.spectra().lanes),
        weights_(static_cast<std::size_t>(frames.spectra().registers * size.width * pack)),
        rounding_(static_cast<std::size_t>(frames.spectra().registers * pack)),
        shares_(rounding_.size(), T(1)),
        rounding_scale_(static_cast<T>(standard_errors(size) * frames.rounding() /
                                       std::sqrt(2 * static_cast<double>(weights.size())))) {
    for (Index lane = 0; lane < lanes_; ++lane) {
      const Index r = lane / pack;
      const Index lanes = gathers ? lanes_in(r) : pack;
      for (Index v = 0; v < size.width; ++v) {
        const Index place = frames.place(v);
        const Index in_chunk = place % registers_of_a_chunk;
        const Index chunk = r * size.width + place - in_chunk;
        weights_[index(chunk * pack + in_chunk * lanes + lane % pack)] =
            weights[index(lane % half_height_ * size.width + v)];
      }
    }
  }

  /// Sets c, the factor of Δ in the transforms, and what rounding may leave in a bin of S and of Δ besides that of the transforms.
  void set_factor(T factor, T sum_rounding, T difference_rounding) {
    inverse_factor_ = 1 / factor;
    sum_rounding_ = sum_rounding;
    difference_rounding_ = difference_rounding;
  }
  /// Sets what the transforms' rounding may leave of a bin, from the energies Σ |S|² + |c Δ|² over the half spectra of the frames of a
  /// tile: as many as it has rows, in whole registers. S and c Δ have gone through one transform, whose rounding they share.
  void set_energies(const std::vector<T>& energies) {
    const Pack least(std::sqrt(std::numeric_limits<T>::min()));  // with a square that is no denormal number
    for (Index row = 0; row * half_height_ < lanes_; row += pack) {
      const Pack energy = Pack::load_unaligned(energies.data() + row);
      const Pack rounding = xsimd::max(least, Pack(rounding_scale_) * xsimd::sqrt(energy));
      // Not a number where the energy is none, so that nothing is hidden.
      const Pack known = xsimd::select(energy <= Pack(std::numeric_limits<T>::max()), rounding,
                                       Pack(std::numeric_limits<T>::quiet_NaN()));
      std::array<T, Pack::size> parts;
      known.store_unaligned(parts.data());
      for (Index i = 0; i < pack && (row + i) * half_height_ < lanes_; ++i) {
        fill_row(rounding_, row + i, parts[index(i)]);
      }
    }
  }
  /// Sets m of the frame in a row of the tile, which is 1 to begin with.
  void set_share(Index row, T share) { fill_row(shares_, row, share); }

  /// The sum over the bins of a tile. With a gradient, S becomes m W ∂D/∂X.
  template <bool with_gradient, typename Distance>
  double evaluate(const Distance& distance, const TileSpectra<T>& spectra) const {
    LaneSum<T> total;
    Chunk chunk;
    for (Index r = 0; r < spectra.registers; ++r) {
      const Index lanes = gathers_ ? lanes_in(r) : pack;
      for (Index v = 0; v < spectra.samples; v += registers_of_a_chunk) {
        const Index count = std::min(registers_of_a_chunk, spectra.samples - v);
        Bins bins = place(spectra, r, v);
        if (lanes < pack) bins = gather(bins, count, lanes, chunk);
        const Index packs = (count * lanes + pack - 1) / pack;
        if constexpr (Distance::is_polar) {
          for (Index i = 0; i < packs; ++i) distance.prepare(bins.pair(i), chunk.prepared[index(i)]);
        }
        Pack sum(T(0));
        for (Index i = 0; i < packs; ++i) {
          const BinDistance<Pack> result = evaluate(distance, bins, i, chunk.prepared[index(i)]);
          const Pack weight = bins.weight(i);
          sum = xsimd::fma(weight, result.value, sum);
          if constexpr (with_gradient) {
            bins.set_derivative(i, {weight * result.derivative.re, weight * result.derivative.im});
          }
        }
        total.add(sum, static_cast<int>(packs));
        if (with_gradient && lanes < pack) scatter(chunk, count, lanes, place(spectra, r, v));
      }
    }
    return total.total();
  }

 private:
  using Pack = xsimd::batch<T>;
  static constexpr auto pack = static_cast<Index>(Pack::size);
  static constexpr Index sample = 2 * pack;

  static std::size_t index(Index i) { return static_cast<std::size_t>(i); }

  /// The lanes of a register that have bins: only the last may have room for more, which holds zeros.
  Index lanes_in(Index r) const { return std::min(pack, lanes_ - r * pack); }

  /// Sets what the lanes of a row share. The last row has that room, too: a single one has every lane.
  void fill_row(AlignedVector<T>& lanes, Index row, T number) {
    const auto first = lanes.begin() + row * half_height_;
    std::fill(first, (row + 1) * half_height_ < lanes_ ? first + half_height_ : lanes.end(), number);
  }

  /// So many standard errors are what rounding may be: larger ones are one in 10^10, if it is spread like noise. That of images with a
  /// structure of their own is not, and that of few samples: in double there is room for more, in float where samples are few.
  static double standard_errors(const Size2& size) {
    if (std::is_same_v<T, double>) return 50;
    return size.height * size.width < 64 ? 8 : 5;
  }

  /// Where packs of bins lie, and what goes with them.
  struct Bins {
    T* sum_re;
    T* sum_im;
    const T* difference_re;
    const T* difference_im;
    Index stride;  // from pack to pack, of these
    const T* weights;
    const T* roundings;
    const T* shares;
    Index lane_stride;  // of the last two
    T inverse_factor;   // rounding in Δ is that in S times this
    T sum_rounding;     // and these besides
    T difference_rounding;

    BinPair<Pack> pair(Index i) const {
      return {
          {Pack::load_aligned(sum_re + i * stride), Pack::load_aligned(sum_im + i * stride)},
          {Pack::load_aligned(difference_re + i * stride), Pack::load_aligned(difference_im + i * stride)}};
    }
    Rounding<Pack> rounding(Index i) const {
      const Pack of_transforms = Pack::load_aligned(roundings + i * lane_stride);
      return {of_transforms + Pack(sum_rounding),
              xsimd::fma(Pack(inverse_factor), of_transforms, Pack(difference_rounding))};
    }
    RoundingBound<Pack> rounding_bound(Index i) const {
      constexpr T factor = RoundingBound<Pack>::factor;
      return {xsimd::fma(Pack(factor * (1 + inverse_factor)), Pack::load_aligned(roundings + i * lane_stride),
                         Pack(factor * (sum_rounding + difference_rounding)))};
    }
    Pack weight(Index i) const {
      return Pack::load_aligned(shares + i * lane_stride) * Pack::load_aligned(weights + i * pack);
    }
    void set_derivative(Index i, const ComplexBatch<Pack>& z) const {
      z.re.store_aligned(sum_re + i * stride);
      z.im.store_aligned(sum_im + i * stride);
    }
  };

  template <typename Distance>
  static BinDistance<Pack> evaluate(const Distance& distance, const Bins& bins, Index i,
                                    const Prepared<Pack>& prepared) {
    const BinPair<Pack> pair = bins.pair(i);
    if constexpr (!Distance::is_polar) {
      return distance(pair, bins.rounding(i));
    } else {
      if (xsimd::any(distance.possible_kinks(pair, bins.rounding_bound(i), prepared))) {
        return evaluate_with_kinks(distance, bins, i, prepared);
      }
      return distance(pair, prepared);
    }
  }
  /// Seldom called: not within the loop, which would want for registers.
  template <typename Distance>
  CRISP_NEVER_INLINE static BinDistance<Pack> evaluate_with_kinks(const Distance& distance, Bins bins,
                                                                  Index i, const Prepared<Pack>& prepared) {
    return distance.with_kinks(bins.pair(i), bins.rounding(i), prepared);
  }

  /// As many packs of bins as the distances are computed of at a time.
  static constexpr Index registers_of_a_chunk = 16;
  struct Chunk {
    static constexpr auto size = static_cast<std::size_t>((registers_of_a_chunk + 1) * pack);
    using Numbers = std::array<T, size>;
    alignas(64) Numbers sum_re, sum_im, difference_re, difference_im, roundings, shares;
    std::array<Prepared<Pack>, static_cast<std::size_t>(registers_of_a_chunk)> prepared;
  };

  /// The bins of a register of lanes, from sample v on.
  Bins place(const TileSpectra<T>& spectra, Index r, Index v) const {
    const Index number = r * spectra.samples + v;
    T* const sum = spectra.first + number * sample;
    const T* const difference = spectra.second + number * sample;
    const T* const weights = weights_.data() + number * pack;
    return {sum,
            sum + pack,
            difference,
            difference + pack,
            sample,
            weights,
            rounding_.data() + r * pack,
            shares_.data() + r * pack,
            0,
            inverse_factor_,
            sum_rounding_,
            difference_rounding_};
  }

  /// Puts the bins of some lanes side by side. The last pack is filled up with bins of no weight and no value.
  CRISP_NEVER_INLINE Bins gather(Bins bins, Index count, Index lanes, Chunk& chunk) const {
    const auto put = [&](typename Chunk::Numbers& to, const T* from, Index stride) {
      for (Index i = 0; i < count; ++i) {
        Pack::load_aligned(from + i * stride).store_unaligned(to.data() + i * lanes);
      }
      Pack(T(0)).store_unaligned(to.data() + count * lanes);
      return to.data();
    };
    bins.sum_re = put(chunk.sum_re, bins.sum_re, bins.stride);
    bins.sum_im = put(chunk.sum_im, bins.sum_im, bins.stride);
    bins.difference_re = put(chunk.difference_re, bins.difference_re, bins.stride);
    bins.difference_im = put(chunk.difference_im, bins.difference_im, bins.stride);
    bins.stride = pack;
    if (lanes_ == half_height_) return bins;  // all lanes of a single row share these
    bins.roundings = put(chunk.roundings, bins.roundings, bins.lane_stride);
    bins.shares = put(chunk.shares, bins.shares, bins.lane_stride);
    bins.lane_stride = pack;
    return bins;
  }

  /// Puts derivatives where the bins came from.
  CRISP_NEVER_INLINE static void scatter(const Chunk& chunk, Index count, Index lanes, Bins to) {
    for (Index i = 0; i < count; ++i) {
      to.set_derivative(i, {Pack::load_unaligned(chunk.sum_re.data() + i * lanes),
                            Pack::load_unaligned(chunk.sum_im.data() + i * lanes)});
    }
  }

  bool gathers_ = false;
  Index half_height_ = 0;
  Index lanes_ = 0;
  AlignedVector<T> weights_;   // [register][v][lane], side by side within a chunk where bins are
  AlignedVector<T> rounding_;  // [register][lane]
  AlignedVector<T> shares_;
  T rounding_scale_ = 0;
  T inverse_factor_ = 1;
  T sum_rounding_ = 0;
  T difference_rounding_ = 0;
};

}  // namespace crisp::detail
