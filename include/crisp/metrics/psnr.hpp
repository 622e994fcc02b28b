// Peak signal-to-noise ratio.
#pragma once

#include <cmath>
#include <cstddef>
#include <limits>
#include <vector>

#include "crisp/core/evaluate.hpp"
#include "crisp/losses/mse.hpp"
#include "crisp/metrics/image_mean.hpp"

namespace crisp::metrics {

/// What Psnr measures with.
struct PsnrOptions {
  double data_range = 1;  ///< largest possible pixel value minus smallest: 1, or 255 for bytes; > 0
};

/// image value = 10 log10(data_range² / MSE) decibels, value = its mean over images
///
/// MSE is the mean squared error over the pixels of all channels of an image. The metric is a mean of decibels, as is
/// usual, not the decibels of a mean error; identical images have infinitely many, and so has then the mean.
///
/// Interface: metrics/image_mean.hpp. Weights: MSE is Σ w (prediction - target)² / Σ w; an image whose weights are all
/// 0 is left out (its value is NaN, and it is not counted).
/// Non-finite input: a value that is not finite. Errors: OptionError for a data_range that is not finite and positive.
/// Accuracy: to 1e-12 relative, float images too: errors are squared and added in double.
/// Cost: one pass over the pixels.
template <typename T>
class Psnr {
 public:
  explicit Psnr(const PsnrOptions& options = {}) : options_(options) {
    if (!(std::isfinite(options.data_range) && options.data_range > 0)) {
      crisp::detail::fail<OptionError>("data_range must be finite and positive, got ", options.data_range);
    }
  }

  const PsnrOptions& options() const { return options_; }

  template <typename Prediction, typename Target, typename Executor = Serial,
            crisp::detail::IfExecutor<Executor> = 0>
  const std::vector<double>& add(const Prediction& prediction, const Target& target,
                                 const Executor& executor = Executor()) {
    const BatchPair<T> images =
        crisp::detail::to_read(MseLoss<T>(), crisp::detail::in_rows<T>(prediction, prediction_rows_),
                               crisp::detail::in_rows<T>(target, target_rows_));
    const Shape& shape = images.shape();
    plane_errors_.resize(static_cast<std::size_t>(shape.planes()));
    image_values_.resize(static_cast<std::size_t>(shape.batch));
    executor.for_each(shape.planes(), [&](Index plane, int /*slot*/) {
      plane_errors_[static_cast<std::size_t>(plane)] = squared_error(images.plane(plane));
    });
    for (Index image = 0; image < shape.batch; ++image) {
      Error error;
      for (Index plane = image * shape.channels; plane < (image + 1) * shape.channels; ++plane) {
        error.sum += plane_errors_[static_cast<std::size_t>(plane)].sum;
        error.weight += plane_errors_[static_cast<std::size_t>(plane)].weight;
      }
      const bool counts = error.weight > 0;
      const double decibels =
          20 * std::log10(options_.data_range) - 10 * std::log10(error.sum / error.weight);
      if (counts) mean_.add(decibels);
      image_values_[static_cast<std::size_t>(image)] =
          counts ? decibels : std::numeric_limits<double>::quiet_NaN();
    }
    return image_values_;
  }

  void merge(const Psnr& other) {
    detail::check_same("data_range", options_.data_range, other.options_.data_range);
    mean_.merge(other.mean_);
  }

  double value() const { return mean_.value(); }
  Index count() const { return mean_.count(); }

 private:
  struct Error {
    double sum = 0;     // Σ w (prediction - target)²
    double weight = 0;  // Σ w
  };

  static Error squared_error(const PlanePair<T>& images) {
    const auto squares =
        (images.prediction.template cast<double>() - images.target.template cast<double>()).square();
    if (!images.weighted()) return {squares.sum(), static_cast<double>(squares.size())};
    const auto weights = images.weights.template cast<double>();
    return {(weights > 0).select(weights * squares, 0.0).sum(), weights.sum()};
  }

  PsnrOptions options_;
  detail::ImageMean mean_;
  std::vector<Error> plane_errors_;
  std::vector<double> image_values_;
  Images<T> prediction_rows_, target_rows_;  // of what lies otherwise in memory
};

}  // namespace crisp::metrics
