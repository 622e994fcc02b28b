// The kernel that StftLoss and DftLoss share: transform both planes, one pass over the bins, transform back.
//
//   plane value = Σ_{k,l} m(k,l) Σ_{u,v} W(u,v) D(X(k,l,u,v), Y(k,l,u,v)),   divided by K L n_y n_x for Reduction::mean
//
// X and Y half spectra; W counts each bin for its conjugate too, and carries the division. m is 1, or the frame's valid
// share where pixels are weighted.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <complex>
#include <cstddef>
#include <limits>
#include <vector>
#include <xsimd/xsimd.hpp>

#include "crisp/core/loss.hpp"
#include "crisp/spectral/bin_distance.hpp"
#include "crisp/spectral/complex_batch.hpp"
#include "crisp/spectral/frame_shares.hpp"
#include "crisp/spectral/frequency_weight.hpp"
#include "crisp/spectral/options.hpp"
#include "crisp/spectral/paired_frames.hpp"

namespace crisp::detail {

/// What one thread needs for planes of one shape.
template <typename T>
class SpectralPlane {
  using Complex = std::complex<T>;

 public:
  /// Throws ShapeError where the frames or the weights do not suit the image.
  void prepare(const SpectralOptions& options, const Frames& frames) {
    if (prepared_ && frames == frames_ && spectral_fields(options) == spectral_fields(options_)) return;
    prepared_ = false;
    const double bins = static_cast<double>(frames.window.height * frames.window.width);
    const double scale =
        options.bin_reduction == Reduction::mean ? 1 / (static_cast<double>(frames.count()) * bins) : 1;
    weights_ = half_spectrum_weights<T>(options.frequency_weight, frames.window, scale);
    covered_rows_ = covered_pixels(vertical_axis(frames));
    covered_columns_ = covered_pixels(horizontal_axis(frames));
    shares_ = FrameShares<T>(frames);
    const double rounding =
        (16 + 2 * std::sqrt(bins)) * static_cast<double>(std::numeric_limits<T>::epsilon());
    floor_scale_ = static_cast<T>(rounding * rounding / static_cast<double>(weights_.size()));
    transform_ = PairedFrames<T>(frames, options.window_shape, options.normalization);
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
  using Pack = xsimd::batch<T>;
  static constexpr std::size_t pack = Pack::size;

  template <bool with_gradient, typename Distance>
  T evaluate(const Distance& distance, const PlanePair<T>& images, const PlaneGradient<T>& gradient) {
    double value = uncovered_times_zero(images);
    if (images.weighted()) shares_.measure(images.weights);
    for (Index tile = 0; tile < transform_.tiles(); ++tile) {
      transform_.load(tile, images.prediction, images.target);
      for (Index column = 0; column < frames_.columns; ++column) {
        transform_.analyse(column);
        for (Index row = 0; row < transform_.row_count(tile); ++row) {
          const T share = images.weighted() ? shares_(transform_.first_row(tile) + row, column) : T(1);
          value += static_cast<double>(frame<with_gradient>(distance, share, transform_.first_spectrum(row),
                                                            transform_.second_spectrum(row)));
        }
        if constexpr (with_gradient) transform_.synthesise(column);
      }
      if constexpr (with_gradient) transform_.store(tile, gradient.scale(), gradient.plane());
    }
    return static_cast<T>(value);
  }

  /// The sum over a frame's bins, times its share. With a gradient, x becomes share W ∂D/∂X.
  template <bool with_gradient, typename Distance>
  T frame(const Distance& distance, T share, Complex* x, Complex* y) const {
    if (share == T(0)) {  // whatever the frame holds
      if constexpr (with_gradient) std::fill_n(x, weights_.size(), Complex());
      return 0;
    }
    const Pack floor(rounding_floor(x, y));
    Pack sum(0);
    for_each_pack(x, y, [&](Complex* x_bins, const Complex* y_bins, const T* weights) {
      const ComplexBatch<Pack> x_batch = load_complex(x_bins);
      const BinDistance<Pack> bins = distance_above(distance, x_batch, load_complex(y_bins), floor);
      const Pack weight = Pack(share) * Pack::load_unaligned(weights);
      sum += weight * bins.value;
      if constexpr (with_gradient) {
        store_complex({weight * bins.derivative.re, weight * bins.derivative.im}, x_bins);
      }
    });
    return add_lanes(sum);
  }

  /// The square of what rounding leaves of a bin of this frame that should be 0: (16 + 2 √(n_y n_x)) ε times the root
  /// mean square of the bins of both planes, which share their transforms. Measured on flat images it is up to
  /// 0.9 √(n_y n_x) ε for prime sizes. NaN where a bin is, so that nothing is hidden.
  T rounding_floor(Complex* x, Complex* y) const {
    const Pack scale(floor_scale_);
    Pack sum(0);
    for_each_pack(x, y, [&](Complex* x_bins, const Complex* y_bins, const T* /*weights*/) {
      sum += scale * square_of(load_complex(x_bins)) + scale * square_of(load_complex(y_bins));
    });
    const T floor = add_lanes(sum);
    return floor < std::numeric_limits<T>::min() ? std::numeric_limits<T>::min() : floor;
  }

  /// Calls body with every pack of bins of a frame; the last one filled up with bins of no weight and no
  /// value.
  template <typename Body>
  void for_each_pack(Complex* x, Complex* y, Body&& body) const {
    const std::size_t bins = weights_.size();
    std::size_t bin = 0;
    for (; bin + pack <= bins; bin += pack) body(x + bin, y + bin, weights_.data() + bin);
    if (bin == bins) return;
    const std::size_t rest = bins - bin;
    std::array<Complex, pack> x_rest{};
    std::array<Complex, pack> y_rest{};
    std::array<T, pack> weights_rest{};
    std::copy_n(x + bin, rest, x_rest.begin());
    std::copy_n(y + bin, rest, y_rest.begin());
    std::copy_n(weights_.begin() + static_cast<std::ptrdiff_t>(bin), rest, weights_rest.begin());
    body(x_rest.data(), y_rest.data(), weights_rest.data());
    std::copy_n(x_rest.begin(), rest, x + bin);
  }

  static T add_lanes(const Pack& lanes) {
    std::array<T, pack> parts;
    lanes.store_unaligned(parts.data());
    T total = 0;
    for (const T part : parts) total += part;
    return total;
  }

  /// 0, but NaN if a pixel that no frame covers is not finite: such images have no finite value either.
  double uncovered_times_zero(const PlanePair<T>& images) const {
    const auto all = [](const std::vector<char>& covered) {
      return std::find(covered.begin(), covered.end(), 0) == covered.end();
    };
    if (all(covered_rows_) && all(covered_columns_)) return 0;
    T sum = 0;
    for (Index y = 0; y < frames_.image.height; ++y) {
      for (Index x = 0; x < frames_.image.width; ++x) {
        if (covered_rows_[static_cast<std::size_t>(y)] && covered_columns_[static_cast<std::size_t>(x)])
          continue;
        if (images.weighted() && images.weights(y, x) == T(0)) continue;
        sum += T(0) * images.prediction(y, x) + T(0) * images.target(y, x);
      }
    }
    return static_cast<double>(sum);
  }

  bool prepared_ = false;
  SpectralOptions options_;
  Frames frames_;
  std::vector<T> weights_;  // [u][v] of the half spectrum
  T floor_scale_ = 0;
  std::vector<char> covered_rows_;
  std::vector<char> covered_columns_;
  FrameShares<T> shares_;
  PairedFrames<T> transform_;
};

}  // namespace crisp::detail
