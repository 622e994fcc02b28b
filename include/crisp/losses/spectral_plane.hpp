// The kernel that StftLoss and DftLoss share: transform both planes' sum and difference, one pass over the bins, transform back.
//
//   plane value = Σ_{k,l} m(k,l) Σ_{u,v} W(u,v) D(X(k,l,u,v), Y(k,l,u,v)),   divided by K L n_y n_x for Reduction::mean
//
// W carries the division; the sum over the frames of a tile is FrameDistance's. m is 1, or the frame's share of the weights where pixels
// are weighted.
#pragma once

#include <algorithm>
#include <cstddef>
#include <vector>

#include "crisp/core/aligned.hpp"
#include "crisp/core/loss.hpp"
#include "crisp/spectral/bin_distance.hpp"
#include "crisp/spectral/centred_pair.hpp"
#include "crisp/spectral/frame_distance.hpp"
#include "crisp/spectral/frame_shares.hpp"
#include "crisp/spectral/frequency_weight.hpp"
#include "crisp/spectral/options.hpp"
#include "crisp/spectral/paired_frames.hpp"

namespace crisp::detail {

/// What one thread needs for planes of one shape.
template <typename T>
class SpectralPlane {
 public:
  /// Throws ShapeError where the frames or the weights do not suit the image.
  void prepare(const SpectralOptions& options, const Frames& frames) {
    if (prepared_ && frames == frames_ && same_spectral_options(options, options_)) return;
    prepared_ = false;
    const double bins = static_cast<double>(frames.window.height * frames.window.width);
    const double scale =
        options.bin_reduction == Reduction::mean ? 1 / (static_cast<double>(frames.count()) * bins) : 1;
    covered_rows_ = covered_pixels(vertical_axis(frames));
    covered_columns_ = covered_pixels(horizontal_axis(frames));
    const auto all = [](const std::vector<char>& covered) {
      return std::find(covered.begin(), covered.end(), 0) == covered.end();
    };
    covers_all_ = all(covered_rows_) && all(covered_columns_);
    shares_ = FrameShares<T>(frames);
    counted_.resize(static_cast<std::size_t>(frames.image.height * frames.image.width));
    transform_ = PairedFrames<T>(frames, options.window_shape, options.normalization);
    distance_ = FrameDistance<T>(
        half_spectrum_weights<T>(options.frequency_weight, frames.window, scale), frames.window, transform_,
        with_distance<T>(options, [](const auto& distance) { return distance.is_polar; }));
    energies_.resize(static_cast<std::size_t>(transform_.energy_count()));
    options_ = options;
    frames_ = frames;
    prepared_ = true;
  }

  /// The plane kernel.
  T evaluate(const PlanePair<T>& images, PlaneGradient<T> gradient) {
    return with_distance<T>(options_, [&](const auto& distance) {
      return gradient ? evaluate<true>(distance, images, gradient)
                      : evaluate<false>(distance, images, gradient);
    });
  }

 private:
  template <bool with_gradient, typename Distance>
  T evaluate(const Distance& distance, const PlanePair<T>& images, const PlaneGradient<T>& gradient) {
    double value = uncovered_times_zero(images);
    if (images.weighted()) {
      shares_.measure(images.weights);
      shares_.mark_counted(counted_.data());
    }
    const CentredPair<T> pair(images, images.weighted() ? counted_.data() : nullptr,
                              frames_.padding == Padding::zero);
    if (pair.are_equal()) return static_cast<T>(value);  // exactly, whatever rounding would make of it
    transform_.set_second_factor(1 / pair.factor());
    distance_.set_factor(pair.factor(), transform_.rounding_of_constant(pair.sum_mean()),
                         transform_.rounding_of_constant(pair.difference_mean()));
    for (Index tile = 0; tile < transform_.tiles(); ++tile) {
      transform_.load(tile, pair, -pair.sum_mean(), -pair.factor() * pair.difference_mean());
      for (Index row = 0; row < transform_.tile_rows(); ++row) {
        distance_.set_share(row, row < transform_.row_count(tile) ? T(1) : T(0));
      }
      for (Index column = 0; column < frames_.columns; ++column) {
        analyse(pair, tile, column, images.weighted());
        value += distance_.template evaluate<with_gradient>(distance, transform_.spectra());
        if constexpr (with_gradient) transform_.synthesise(column);
      }
      if constexpr (with_gradient) transform_.store(tile, gradient.scale(), gradient.plane());
    }
    return static_cast<T>(value);
  }

  /// The spectra of the tile's frames in a frame column, and what the distance needs to know of them.
  void analyse(const CentredPair<T>& pair, Index tile, Index column, bool weighted) {
    transform_.analyse(column);
    // Exactly, which two transforms would not be: nothing is left of a flat plane but its constant.
    if (pair.x_is_flat()) transform_.copy_first_to_second(T(-1));
    if (pair.y_is_flat()) transform_.copy_first_to_second(T(1));
    transform_.add_constants(pair.sum_mean(), pair.difference_mean());
    transform_.measure(column, energies_.data());
    if (weighted) weigh(tile, column);
    distance_.set_energies(energies_);
  }

  /// Takes the shares of the tile's frames in a frame column into account. Frames without are cleared, whatever they hold.
  void weigh(Index tile, Index column) {
    for (Index row = 0; row < transform_.row_count(tile); ++row) {
      const T share = shares_(transform_.first_row(tile) + row, column);
      distance_.set_share(row, share);
      if (share != T(0)) continue;
      transform_.clear(row);
      energies_[static_cast<std::size_t>(row)] = 0;
    }
  }

  /// 0, but NaN if a pixel that no frame covers is not finite: such images have no finite value either.
  double uncovered_times_zero(const PlanePair<T>& images) const {
    if (covers_all_) return 0;
    double sum = 0;
    for (Index y = 0; y < frames_.image.height; ++y) {
      for (Index x = 0; x < frames_.image.width; ++x) {
        if (covered_rows_[static_cast<std::size_t>(y)] && covered_columns_[static_cast<std::size_t>(x)])
          continue;
        if (images.weighted() && images.weights(y, x) == T(0)) continue;
        sum += static_cast<double>(T(0) * images.prediction(y, x) + T(0) * images.target(y, x));
      }
    }
    return sum;
  }

  bool prepared_ = false;
  SpectralOptions options_;
  Frames frames_;
  FrameDistance<T> distance_;
  std::vector<char> covered_rows_;
  std::vector<char> covered_columns_;
  bool covers_all_ = false;
  FrameShares<T> shares_;
  AlignedVector<T> counted_;  // pixels, where they are weighted
  std::vector<T> energies_;
  PairedFrames<T> transform_;
};

}  // namespace crisp::detail
