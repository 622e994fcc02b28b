// How much of the target's fine detail a prediction has.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <vector>

#include "crisp/core/aligned.hpp"
#include "crisp/core/evaluate.hpp"
#include "crisp/losses/mse.hpp"
#include "crisp/metrics/image_mean.hpp"
#include "crisp/spectral/bin_frequency.hpp"
#include "crisp/spectral/frequency_weight.hpp"
#include "crisp/spectral/plane_spectrum.hpp"
#include "crisp/spectral/window.hpp"

namespace crisp::metrics {

/// What HighFrequencyRatio measures with.
struct HighFrequencyOptions {
  double cutoff = 0.25;  ///< cycles per sample, above which a frequency is high; > 0 and < √½, the corner's
};

namespace detail {

/// Whether a bin lies beyond the cutoff.
inline bool is_high(const Size2& size, Index u, Index v, const HighFrequencyOptions& options) {
  const double down = crisp::detail::bin_frequency(u, size.height);
  const double along = crisp::detail::bin_frequency(v, size.width);
  return std::hypot(down, along) > options.cutoff;
}

/// The high-frequency energy of planes of one size, Σ |F(u,v)|² / (H W) over the bins beyond a cutoff. Computed in Real.
template <typename Real>
class HighFrequencyEnergy {
 public:
  HighFrequencyEnergy() = default;
  HighFrequencyEnergy(const Size2& size, const HighFrequencyOptions& options)
      : spectrum_(size),
        window_down_(window_function<Real>(WindowShape::hann, size.height)),
        window_along_(window_function<Real>(WindowShape::hann, size.width)) {
    auto counts = half_spectrum_weights<Real>(FrequencyWeight::uniform, size, 1);
    for (Index u = 0; u <= size.height / 2; ++u) {
      for (Index v = 0; v < size.width; ++v) {
        if (is_high(size, u, v, options)) continue;
        counts[static_cast<std::size_t>(u * size.width + v)] = 0;
      }
    }
    bin_counts_ = spectrum_.in_packs(counts);
  }

  const Size2& size() const { return spectrum_.size(); }

  template <typename T>
  Real operator()(const Plane<T>& plane) {
    const auto& pixels = plane.template cast<Real>();
    const Window down(window_down_.data(), plane.rows());
    const Window along(window_along_.data(), plane.cols());
    spectrum_.plane() = (pixels - plane_mean(pixels)) * (down.matrix() * along.matrix().transpose()).array();
    spectrum_.forward();
    const auto energy = static_cast<Real>(spectrum_.sum([&](const auto& f, Index pack) {
      return Pack::load_aligned(bin_counts_.data() + pack) * crisp::detail::square_of(f);
    }));
    const Real rounding = 16 * std::numeric_limits<Real>::epsilon();
    return energy <= rounding * rounding * pixels.square().sum() ? 0 : energy;
  }

 private:
  using Window = Eigen::Map<const Eigen::Array<Real, Eigen::Dynamic, 1>>;
  using Pack = typename crisp::detail::PlaneSpectrum<Real>::Pack;

  crisp::detail::PlaneSpectrum<Real> spectrum_;
  std::vector<Real> window_down_, window_along_;
  /// How many bins each one of the half spectrum stands for; 0 for low ones.
  crisp::detail::AlignedVector<Real> bin_counts_;
};

}  // namespace detail

/// value = Σ_images E(prediction) / Σ_images E(target),  E = Σ_channels Σ_{f_u² + f_v² > cutoff²} |F(u, v)|² / (H W)
///
/// F is the discrete Fourier transform of (pixel - the plane's mean) h(y) h(x), f the signed frequency of a bin in
/// cycles per sample, and h a periodic Hann window. The transform takes a plane to repeat itself, so without a window
/// the jump from each border to the opposite one would count as detail, and hide a blur. With it, what lies at the
/// borders counts little.
///
/// 1 means as much detail as the target has, less is blurrier, more is sharper or noisier: it says how much there is,
/// not whether it is the right one. Brightness does not matter, and the contrast of both together neither.
/// An image's own value is its own ratio. The value is the ratio of the sums over all images, not the mean of ratios,
/// which a few targets with next to no detail would decide; images count by the detail of their targets.
///
/// Where the targets have no such energy the value is infinite, or 1 if the predictions have none either. Energy
/// within rounding, (16 ε)² times the plane's Σ pixel², is none: that of a flat plane is 0.
///
/// Interface: metrics/image_mean.hpp. Weights: none; a mask's edges would be detail.
/// Non-finite input: a value that is NaN. Errors: OptionError for a cutoff outside (0, √½), ShapeError for images under
/// 2x2 pixels or without a bin beyond the cutoff.
/// Accuracy: to 1e-10 relative in double, float images too, where energies are not near rounding.
/// Cost: a real transform of each plane; memory for each thread of about 70 bytes a pixel.
template <typename T>
class HighFrequencyRatio {
 public:
  explicit HighFrequencyRatio(const HighFrequencyOptions& options = {}) : options_(options) {
    crisp::detail::check_option(options.cutoff > 0 && options.cutoff < std::sqrt(0.5), "cutoff",
                                "between 0 and 0.7071 cycles per sample", options.cutoff);
  }

  const HighFrequencyOptions& options() const { return options_; }

  template <typename Prediction, typename Target, typename Executor = Serial,
            crisp::detail::IfExecutor<Executor> = 0>
  const std::vector<double>& add(const Prediction& prediction, const Target& target,
                                 const Executor& executor = Executor()) {
    static_assert(!crisp::detail::is_weighted<Target>,
                  "crisp: HighFrequencyRatio takes no weights: the edges of a mask would count as detail");
    const BatchPair<T> images =
        crisp::detail::to_read(MseLoss<T>(), crisp::detail::in_rows<T>(prediction, prediction_rows_),
                               crisp::detail::in_rows<T>(target, target_rows_));
    const Shape& shape = images.shape();
    prepare(shape, executor.concurrency());
    executor.for_each(shape.planes(), [&](Index plane, int slot) {
      auto& energy = engines_[static_cast<std::size_t>(slot)];
      const PlanePair<T> pair = images.plane(plane);
      plane_energies_[static_cast<std::size_t>(plane)] = {energy(pair.prediction), energy(pair.target)};
    });
    for (Index image = 0; image < shape.batch; ++image) {
      Energies energies;
      for (Index channel = 0; channel < shape.channels; ++channel) {
        energies += plane_energies_[static_cast<std::size_t>(image * shape.channels + channel)];
      }
      total_ += energies;
      image_values_[static_cast<std::size_t>(image)] = energies.ratio();
    }
    count_ += shape.batch;
    return image_values_;
  }

  void merge(const HighFrequencyRatio& other) {
    detail::check_same("cutoff", options_.cutoff, other.options_.cutoff);
    total_ += other.total_;
    count_ += other.count_;
  }

  double value() const {
    detail::check_count(count_);
    return total_.ratio();
  }
  Index count() const { return count_; }

 private:
  struct Energies {
    double prediction = 0;
    double target = 0;

    Energies& operator+=(const Energies& other) {
      prediction += other.prediction;
      target += other.target;
      return *this;
    }
    double ratio() const {
      if (target == 0 && prediction == 0) return 1;
      return prediction / target;
    }
  };

  void prepare(const Shape& shape, int concurrency) {
    const Size2 size(shape.height, shape.width);
    if (size.height < 2 || size.width < 2) {
      crisp::detail::fail<ShapeError>("HighFrequencyRatio needs images of at least 2x2 pixels, got ", size);
    }
    if (!detail::is_high(size, size.height / 2, size.width / 2, options_)) {
      crisp::detail::fail<ShapeError>("images of ", size, " have no frequency above the cutoff of ",
                                      options_.cutoff, " cycles per sample");
    }
    detail::prepare_engines(engines_, std::min<Index>(concurrency, shape.planes()), size, options_);
    plane_energies_.resize(static_cast<std::size_t>(shape.planes()));
    image_values_.resize(static_cast<std::size_t>(shape.batch));
  }

  HighFrequencyOptions options_;
  Energies total_;
  Index count_ = 0;
  std::vector<detail::HighFrequencyEnergy<double>> engines_;  // one a thread
  std::vector<Energies> plane_energies_;
  std::vector<double> image_values_;
  Images<T> prediction_rows_, target_rows_;  // of what lies otherwise in memory
};

}  // namespace crisp::metrics
