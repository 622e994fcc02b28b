// The focal frequency loss: squared differences of spectra, weighted by how large they are.
#pragma once

#include <algorithm>
#include <cstddef>
#include <vector>

#include "crisp/core/aligned.hpp"
#include "crisp/core/batch_loss.hpp"
#include "crisp/core/errors.hpp"
#include "crisp/losses/focal_weight.hpp"
#include "crisp/spectral/complex_batch.hpp"
#include "crisp/spectral/frequency_weight.hpp"
#include "crisp/spectral/plane_spectrum.hpp"

namespace crisp {

/// How FocalFrequencyLoss weighs the bins of a spectrum, and what is one.
struct FocalFrequencyOptions {
  double alpha = 1;               ///< how steeply weights grow with differences; 0 to 100; 0: not at all
  Index patch_factor = 1;         ///< patches along each side of an image, p; >= 1
  bool average_spectrum = false;  ///< compare the batch's mean spectra instead of every image's
  bool log_matrix = false;        ///< weights by logarithm: large differences weigh less
  bool batch_matrix = false;      ///< weights relative to the largest of the batch instead of each patch's
};

/// value = mean over images, channels, patches and bins of  w d,   d = |X - Y|²,   w = (√d)^α / max (√d)^α
///
/// X and Y are the full Fourier transforms, divided by √pixels, of the p x p patches into which a grid cuts prediction
/// and target. log_matrix takes ln((√d)^α + 1) in place of (√d)^α. The maximum is over the bins of each patch of each
/// plane, or over the whole batch for batch_matrix; where it is 0, w is 0 unless alpha is. average_spectrum averages X
/// and Y over the batch first; the value of a plane is then that of its channel, the same for all images.
///
/// Gradient: with the weights w held constant, as published: 2 w (X - Y), transformed back. It is the derivative of
/// Σ w d for the present w, not of the value printed, whose weights move too; check_gradient, which differentiates
/// that, passes for alpha = 0 alone (there w = 1, and the loss is the mean squared error). Smooth in that sense
/// everywhere; 0 for equal images.
///
/// Weights: what a patch adds is multiplied by the mean weight of its pixels over that of the plane, its share s; the divisor stays.
/// Patches without weight are left out, of the maxima too, whatever they hold. For average_spectrum the residuals are
/// averaged by these shares, Σ s (x - y) / Σ s over the batch, and the result is multiplied by the mean of s. Pixels of
/// weight 0 in a patch that counts take part in its spectrum, must hold something sensible, and have a gradient.
///
/// Errors: OptionError for an alpha that is not from 0 to 100 and a patch_factor under 1; ShapeError for a height
/// or width that patch_factor does not divide. Non-finite input: a value that is not finite.
/// Accuracy: in double the value to 1e-12 relative and the gradient to 1e-10 of its largest entry; in float to 1e-5
/// and 1e-5.
/// Cost: two real Fourier transforms of each patch, one for the value alone, and one more for batch_matrix. Memory a
/// thread: about 5 numbers a pixel of a patch.
/// Source: L. Jiang, B. Dai, W. Wu, C. C. Loy, Focal frequency loss for image reconstruction and synthesis, ICCV 2021.
/// The golden cases prove it equal to the authors' code with loss_weight 1, which knows no pixel weights, and can
/// also be given w.
template <typename T>
class FocalFrequencyLoss : public BatchLoss<T> {
 public:
  static constexpr const char* name = "FocalFrequencyLoss";
  static constexpr bool takes_weights = true;

  struct Workspace {
    Shape shape;
    std::vector<detail::PlaneSpectrum<T>> spectra;  // one a slot
    detail::AlignedVector<T> bin_weights;  // 1 / pixels of the plane, twice that where a bin stands for two
    std::vector<T> shares;                 // [plane][patch]: mean weights over those of the planes
    std::vector<T> largest;                // d of each plane
  };

  explicit FocalFrequencyLoss(const FocalFrequencyOptions& options = {}) : options_(options) {
    if (!(options.alpha >= 0 && options.alpha <= 100)) {  // beyond, rounding alone would decide what counts
      detail::fail<OptionError>("the alpha of a focal frequency loss must be from 0 to 100, got ",
                                options.alpha);
    }
    if (options.patch_factor < 1) {
      detail::fail<OptionError>("the patch_factor of a focal frequency loss must be at least 1, got ",
                                options.patch_factor);
    }
  }

  const FocalFrequencyOptions& options() const { return options_; }

  const FocalFrequencyLoss& swapped() const { return *this; }

  void check(const Shape& shape) const {
    if (shape.height % options_.patch_factor != 0 || shape.width % options_.patch_factor != 0) {
      detail::fail<ShapeError>("a focal frequency loss with a patch_factor of ", options_.patch_factor,
                               " needs a height and width divisible by it, got height ", shape.height,
                               " and width ", shape.width);
    }
  }

  void prepare(Workspace& workspace, const Shape& shape, int slot_count) const {
    const Size2 patch = patch_size(shape);
    if (workspace.shape == shape && workspace.spectra.size() >= index(slot_count) &&
        workspace.spectra[0].size() == patch) {
      return;
    }
    workspace.shape = {};
    workspace.spectra.assign(index(slot_count), detail::PlaneSpectrum<T>(patch));
    workspace.bin_weights = workspace.spectra[0].in_packs(half_spectrum_weights<T>(
        FrequencyWeight::uniform, patch, 1 / static_cast<double>(shape.plane_size())));
    workspace.shares.resize(index(shape.planes() * patches()));
    workspace.largest.resize(index(shape.planes()));
    workspace.shape = shape;
  }

  template <typename Executor>
  void batch(const BatchPair<T>& images, const BatchGradient<T>& gradient, Workspace& workspace,
             T* plane_values, const Executor& executor) const {
    const Shape& shape = images.shape();
    executor.for_each(shape.planes(), [&](Index plane, int) { find_shares(images, plane, workspace); });
    const Index series_count = options_.average_spectrum ? shape.channels : shape.planes();
    T batch_largest = 0;
    if (options_.batch_matrix) {
      executor.for_each(series_count, [&](Index first, int slot) {
        workspace.largest[index(first)] = largest_square(images, series(first, shape), workspace, slot);
      });
      batch_largest = *std::max_element(workspace.largest.begin(), workspace.largest.begin() + series_count);
    }
    executor.for_each(series_count, [&](Index first, int slot) {
      const Series planes = series(first, shape);
      const T value = evaluate(images, gradient, planes, batch_largest, workspace, slot);
      for (Index k = 0; k < planes.count; ++k) plane_values[planes[k]] = value;
    });
  }

 private:
  using Spectrum = detail::PlaneSpectrum<T>;
  using Pack = typename Spectrum::Pack;

  /// The planes that share a spectrum: a channel of all images for average_spectrum, else a plane alone.
  struct Series {
    Index first;
    Index stride;
    Index count;
    Index operator[](Index k) const { return first + k * stride; }
  };
  Series series(Index first, const Shape& shape) const {
    return {first, shape.channels, options_.average_spectrum ? shape.batch : 1};
  }

  static std::size_t index(Index i) { return static_cast<std::size_t>(i); }

  Index patches() const { return options_.patch_factor * options_.patch_factor; }
  Size2 patch_size(const Shape& shape) const {
    return {shape.height / options_.patch_factor, shape.width / options_.patch_factor};
  }

  /// A patch of a plane's pixels.
  template <typename Pixels>
  auto cut(Pixels&& pixels, Index patch) const {
    const Index height = pixels.rows() / options_.patch_factor;
    const Index width = pixels.cols() / options_.patch_factor;
    return pixels.block(patch / options_.patch_factor * height, patch % options_.patch_factor * width, height,
                        width);
  }

  void find_shares(const BatchPair<T>& images, Index plane, Workspace& workspace) const {
    const PlanePair<T> pair = images.plane(plane);
    const double mean = pair.weighted() ? detail::mean_in_double(pair.weights) : 1;
    for (Index patch = 0; patch < patches(); ++patch) {
      T& of_patch = share(workspace, plane, patch);
      of_patch = T(1);
      if (pair.weighted()) {
        of_patch = mean > 0 ? static_cast<T>(detail::mean_in_double(cut(pair.weights, patch)) / mean) : T(0);
      }
    }
  }
  T& share(Workspace& workspace, Index plane, Index patch) const {
    return workspace.shares[index(plane * patches() + patch)];
  }

  /// Makes the spectrum of a patch's residual, and returns the patch's share; 0 if it is left out.
  T analyse(const BatchPair<T>& images, const Series& planes, Index patch, Workspace& workspace,
            Spectrum& spectrum) const {
    const Shape& shape = images.shape();
    MutablePlane<T> mean = spectrum.plane();
    if (planes.count > 1) mean.setZero();
    T total = 0;
    for (Index k = 0; k < planes.count; ++k) {
      const T weight = share(workspace, planes[k], patch);
      if (weight == T(0)) continue;
      const Plane<T> prediction(images.prediction.plane(planes[k]), shape.height, shape.width);
      const Plane<T> target(images.target.plane(planes[k]), shape.height, shape.width);
      const auto residual = cut(prediction, patch) - cut(target, patch);
      if (planes.count == 1) mean = residual;
      if (planes.count > 1) mean += weight * residual;
      total += weight;
    }
    if (total == T(0)) return 0;
    if (planes.count > 1) mean /= total;
    spectrum.forward();
    return total / static_cast<T>(planes.count);
  }

  T largest_square(const BatchPair<T>& images, const Series& planes, Workspace& workspace, int slot) const {
    Spectrum& spectrum = workspace.spectra[index(slot)];
    T largest = 0;
    for (Index patch = 0; patch < patches(); ++patch) {
      const bool counts = analyse(images, planes, patch, workspace, spectrum) > T(0);
      if (counts) largest = std::max(largest, spectrum.largest_square());
    }
    return largest;
  }

  /// The value of a series. Its gradient is added, in equal measure but for the shares, to each of its planes.
  T evaluate(const BatchPair<T>& images, const BatchGradient<T>& gradient, const Series& planes,
             T batch_largest, Workspace& workspace, int slot) const {
    Spectrum& spectrum = workspace.spectra[index(slot)];
    for (Index k = 0; k < planes.count; ++k) gradient.plane(planes[k]);  // clears what was there
    double sum = 0;
    for (Index patch = 0; patch < patches(); ++patch) {
      const T patch_share = analyse(images, planes, patch, workspace, spectrum);
      if (patch_share == T(0)) continue;
      const T largest = options_.batch_matrix ? batch_largest : spectrum.largest_square();
      sum += static_cast<double>(patch_share) *
             detail::with_focal_weight(options_.alpha, options_.log_matrix, largest, [&](const auto& weight) {
               return gradient ? weigh<true>(weight, workspace, spectrum)
                               : weigh<false>(weight, workspace, spectrum);
             });
      if (!gradient) continue;
      spectrum.adjoint();
      for (Index k = 0; k < planes.count; ++k) {
        const T weight = share(workspace, planes[k], patch);
        if (weight == T(0)) continue;
        const PlaneGradient<T> to = gradient.adding().plane(planes[k]);
        MutablePlane<T> pixels = to.plane();
        cut(pixels, patch) += to.scale() * weight * spectrum.plane();
      }
    }
    return static_cast<T>(sum);
  }

  /// Σ w d over the bins; with a gradient, these become 2 w F.
  template <bool with_gradient, typename Weight>
  static double weigh(const Weight& weight, const Workspace& workspace, Spectrum& spectrum) {
    return spectrum.sum([&](detail::ComplexBatch<Pack>& f, Index pack) {
      const Pack square = detail::square_of(f);
      const Pack w = weight(square);
      // Clamped so that NaN, from a square that has overflowed, is 1 too.
      const Pack factor = Pack::load_aligned(workspace.bin_weights.data() + pack) *
                          xsimd::select(w < Pack(T(1)), w, Pack(T(1)));
      if constexpr (with_gradient) {
        const Pack twice = factor + factor;
        f = {twice * f.re, twice * f.im};
      }
      return factor * square;
    });
  }

  FocalFrequencyOptions options_;
};

}  // namespace crisp
