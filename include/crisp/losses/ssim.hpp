// Structural similarity.
#pragma once

#include <cmath>

#include "crisp/core/errors.hpp"
#include "crisp/core/loss.hpp"
#include "crisp/filters/gaussian.hpp"
#include "crisp/losses/similarity_pair.hpp"
#include "crisp/losses/similarity_stream.hpp"

namespace crisp {

/// What SsimLoss and the SSIM metric measure with.
struct SsimOptions {
  double data_range = 1;  ///< largest pixel value minus smallest: 1, or 255 for bytes; > 0
  Index window = 11;      ///< side of the square window, in pixels; 1 to 65536, odd or even
  double sigma = 1.5;     ///< of the Gaussian window, in pixels; > 0
  double k1 = 0.01;       ///< C1 = (k1 data_range)², keeps dark areas finite; >= 0
  double k2 = 0.03;       ///< C2 = (k2 data_range)², keeps flat areas finite; >= 0
};

namespace detail {

/// Throws OptionError for options out of their range. `name` is whose they are: "SSIM".
inline void check_similarity(const char* name, double data_range, Index window, double k1, double k2) {
  if (!(data_range > 0) || !std::isfinite(data_range)) {
    fail<OptionError>("the data_range of ", name, " must be positive and finite, got ", data_range);
  }
  if (window < 1 || window > largest_gaussian_window) {
    fail<OptionError>("the window of ", name, " must be from 1 to ", largest_gaussian_window, " pixels, got ",
                      window);
  }
  if (!(k1 >= 0) || !std::isfinite(k1) || !(k2 >= 0) || !std::isfinite(k2)) {
    fail<OptionError>("k1 and k2 of ", name, " must be finite and at least 0, got k1 ", k1, " and k2 ", k2);
  }
}
inline void check_similarity_sigma(const char* name, double sigma) {
  if (!(sigma > 0) || !std::isfinite(sigma)) {
    fail<OptionError>("the sigma of ", name, " must be positive and finite, got ", sigma);
  }
}

/// C1 or C2. Throws OptionError for one that T cannot hold.
template <typename T>
T similarity_constant(double k, double data_range) {
  const T constant = static_cast<T>(std::pow(k * data_range, 2));
  if (k > 0 && !std::isnormal(constant)) {
    fail<OptionError>("the square of k times data_range must be a normal number, got k ", k,
                      " and data_range ", data_range);
  }
  return constant;
}

}  // namespace detail

/// plane value = 1 - mean over the windows of
///
///   SSIM = ((2 μx μy + C1) (2 σxy + C2)) / ((μx² + μy² + C1) (σx² + σy² + C2)),  C_i = (k_i data_range)²
///
/// with x the prediction and y the target. The means μ, the biased variances σ² and the covariance σxy are
/// weighted by a normalised Gaussian window that lies wholly inside the plane, so a plane of H x W pixels has
/// (H - window + 1) (W - window + 1) windows. The value is 0 for equal images and at most 2.
///
/// Options: see SsimOptions; pixels and data_range are in the same unit. An even window is centred between pixels.
/// Errors: OptionError for an option out of its range, ShapeError for images smaller than the window.
///
/// Weights: the statistics of a window are normalised convolutions, E_w[m] = Σ g w m / Σ g w with its Gaussian g, and
/// windows without weight (Σ g w below some 1e-31 of the plane's largest weight, 1e-292 in double) are left out of
/// the mean; every other window counts once. Pixels of weight 0 are ignored, whatever they hold.
/// Gradient: exact; smooth everywhere if k1, k2 > 0. If one is 0, the factor it belongs to is 0/0 where both
/// means (k1) or both variances (k2) are 0, and counts there as 1 with gradient 0.
/// Non-finite input: the value of the plane is NaN.
///
/// Accuracy: in double, value to 1e-12 relative and gradient to 1e-10 of its largest entry. In float, against
/// double on the same pixels, however bright: value to 1e-6 relative, 5e-6 on nearly equal photographs, and gradient to 5e-5 of its
/// largest entry, 1e-5 of its root mean square; 3e-7 and 2e-6 on textured planes; 2e-6 and 5e-5 where flat areas in a plane lie one
/// data_range apart in brightness, 500 times that where they lie ten apart; 5e-6 and 5e-5 where windows see no more than the rim of a
/// mask. (A plane's mean is subtracted from its pixels first, which changes no variance; what is left of the
/// cancellation in E[s²] - E[s]² is small beside C2.) With k1 or k2 of 0 that is all there is beside it, so where windows are next to
/// black (k1) or flat (k2) no digit is promised, in double neither, and in float a photograph's value to 1e-2: windows within rounding of
/// it count as 1 with gradient 0. Those are flat whose variances come to 4 ε of the mean square of what they hold, or less, and black
/// whose means come to 4 ε of its root, or of the plane's mean; 64 ε in double. A constant of 0 takes nothing from the other factor.
///
/// Cost: 14 passes of a symmetric filter with `window` taps, fused row by row; 8 for the value alone; two more
/// with weights. Memory a thread: at most 3 `window` rows of 7 maps, a few rows more, and two planes for weights.
///
/// Source: Z. Wang, A. C. Bovik, H. R. Sheikh, E. P. Simoncelli, Image quality assessment: from error
/// visibility to structural similarity, IEEE TIP 13 (2004). The golden cases prove it equal to
/// 1 - pytorch_msssim.ssim, and with that to scikit-image's structural_similarity(gaussian_weights=True,
/// use_sample_covariance=False) averaged over the windows inside the image, for odd windows. tf.image.ssim
/// states the same formula, even windows included.
template <typename T>
class SsimLoss : public PlaneLoss<T> {
 public:
  static constexpr const char* name = "SsimLoss";
  static constexpr bool takes_weights = true;

  using Workspace = typename detail::SimilarityStream<T>::Workspace;

  explicit SsimLoss(const SsimOptions& options = {})
      : options_(checked(options)),
        stream_({detail::WindowGaussian<T>::whole(options.window, options.sigma)}),
        comparison_{detail::similarity_constant<T>(options.k1, options.data_range),
                    detail::similarity_constant<T>(options.k2, options.data_range)} {}

  const SsimOptions& options() const { return options_; }

  const SsimLoss& swapped() const { return *this; }

  void check(Index height, Index width) const {
    if (height < options_.window || width < options_.window) {
      detail::fail<ShapeError>("SSIM with a window of ", options_.window, " x ", options_.window,
                               " needs images at least that large, got height ", height, " and width ",
                               width);
    }
  }

  void prepare(Workspace& workspace, Index height, Index width) const {
    stream_.prepare(workspace, height, width);
  }

  RowWindows row_windows(Index /*height*/, Index /*width*/) const { return {options_.window, 1, true}; }

  T plane(const PlanePair<T>& images, PlaneGradient<T> gradient, Workspace& workspace) const {
    return static_cast<T>(stream_.means(detail::ImagePair<T>(images), comparison_, gradient, workspace).loss);
  }

 private:
  static const SsimOptions& checked(const SsimOptions& options) {
    detail::check_similarity("SSIM", options.data_range, options.window, options.k1, options.k2);
    detail::check_similarity_sigma("SSIM", options.sigma);
    return options;
  }

  SsimOptions options_;
  detail::SimilarityStream<T> stream_;
  detail::SimilarityComparison<T, 1> comparison_;
};

}  // namespace crisp
