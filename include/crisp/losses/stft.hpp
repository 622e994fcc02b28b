// The loss of Dalal 2024: differences of local amplitude and local phase.
#pragma once

#include "crisp/core/loss.hpp"
#include "crisp/losses/spectral_plane.hpp"
#include "crisp/spectral/options.hpp"

namespace crisp {

/// plane value = Σ_{k,l,u,v} W(u,v) D(X(k,l,u,v), Y(k,l,u,v)), or that divided by K L n_y n_x for Reduction::mean.
///
/// X and Y are the short-time Fourier transforms of prediction and target (spectral/frames.hpp has the frames,
/// spectral/options.hpp the windows, weights W and distances D). The sum runs over the full n_y x n_x spectrum of
/// every frame. Every window of 2x2 pixels and more works, odd and prime sizes too, on images at least as large.
///
/// With the default window, periodic Hann, the first row and column of an image carry no weight: `padding` extends the
/// image by half a window on every side, so that with strides of at most half a window every pixel does. Pixels past
/// the last frame are not covered: their gradient is 0, and of their values only whether they are finite matters.
///
/// In a trainer: the defaults are the paper's, and do not train well by themselves. A sum over bins is a number in the
/// thousands, which drowns what stands beside it; raw Hann frames leave the border to chance, which becomes a rim of
/// speckles; and without a gate the phases of bins that hold next to nothing rule the gradient, and make gray shapes of what
/// is learned. A gate alone does not mend that: with a factor that is too large a VAE's latents collapse. Take `padding`,
/// Reduction::mean, and SpectralDistance::complex_modulus or a phase_weight of 0, as presets::crisp() does, which is a whole
/// loss. docs/choosing_a_loss.md has the trial behind this, and says how to find a factor.
///
/// Weights: each frame's sum is multiplied by the mean weight of its pixels inside the image over that of the plane; the
/// divisor of Reduction::mean stays. Frames without weight are left out, whatever they hold. Pixels of weight 0 in a
/// frame that counts take part in its spectrum (taking them out would put the mask's edge into it), so they must hold
/// something sensible, and have a gradient.
///
/// Gradient: the exact derivative. Kinks, with the subgradient taken: equal amplitudes (0 for the amplitude part);
/// equal phases (0 for the phase part); phases π apart (that of one side); a bin of the prediction that is 0 (0).
/// PhaseDistance::raw also jumps where one of the phases passes ±π.
/// Bins, and differences of bins, that are within rounding of 0 count as 0, and have the derivative 0; so have differences of amplitudes
/// and of phases that are. Black, flat and identical images have tame gradients, and identical ones value and gradient 0.
/// Rounding is five standard errors of the transform (eight for windows of less than 64 pixels),
/// about 2.5 ε √log2(n_y n_x) times the root mean square of the frame's bins without the mean of the plane, some three times that with
/// sides that have a prime factor above 7; in X - Y it is smaller than that by as much as the images are nearly equal. Under
/// hann_symmetric, which has something of a constant in every bin, it is 2 ε of the root mean square of the mean's bins more.
/// PhaseDistance::raw: a bin whose imaginary part is within rounding of 0 counts as real, so that of a negative one the phase is π, and
/// never -π, on its own mirror or not.
/// NaN or infinity gives a value that is not finite.
///
/// Errors: OptionError for a window under 2x2, a stride under 1x1, a weight that is not from 0 to 1e12, a negative gate, and a
/// bias or square of a gate that is not finite in T; ShapeError for an image smaller than the window, for one no larger than half
/// of it with padding, and for quadrant_product on windows under 4x4.
/// Accuracy: in double the value to 1e-12 relative and the gradient to 1e-10 of its largest entry. In float, against double on the same
/// pixels, photographs among them: complex_modulus, rectangular and squared_amplitude the value to 5e-7 relative; the gradient of
/// complex_modulus to 5e-5 of its root mean square, that of squared_amplitude to 1e-4. What mathematics forbids: a bin that is within
/// rounding of a kink may lie on its other side, of signs one in some 200 000, which alone makes 3e-3 of the root mean square of the
/// gradient of rectangular and of amplitudes (without these bins it is right to 2e-6 and 2e-5). The derivative of an amplitude
/// needs the phase, and that of a phase 1/|X|: a transform leaves about 1e-7 of a frame's root mean square in every bin, and a blurred
/// prediction has bins below that, up to a quarter of them on photographs that were blurred by a Gaussian of 1.5 pixels. Gradients of
/// amplitudes are then right to 0.7 of their root mean square, and phases are not, without a gate neither their value; with images that
/// have noise, or differ little from each other, amplitudes to 2e-6 and gated phases to 2e-6 (value) and 5e-3. Without a gate, a phase is
/// discontinuous at 0: a bin that is real, as some of every frame are, and within rounding of 0 may have the other one, which changes the
/// plane's value by up to λ π W.
/// Cost: about K L n_y n_x (log n_y + log n_x) per plane; a thread keeps about 3 W max(36, n_y/2 + 1) complex numbers.
/// Source: V. Dalal, Short-Time Fourier Transform for deblurring Variational Autoencoders, arXiv 2401.03166; phases
/// modulo 2π as in Fuoli et al. 2021; the gate and the cosine are crisp's own.
template <typename T>
class StftLoss : public PlaneLoss<T> {
 public:
  static constexpr const char* name = "StftLoss";
  static constexpr bool takes_weights = true;

  using Workspace = detail::SpectralPlane<T>;

  explicit StftLoss(const StftOptions& options = {}) : options_(options) {
    detail::check_spectral_options<T>(options);
    detail::check_frames(options.window, options.stride);
  }

  const StftOptions& options() const { return options_; }

  const StftLoss& swapped() const { return *this; }

  void check(Index height, Index width) const {
    frames(height, width);
    frequency_weight(options_.frequency_weight, options_.window, 0, 0);
  }
  void prepare(Workspace& workspace, Index height, Index width) const {
    workspace.prepare(options_, frames(height, width));
  }
  /// Padding belongs to the borders of the whole plane.
  RowWindows row_windows(Index /*height*/, Index /*width*/) const {
    if (options_.padding != Padding::none) return {};
    return {options_.window.height, options_.stride.height, options_.bin_reduction == Reduction::mean};
  }
  T plane(const PlanePair<T>& images, PlaneGradient<T> gradient, Workspace& workspace) const {
    return workspace.evaluate(images, gradient);
  }

 private:
  Frames frames(Index height, Index width) const {
    return Frames(Size2(height, width), options_.window, options_.stride, options_.padding);
  }

  StftOptions options_;
};

}  // namespace crisp
