// Squared error after deconvolution: what a blur took away weighs more.
#pragma once

#include <algorithm>
#include <cmath>
#include <complex>
#include <cstddef>
#include <vector>

#include "crisp/core/aligned.hpp"
#include "crisp/core/errors.hpp"
#include "crisp/core/loss.hpp"
#include "crisp/filters/gaussian.hpp"
#include "crisp/losses/wiener_options.hpp"
#include "crisp/spectral/complex_batch.hpp"
#include "crisp/spectral/frequency_weight.hpp"
#include "crisp/spectral/plane_spectrum.hpp"

namespace crisp {

namespace detail {

/// The outer product of a one-dimensional Gaussian window with itself.
template <typename T>
Eigen::Array<T, Eigen::Dynamic, Eigen::Dynamic> gaussian_kernel(Index size, double sigma) {
  const Taps<T> taps = gaussian_taps<T>(size, sigma);
  return taps.matrix() * taps.matrix().transpose();
}

/// |H|² on the half spectrum, [u][v], for the blur `kernel`: |K|² / (|K|² + C)².
template <typename T>
std::vector<T> wiener_power(const Eigen::Array<T, Eigen::Dynamic, Eigen::Dynamic>& kernel, T regularization,
                            const Size2& size) {
  PlaneSpectrum<T> spectrum(size);
  spectrum.plane().setZero();
  // Where the kernel lies is a matter of K's phase, and so of no consequence.
  spectrum.plane().topLeftCorner(kernel.rows(), kernel.cols()) = kernel;
  spectrum.forward();
  const T pixels = static_cast<T>(size.height * size.width);
  std::vector<T> power;
  for (Index bin = 0; bin < (size.height / 2 + 1) * size.width; ++bin) {
    const T blur = std::norm(spectrum.get(bin / size.width, bin % size.width)) *
                   pixels;  // |K|², the spectrum being of unit norm
    const T regularized = blur + regularization;
    power.push_back(blur / regularized / regularized);
  }
  return power;
}

}  // namespace detail

/// plane value = mean over pixels of (h ∗ r)²,   r = prediction - target
///             = mean over u, v of |H|² |R|²,    H = conj K / (|K|² + C)
///
/// ∗ is circular convolution, and h the Wiener filter that undoes a blur k where it can: K is the Fourier transform of
/// k, R that of r divided by √pixels, and C the regularization. What a blur by k would leave of a sharp residual is
/// penalised as the sharp one: the more k takes from a frequency, the more that weighs, down to |K| = √C, where |H| is
/// largest, 1/(2 √C). What k takes away altogether is not asked for: |H| falls to 0 with |K|. The default kernel, a
/// narrow Gaussian, leaves no frequency with less weight than the mean brightness.
///
/// As a likelihood, -log p(prediction | target) = pixels/2 (value - log_determinant + log 2π) for residuals that are
/// Gaussian with the precision matrix HᵀH. For a kernel that stays the same log_determinant is a constant.
///
/// Weights change nothing, being relative within a plane, which is compared as a whole. But a plane without weight is left out, whatever
/// it holds; else pixels of weight 0 take part, must hold something sensible, and have a gradient.
/// Gradient: 2 hᵀ ∗ h ∗ r / pixels, smooth everywhere. Non-finite input: a value that is not finite.
/// Errors: OptionError for options out of range; ShapeError for images smaller than the kernel.
/// Accuracy: in double the value to 1e-12 relative and the gradient to 1e-10 of its largest entry; in float to 1e-5
/// and 1e-5.
/// Cost: two real Fourier transforms of the plane, one for the value alone. Memory a thread: about 5 numbers a pixel.
/// Source: G. Bredell, K. Flouris, K. Chaitanya, E. Erdil, E. Konukoglu, Explicitly minimizing the blur error of
/// variational autoencoders, ICLR 2023, arXiv 2304.05939. There a network finds a kernel for every image, and the log
/// determinant, which then varies, is part of the loss; here the kernel is given.
template <typename T>
class WienerLoss : public PlaneLoss<T> {
 public:
  static constexpr const char* name = "WienerLoss";
  static constexpr bool takes_weights = true;

  struct Workspace {
    detail::PlaneSpectrum<T> spectrum;
    detail::AlignedVector<T> bin_weights;  // |H|² / pixels, twice that where a bin stands for two
    Eigen::ArrayXXd kernel;                // what these were made with
    double regularization = 0;
  };

  explicit WienerLoss(const WienerOptions& options = {})
      : options_(checked(options)), kernel_(options.kernel) {
    if (kernel_.size() == 0) kernel_ = detail::gaussian_kernel<double>(options.kernel_size, options.sigma);
  }

  const WienerOptions& options() const { return options_; }

  /// The blur k, [row, column].
  const Eigen::ArrayXXd& kernel() const { return kernel_; }

  const WienerLoss& swapped() const { return *this; }

  /// Mean over u, v of log |H|²: for images of that size, the log determinant of HᵀH divided by the pixels. Very
  /// negative, or -infinity, if K is 0 somewhere. Throws ShapeError for a size smaller than the kernel. Cost: a Fourier transform.
  double log_determinant(Index height, Index width) const {
    check(height, width);
    const Size2 size(height, width);
    const auto power = detail::wiener_power<double>(kernel_, options_.regularization, size);
    const auto counts = half_spectrum_weights<double>(FrequencyWeight::uniform, size, 1 / pixels(size));
    double sum = 0;
    for (std::size_t bin = 0; bin < counts.size(); ++bin) sum += counts[bin] * std::log(power[bin]);
    return sum;
  }

  void check(Index height, Index width) const {
    if (height < kernel_.rows() || width < kernel_.cols()) {
      detail::fail<ShapeError>("a Wiener loss with a kernel of ", kernel_.rows(), " x ", kernel_.cols(),
                               " needs images at least that large, got height ", height, " and width ",
                               width);
    }
  }

  void prepare(Workspace& workspace, Index height, Index width) const {
    const Size2 size(height, width);
    if (workspace.spectrum.size() == size && workspace.regularization == options_.regularization &&
        same(workspace.kernel, kernel_)) {
      return;
    }
    workspace.regularization = 0;
    workspace.spectrum = detail::PlaneSpectrum<T>(size);
    const auto power = detail::wiener_power<double>(kernel_, options_.regularization, size);
    auto counts = half_spectrum_weights<double>(FrequencyWeight::uniform, size, 1 / pixels(size));
    for (std::size_t bin = 0; bin < counts.size(); ++bin) counts[bin] *= power[bin];
    workspace.bin_weights = workspace.spectrum.in_packs(counts);
    workspace.kernel = kernel_;
    workspace.regularization = options_.regularization;
  }

  T plane(const PlanePair<T>& images, PlaneGradient<T> gradient, Workspace& workspace) const {
    if (images.weighted() && !(images.weights > T(0)).any()) return 0;
    workspace.spectrum.plane() = images.prediction - images.target;
    workspace.spectrum.forward();
    if (!gradient) return static_cast<T>(weigh<false>(workspace));
    const double value = weigh<true>(workspace);
    workspace.spectrum.adjoint();
    gradient.add(workspace.spectrum.plane());
    return static_cast<T>(value);
  }

 private:
  using Pack = xsimd::batch<T>;

  static double pixels(const Size2& size) { return static_cast<double>(size.height * size.width); }

  static bool same(const Eigen::ArrayXXd& a, const Eigen::ArrayXXd& b) {
    return a.rows() == b.rows() && a.cols() == b.cols() &&
           std::equal(a.data(), a.data() + a.size(), b.data());
  }

  /// Σ |H|² |R|² / pixels over the bins; with a gradient, these become 2 |H|² R / pixels.
  template <bool with_gradient>
  static double weigh(Workspace& workspace) {
    return workspace.spectrum.sum([&](detail::ComplexBatch<Pack>& r, Index pack) {
      const Pack weight = Pack::load_aligned(workspace.bin_weights.data() + pack);
      const Pack value = weight * detail::square_of(r);
      if constexpr (with_gradient) {
        const Pack twice = weight + weight;
        r = {twice * r.re, twice * r.im};
      }
      return value;
    });
  }

  static const WienerOptions& checked(const WienerOptions& options) {
    constexpr double least = 1e-20;  // bins are multiplied by up to 1 / 4C, which must not overflow
    if (!(options.regularization >= least) || !std::isfinite(static_cast<T>(options.regularization))) {
      detail::fail<OptionError>("the regularization of a Wiener loss must be at least ", least,
                                " and finite in its scalar, got ", options.regularization);
    }
    const Eigen::ArrayXXd& kernel = options.kernel;
    if (kernel.size() > 0) {
      const double bound = kernel.abs().sum();  // of |K|
      if (!(bound > 0) || !std::isfinite(bound * bound)) {
        detail::fail<OptionError>(
            "the kernel of a Wiener loss must be finite, squares too, and not 0 everywhere, got\n", kernel);
      }
      return options;
    }
    constexpr Index largest = 1024;
    if (options.kernel_size < 1 || options.kernel_size > largest) {
      detail::fail<OptionError>("the kernel_size of a Wiener loss must be from 1 to ", largest, ", got ",
                                options.kernel_size);
    }
    if (!(options.sigma > 0) || !std::isfinite(options.sigma)) {
      detail::fail<OptionError>("the sigma of a Wiener loss must be positive and finite, got ",
                                options.sigma);
    }
    return options;
  }

  WienerOptions options_;
  Eigen::ArrayXXd kernel_;
};

}  // namespace crisp
