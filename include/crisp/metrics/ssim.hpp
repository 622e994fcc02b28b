// Structural similarity as a metric.
#pragma once

#include <cstddef>
#include <type_traits>
#include <utility>
#include <vector>

#include "crisp/core/evaluate.hpp"
#include "crisp/losses/ssim.hpp"
#include "crisp/metrics/image_mean.hpp"

namespace crisp::metrics {

namespace detail {

/// Throws OptionError where two metrics to be merged differ in an option. Defined for the options of each.
template <typename Options>
void check_same_options(const Options& mine, const Options& others);

template <>
inline void check_same_options(const SsimOptions& mine, const SsimOptions& others) {
  check_same("data_range", mine.data_range, others.data_range);
  check_same("window", static_cast<double>(mine.window), static_cast<double>(others.window));
  check_same("sigma", mine.sigma, others.sigma);
  check_same("k1", mine.k1, others.k1);
  check_same("k2", mine.k2, others.k2);
}

}  // namespace detail

/// image value = 1 - loss, for a loss that is 1 less a similarity; value = its mean over images
///
/// Interface: metrics/image_mean.hpp. Options, shapes and errors, non-finite input, weights and cost are the loss's,
/// and so is the accuracy, of the value's distance from 1; that distance is kept in double from image to image. With
/// weights, an image's value is the mean over its channels that have any, and an image without weight is left out (its
/// value is NaN, and it is not counted).
template <typename Loss>
class MeanSimilarity {
 public:
  using Options = std::decay_t<decltype(std::declval<const Loss&>().options())>;

  explicit MeanSimilarity(const Options& options = {}) : loss_(options) {}

  const Options& options() const { return loss_.options(); }

  template <typename Prediction, typename Target, typename Executor = Serial,
            crisp::detail::IfExecutor<Executor> = 0>
  const std::vector<double>& add(const Prediction& prediction, const Target& target,
                                 const Executor& executor = Executor()) {
    crisp::value(loss_, prediction, target, workspace_, executor);
    const auto weights = crisp::detail::weights_of<typename Loss::Scalar>(target);
    const Shape shape = crisp::detail::shape_of_any<typename Loss::Scalar>(prediction);
    image_values_.resize(static_cast<std::size_t>(shape.batch));
    for (Index image = 0; image < shape.batch; ++image) {
      double sum = 0;
      Index channels = 0;
      for (Index plane = image * shape.channels; plane < (image + 1) * shape.channels; ++plane) {
        if (!detail::has_weight(weights, plane, shape.channels)) continue;
        sum += 1 - static_cast<double>(workspace_.mean(loss_, plane, 1));
        ++channels;
      }
      const double similarity = sum / static_cast<double>(channels);  // NaN without any
      if (channels > 0) mean_.add(similarity);
      image_values_[static_cast<std::size_t>(image)] = similarity;
    }
    return image_values_;
  }

  void merge(const MeanSimilarity& other) {
    detail::check_same_options(options(), other.options());
    mean_.merge(other.mean_);
  }

  double value() const { return mean_.value(); }
  Index count() const { return mean_.count(); }

 private:
  Loss loss_;
  Workspace<Loss> workspace_;
  detail::ImageMean mean_;
  std::vector<double> image_values_;
};

/// The SSIM of images, mean over windows, channels and images; see SsimLoss.
template <typename T>
using Ssim = MeanSimilarity<SsimLoss<T>>;

}  // namespace crisp::metrics
