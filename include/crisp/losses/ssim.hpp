// Structural similarity.
//
// With s = x + y and d = x - y, E the window's weighted mean, f = 1 - SSIM and m its mean over the windows:
//
//   forward   s, d, s², d² filtered by E;  σs² = E[s²] - E[s]², σd² = E[d²] - E[d]²;  then f, window by
//   window backward  ∂m/∂x = Eᵀ[a] + s Eᵀ[b] + d Eᵀ[c],  b = 2 ∂f/∂σs², c = 2 ∂f/∂σd²,
//             a = ∂f/∂μs + ∂f/∂μd - b E[s] - c E[d]   (all over the number of windows)
//
// so four maps go forward and three back, where x, y, x², y², xy would take five. All of it streams over the
// rows of a plane: as soon as n rows have come in, a row of windows is compared, and a row of the gradient
// leaves.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>

#include "crisp/core/aligned.hpp"
#include "crisp/core/errors.hpp"
#include "crisp/core/loss.hpp"
#include "crisp/filters/gaussian.hpp"
#include "crisp/filters/symmetric_sum.hpp"

namespace crisp {

/// What SsimLoss and the SSIM metric measure with.
struct SsimOptions {
  double data_range = 1;  ///< largest pixel value minus smallest: 1, or 255 for bytes; > 0
  Index window = 11;      ///< side of the square window, in pixels; >= 1, odd or even
  double sigma = 1.5;     ///< of the Gaussian window, in pixels; > 0
  double k1 = 0.01;       ///< C1 = (k1 data_range)², keeps dark areas finite; >= 0
  double k2 = 0.03;       ///< C2 = (k2 data_range)², keeps flat areas finite; >= 0
};

namespace detail {

/// 1 - SSIM of some windows at once, and its derivative with respect to the statistics.
///
/// In the sum s = x + y and the difference d = x - y, SSIM = (1 - p)(1 - q), with
///
///   p = 2 μd² / (μs² + μd² + 2 C1),  q = 2 σd² / (σs² + σd² + 2 C2),
///
/// so 1 - SSIM = p + q - p q. Nothing cancels: it is exactly 0 for equal images, and never negative. Where a
/// denominator is 0 (possible only if C is) so is its numerator, and the ratio counts as 0.
template <typename T>
struct Dissimilarity {
  Batch<T> value;
  Batch<T> by_sum_mean, by_difference_mean;          // ∂ / ∂μs, ∂ / ∂μd
  Batch<T> by_sum_variance, by_difference_variance;  // ∂ / ∂σs², ∂ / ∂σd²

  Dissimilarity(Batch<T> sum_mean, Batch<T> difference_mean, Batch<T> sum_variance,
                Batch<T> difference_variance, T c1, T c2) {
    const Batch<T> zero(T(0)), one(T(1)), two(T(2)), smallest(std::numeric_limits<T>::min());
    const auto inverse = [&](Batch<T> x) { return xsimd::select(x >= smallest, one / x, zero); };
    const Batch<T> u = inverse(sum_mean * sum_mean + difference_mean * difference_mean + Batch<T>(2 * c1));
    const Batch<T> v = inverse(sum_variance + difference_variance + Batch<T>(2 * c2));
    const Batch<T> p = two * difference_mean * difference_mean * u;
    const Batch<T> q = two * difference_variance * v;
    value = p + q - p * q;

    const Batch<T> by_p = (one - q) * u * two;
    by_sum_mean = -(by_p * p * sum_mean);
    by_difference_mean = by_p * (two - p) * difference_mean;
    const Batch<T> by_q = (one - p) * v;
    by_sum_variance = -(by_q * q);
    by_difference_variance = by_q * (two - q);
  }
};

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
/// Gradient: exact; smooth everywhere if k1, k2 > 0. If one is 0, the factor it belongs to is 0/0 where both
/// means (k1) or both variances (k2) are 0, and counts there as 1 with gradient 0.
/// Non-finite input: the value of the plane is NaN.
///
/// Accuracy: in double, value to 1e-12 relative and gradient to 1e-10 of its largest entry. In float, against
/// double on the same pixels, however bright: value to 3e-7 relative and gradient to 2e-6 of its largest
/// entry on textured planes, nearly equal ones too; 2e-6 and 5e-5 where flat areas in a plane lie one
/// data_range apart in brightness, 500 times that where they lie ten apart. (A plane's mean is subtracted
/// from its pixels first, which changes no variance; what is left of the cancellation in E[s²] - E[s]² is
/// small beside C2.)
///
/// Cost: 14 passes of a symmetric filter with `window` taps, fused row by row; 8 for the value alone. Memory
/// a thread: at most 3 `window` rows of 7 maps, and a few rows more.
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

  /// What one thread keeps from plane to plane.
  struct Workspace {
    detail::RowWindow<T> moments;   // rows of s, d, s² and d², side by side
    detail::RowWindow<T> adjoints;  // rows of the three derivative maps, filtered along the row
    detail::AlignedVector<T> derivatives;
    detail::AlignedVector<T> down, along;  // rows filtered down the columns, and along; scratch in between
  };

  explicit SsimLoss(const SsimOptions& options = {})
      : options_(checked(options)),
        taps_(gaussian_taps<T>(options.window, options.sigma)),
        c1_(static_cast<T>(std::pow(options.k1 * options.data_range, 2))),
        c2_(static_cast<T>(std::pow(options.k2 * options.data_range, 2))) {}

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
    const Index n = taps_.size();
    const Index stride = detail::padded<T>(width);
    const Index adjoint_length = detail::padded_to_blocks<T>(3 * stride);
    if (workspace.moments.fits(n, height, 4 * stride) &&
        workspace.adjoints.fits(n, height + n - 1, adjoint_length)) {
      return;
    }

    const auto shifted = static_cast<std::size_t>(4 * stride + n - 1);  // rows are read up to n-1 pixels on
    workspace.down.assign(shifted, T(0));
    workspace.along.assign(shifted, T(0));
    workspace.derivatives.assign(shifted, T(0));
    // Last, since they say whether all of it fits, should an allocation fail.
    workspace.moments.resize(n, height, 4 * stride);
    workspace.adjoints.resize(n, height + n - 1, adjoint_length);
  }

  T plane(const PlanePair<T>& images, PlaneGradient<T> gradient, Workspace& workspace) const {
    return gradient ? stream<true>(images, gradient, workspace) : stream<false>(images, gradient, workspace);
  }

  /// The mean SSIM of a plane pair, for metrics. The workspace is prepared for the shape.
  T mean_ssim(const PlanePair<T>& images, Workspace& workspace) const {
    return 1 - stream<false>(images, {}, workspace);
  }

 private:
  using Batch = detail::Batch<T>;

  /// Where things lie, and what is subtracted from the pixels.
  struct Geometry {
    Index width;
    Index stride;  // from one map to the next in a row of several
    Index valid_height;
    Index valid_width;
    T prediction_centre;
    T target_centre;
  };

  template <bool with_gradient>
  T stream(const PlanePair<T>& images, const PlaneGradient<T>& gradient, Workspace& workspace) const {
    const Index height = images.prediction.rows();
    const Index width = images.prediction.cols();
    const Index n = taps_.size();
    const Geometry geometry{width,         detail::padded<T>(width),      height - n + 1,
                            width - n + 1, plane_mean(images.prediction), plane_mean(images.target)};
    const T scale = gradient.scale() / static_cast<T>(geometry.valid_height * geometry.valid_width);
    workspace.moments.start();
    if constexpr (with_gradient) workspace.adjoints.start_with_zeros();
    double sum = 0;
    for (Index row = 0; row < height; ++row) {
      append_moments(images, row, geometry, workspace);
      if (row + 1 < n) continue;
      workspace.moments.filter(taps_, workspace.down.data());
      detail::symmetric_sum(taps_, workspace.down.data(), 1, 4 * geometry.stride, workspace.along.data());
      sum += compare<with_gradient>(geometry, workspace);
      if constexpr (with_gradient) {
        detail::symmetric_sum(taps_, workspace.derivatives.data(), 1, workspace.adjoints.length(),
                              workspace.adjoints.push());
        add_gradient(workspace.moments.oldest(), geometry, gradient.plane().row(row + 1 - n), scale,
                     workspace);
      }
    }
    if constexpr (with_gradient) {
      for (Index row = geometry.valid_height; row < height; ++row) {
        workspace.adjoints.push_zeros();
        add_gradient(workspace.moments.oldest() + (row + 1 - geometry.valid_height) * 4 * geometry.stride,
                     geometry, gradient.plane().row(row), scale, workspace);
      }
    }
    return static_cast<T>(sum / static_cast<double>(geometry.valid_height * geometry.valid_width));
  }

  void append_moments(const PlanePair<T>& images, Index row, const Geometry& geometry,
                      Workspace& workspace) const {
    const Index stride = geometry.stride;
    T* const x_row = workspace.down.data();
    T* const y_row = workspace.along.data();
    std::copy_n(images.prediction.data() + row * geometry.width, geometry.width, x_row);
    std::copy_n(images.target.data() + row * geometry.width, geometry.width, y_row);
    const Batch x_centre(geometry.prediction_centre);
    const Batch y_centre(geometry.target_centre);
    const Batch d_centre = x_centre - y_centre;
    T* const moments = workspace.moments.push();
    for (Index i = 0; i < stride; i += detail::lanes<T>) {
      const Batch x = Batch::load_unaligned(x_row + i);
      const Batch y = Batch::load_unaligned(y_row + i);
      const Batch s = (x - x_centre) + (y - y_centre);
      const Batch d = (x - y) - d_centre;  // in this order: x - y is exact for pixels that are alike
      s.store_unaligned(moments + i);
      d.store_unaligned(moments + stride + i);
      (s * s).store_unaligned(moments + 2 * stride + i);
      (d * d).store_unaligned(moments + 3 * stride + i);
    }
  }

  template <bool with_gradient>
  double compare(const Geometry& geometry, Workspace& workspace) const {
    const Index stride = geometry.stride;
    const Index valid_width = geometry.valid_width;
    const T* const along = workspace.along.data();
    T* const value = workspace.down.data();
    T* const derivatives = workspace.derivatives.data() + taps_.size() - 1;
    const Batch sum_centre(geometry.prediction_centre + geometry.target_centre);
    const Batch difference_centre(geometry.prediction_centre - geometry.target_centre);
    const Batch zero(T(0)), two(T(2));
    for (Index i = 0; i < valid_width; i += detail::lanes<T>) {
      const Batch sum_mean = Batch::load_unaligned(along + i);
      const Batch difference_mean = Batch::load_unaligned(along + stride + i);
      const Batch sum_square = Batch::load_unaligned(along + 2 * stride + i);
      const Batch difference_square = Batch::load_unaligned(along + 3 * stride + i);
      const detail::Dissimilarity<T> window(
          sum_mean + sum_centre, difference_mean + difference_centre,
          xsimd::max(sum_square - sum_mean * sum_mean, zero),
          xsimd::max(difference_square - difference_mean * difference_mean, zero), c1_, c2_);
      window.value.store_unaligned(value + i);
      if constexpr (with_gradient) {
        const Batch by_sum_square = two * window.by_sum_variance;
        const Batch by_difference_square = two * window.by_difference_variance;
        (window.by_sum_mean + window.by_difference_mean - by_sum_square * sum_mean -
         by_difference_square * difference_mean)
            .store_unaligned(derivatives + i);
        by_sum_square.store_unaligned(derivatives + stride + i);
        by_difference_square.store_unaligned(derivatives + 2 * stride + i);
      }
    }
    if constexpr (with_gradient) {
      const Index excess = stride - valid_width;  // a wider image may have left its own there
      for (Index map = 0; map < 3; ++map) std::fill_n(derivatives + map * stride + valid_width, excess, T(0));
    }
    return static_cast<double>(row_at(value, valid_width).sum());
  }

  template <typename Row>
  void add_gradient(const T* moments, const Geometry& geometry, Row&& gradient, T scale,
                    Workspace& workspace) const {
    const Index stride = geometry.stride;
    T* const down = workspace.down.data();
    workspace.adjoints.filter(taps_, down);
    for (Index i = 0; i < stride; i += detail::lanes<T>) {
      const Batch s = Batch::load_unaligned(moments + i);
      const Batch d = Batch::load_unaligned(moments + stride + i);
      const Batch total = xsimd::fma(
          d, Batch::load_unaligned(down + 2 * stride + i),
          xsimd::fma(s, Batch::load_unaligned(down + stride + i), Batch::load_unaligned(down + i)));
      (Batch(scale) * total).store_unaligned(down + i);
    }
    gradient += row_at(down, geometry.width);
  }

  static MutablePlane<T> row_at(T* data, Index width) { return {data, 1, width}; }

  static const SsimOptions& checked(const SsimOptions& options) {
    if (!(options.data_range > 0) || !std::isfinite(options.data_range)) {
      detail::fail<OptionError>("the data_range of SSIM must be positive and finite, got ",
                                options.data_range);
    }
    if (options.window < 1) {
      detail::fail<OptionError>("the window of SSIM must be at least 1 pixel, got ", options.window);
    }
    if (!(options.sigma > 0) || !std::isfinite(options.sigma)) {
      detail::fail<OptionError>("the sigma of SSIM must be positive and finite, got ", options.sigma);
    }
    if (!(options.k1 >= 0) || !std::isfinite(options.k1) || !(options.k2 >= 0) ||
        !std::isfinite(options.k2)) {
      detail::fail<OptionError>("k1 and k2 of SSIM must be finite and at least 0, got k1 ", options.k1,
                                " and k2 ", options.k2);
    }
    return options;
  }

  SsimOptions options_;
  Taps<T> taps_;
  T c1_;
  T c2_;
};

}  // namespace crisp
