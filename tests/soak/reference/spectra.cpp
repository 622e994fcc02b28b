#include "soak/reference/spectra.hpp"

#include <algorithm>
#include <limits>

#include "soak/reference/bin_distance.hpp"
#include "soak/reference/fourier.hpp"

namespace soak {
namespace {

const Real pi = std::acos(Real(-1));

Real window_function(crisp::WindowShape shape, Size t, Size length) {
  const Real position = static_cast<Real>(t);
  const Real n = static_cast<Real>(length);
  switch (shape) {
    case crisp::WindowShape::hann:
      return Real(0.5) - Real(0.5) * std::cos(2 * pi * position / n);
    case crisp::WindowShape::hann_symmetric:
      return Real(0.5) - Real(0.5) * std::cos(2 * pi * position / (n - 1));
    case crisp::WindowShape::hamming:
      return Real(0.54) - Real(0.46) * std::cos(2 * pi * position / n);
    case crisp::WindowShape::rectangular:
      break;
  }
  return 1;
}

/// Signed, in cycles per sample.
Real frequency(Size bin, Size length) {
  return static_cast<Real>(2 * bin < length ? bin : bin - length) / static_cast<Real>(length);
}

Real frequency_weight(crisp::FrequencyWeight weight, Size u, Size v, Size height, Size width) {
  switch (weight) {
    case crisp::FrequencyWeight::linear:
      return std::hypot(frequency(u, height), frequency(v, width)) / std::sqrt(Real(0.5));
    case crisp::FrequencyWeight::quadrant_product:
      if (u >= height / 2 || v >= width / 2) return 0;
      return static_cast<Real>(u * v) / static_cast<Real>((height / 2 - 1) * (width / 2 - 1));
    case crisp::FrequencyWeight::uniform:
      break;
  }
  return 1;
}

/// Frames along one axis.
struct Axis {
  Size length, window, stride, margin;
  crisp::Padding padding;

  Size frames() const { return (length + 2 * margin - window) / stride + 1; }
  /// The pixel at a position of the continued axis, -1 if there is none.
  Size pixel(Size position) const {
    const Size at = position - margin;
    if (at >= 0 && at < length) return at;
    if (padding != crisp::Padding::reflect) return -1;
    return at < 0 ? -at : 2 * (length - 1) - at;
  }
  /// The pixels of a frame that lie inside the image: the first, and the one behind the last.
  Size first(Size frame) const { return std::max<Size>(0, frame * stride - margin); }
  Size end(Size frame) const { return std::min(length, frame * stride - margin + window); }
};

Axis axis_of(Size length, Size window, Size stride, crisp::Padding padding) {
  return {length, window, stride, padding == crisp::Padding::none ? 0 : window / 2, padding};
}

/// The sum over all frames and bins.
class FrameSum {
 public:
  FrameSum(const Pair& pair, const Precision& precision, const crisp::SpectralOptions& options,
           const Axis& vertical, const Axis& horizontal)
      : pair_(pair),
        precision_(precision),
        options_(options),
        vertical_(vertical),
        horizontal_(horizontal),
        x_centre_(mean_of(pair.prediction)),
        y_centre_(mean_of(pair.target)),
        result_(pair.prediction.height, pair.prediction.width),
        squares_(result_.gradient) {
    const Size pixels = vertical.window * horizontal.window;
    norm_ =
        options.normalization == crisp::Normalization::ortho ? 1 / std::sqrt(static_cast<Real>(pixels)) : 1;
    scale_ = options.bin_reduction == crisp::Reduction::mean
                 ? 1 / static_cast<Real>(vertical.frames() * horizontal.frames() * pixels)
                 : 1;
  }

  Estimate sum() {
    for (Size k = 0; k < vertical_.frames(); ++k) {
      for (Size l = 0; l < horizontal_.frames(); ++l) {
        const Real share =
            share_of_weight(pair_, vertical_.first(k), horizontal_.first(l),
                            vertical_.end(k) - vertical_.first(k), horizontal_.end(l) - horizontal_.first(l));
        if (share > 0) add_frame(k * vertical_.stride, l * horizontal_.stride, share * scale_);
      }
    }
    result_.value_slack += deviations * std::sqrt(value_squares_);
    for (Size i = 0; i < squares_.size(); ++i)
      result_.gradient_slack[i] += deviations * std::sqrt(squares_[i]);
    return result_;
  }

 private:
  struct Sample {
    Size pixel;  // -1: of zero padding
    Real window;
  };

  std::vector<Sample> samples_of(Size top, Size left) const {
    std::vector<Sample> samples;
    for (Size y = 0; y < vertical_.window; ++y) {
      for (Size x = 0; x < horizontal_.window; ++x) {
        const Size row = vertical_.pixel(top + y);
        const Size column = horizontal_.pixel(left + x);
        samples.push_back({row < 0 || column < 0 ? -1 : row * horizontal_.length + column,
                           norm_ * window_function(options_.window_shape, y, vertical_.window) *
                               window_function(options_.window_shape, x, horizontal_.window)});
      }
    }
    return samples;
  }

  void add_frame(Size top, Size left, Real scale) {
    const std::vector<Sample> samples = samples_of(top, left);
    Bins first;
    Bins second;
    Bins difference;
    Real squares = 0;
    Real difference_squares = 0;
    Real window_squares = 0;
    Real largest_pixel = 0;
    Real least_difference = std::numeric_limits<Real>::infinity();
    Real largest_difference = -least_difference;
    for (const Sample& sample : samples) {
      const Real x = sample.pixel < 0 ? 0 : pair_.prediction[sample.pixel];
      const Real y = sample.pixel < 0 ? 0 : pair_.target[sample.pixel];
      largest_pixel = std::max({largest_pixel, std::abs(x), std::abs(y)});
      least_difference = std::min(least_difference, x - y);
      largest_difference = std::max(largest_difference, x - y);
      first.push_back({sample.window * x, 0});
      second.push_back({sample.window * y, 0});
      difference.push_back({sample.window * (x - y), 0});
      difference_squares += square(difference.back().re);
      window_squares += square(sample.window);
      squares += square(sample.window) * (square(x - x_centre_) + square(y - y_centre_));
    }
    first = fourier(std::move(first), vertical_.window, horizontal_.window);
    second = fourier(std::move(second), vertical_.window, horizontal_.window);
    difference = fourier(std::move(difference), vertical_.window, horizontal_.window);

    // What is left of a constant difference may be the rounding of pixels, which is no rounding here.
    const Real variation = largest_difference - least_difference;
    const bool differs_by_rounding = variation > 0 && variation <= 2 * precision_.epsilon * largest_pixel;
    const Real transform = transform_rounding(precision_, vertical_.window * horizontal_.window);
    // A window that has something of a constant in every bin has its own rounding there.
    const Real of_window =
        options_.window_shape == crisp::WindowShape::hann_symmetric
            ? 2 * precision_.epsilon * (std::abs(x_centre_) + std::abs(y_centre_)) * std::sqrt(window_squares)
            : 0;
    const Real own_squares =
        squares + square(norm_) * static_cast<Real>(samples.size()) * (square(x_centre_) + square(y_centre_));
    Bins derivatives;
    Real derivative_squares = 0;
    Real jumps = 0;
    for (Size u = 0; u < vertical_.window; ++u) {
      for (Size v = 0; v < horizontal_.window; ++v) {
        const std::size_t i = static_cast<std::size_t>(u * horizontal_.window + v);
        const Real weight =
            scale * frequency_weight(options_.frequency_weight, u, v, vertical_.window, horizontal_.window);
        BinPair bins{first[i], second[i], difference[i], 0, 0, 0, false, precision_.epsilon};
        // What is large in a bin, the window's spectrum of the planes' means too, is rounded relatively.
        bins.rounding = transform * std::sqrt(squares) + of_window +
                        precision_.epsilon * (size_of(first[i]) + size_of(second[i]));
        bins.own = share_of_own_rounding(precision_) * transform * std::sqrt(own_squares);
        bins.own_difference = differs_by_rounding ? 0
                                                  : share_of_own_rounding(precision_) * transform *
                                                        std::sqrt(difference_squares);
        bins.is_own_mirror = 2 * u % vertical_.window == 0 && 2 * v % horizontal_.window == 0;
        const Distance distance = weight > 0 ? distance_of(bins, options_) : Distance();
        result_.value += weight * distance.value;
        result_.value_slack += weight * distance.value_jump;
        value_squares_ += square(weight * distance.value_slack);
        jumps += weight * distance.derivative_jump;
        // The last term is the rounding of the transform back.
        derivative_squares += square(weight * distance.derivative_slack) +
                              square(transform * weight * size_of(distance.derivative));
        derivatives.push_back(weight * conjugate(distance.derivative));
      }
    }
    derivatives = fourier(std::move(derivatives), vertical_.window, horizontal_.window);
    for (std::size_t i = 0; i < samples.size(); ++i) {
      if (samples[i].pixel < 0) continue;
      const Size pixel = samples[i].pixel;
      result_.gradient[pixel] += samples[i].window * derivatives[i].re;
      result_.gradient_slack[pixel] += std::abs(samples[i].window) * jumps;
      squares_[pixel] += square(samples[i].window) * derivative_squares;
    }
  }

  const Pair& pair_;
  Precision precision_;
  crisp::SpectralOptions options_;
  Axis vertical_;
  Axis horizontal_;
  Real x_centre_;
  Real y_centre_;
  Real norm_;
  Real scale_;
  Estimate result_;
  Real value_squares_ = 0;
  Plane squares_;  // of roundings, pixel by pixel
};

}  // namespace

Real share_of_weight(const Pair& pair, Size top, Size left, Size height, Size width) {
  if (!pair.weighted()) return 1;
  if (height <= 0 || width <= 0) return 0;
  Real sum = 0;
  for (Size y = top; y < top + height; ++y) {
    for (Size x = left; x < left + width; ++x) sum += pair.weights(y, x);
  }
  return sum == 0 ? 0 : sum / static_cast<Real>(height * width) / mean_of(pair.weights);
}

Estimate stft(const Pair& pair, const Precision& precision, const crisp::StftOptions& options) {
  const Plane& plane = pair.prediction;
  return FrameSum(pair, precision, options,
                  axis_of(plane.height, options.window.height, options.stride.height, options.padding),
                  axis_of(plane.width, options.window.width, options.stride.width, options.padding))
      .sum();
}

Estimate dft(const Pair& pair, const Precision& precision, const crisp::DftOptions& options) {
  crisp::StftOptions one_frame;
  static_cast<crisp::SpectralOptions&>(one_frame) = crisp::detail::to_spectral_options(options);
  one_frame.window = crisp::Size2(pair.prediction.height, pair.prediction.width);
  return stft(pair, precision, one_frame);
}

Estimate multi_resolution_stft(const Pair& pair, const Precision& precision,
                               const crisp::MultiResolutionStftOptions& options) {
  Estimate result(pair.prediction.height, pair.prediction.width);
  const Real share = 1 / static_cast<Real>(options.resolutions.size());
  for (const crisp::StftOptions& resolution : options.resolutions) {
    const Estimate term = stft(pair, precision, resolution);
    result.value += share * term.value;
    result.value_slack += share * term.value_slack;
    for (Size i = 0; i < result.gradient.size(); ++i) {
      result.gradient[i] += share * term.gradient[i];
      result.gradient_slack[i] += share * term.gradient_slack[i];
    }
  }
  return result;
}

}  // namespace soak
