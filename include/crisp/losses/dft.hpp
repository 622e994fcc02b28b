// Differences of global amplitude and phase: the loss of StftLoss on one frame, the whole image.
#pragma once

#include "crisp/core/loss.hpp"
#include "crisp/losses/spectral_plane.hpp"
#include "crisp/spectral/options.hpp"

namespace crisp {

/// plane value = Σ_{u,v} W(u,v) D(X(u,v), Y(u,v)), or that divided by H W for Reduction::mean.
///
/// X and Y are the H x W Fourier transforms of prediction and target, after multiplication with the window, which is
/// rectangular by default. Options, kinks, weights, non-finite input and accuracy: as for StftLoss, of which this is one frame. Images of 2x2 pixels and
/// more, of any size; sizes with small prime factors are fastest.
///
/// Errors: OptionError for a weight that is not from 0 to 1e12, a negative gate, and a bias or square of a gate that is not finite
/// in T; ShapeError for an image under 2x2, and for quadrant_product under 4x4.
/// Cost: about three real Fourier transforms of the plane; a thread keeps about 8 H W real numbers.
/// Source: amplitude and phase differences of a Hann-windowed image as in D. Fuoli, L. Van Gool, R. Timofte, Fourier
/// space losses for efficient perceptual image super-resolution, ICCV 2021; the row "DFT+SSIM" of Dalal 2024.
template <typename T>
class DftLoss : public PlaneLoss<T> {
 public:
  static constexpr const char* name = "DftLoss";
  static constexpr bool takes_weights = true;

  using Workspace = detail::SpectralPlane<T>;

  explicit DftLoss(const DftOptions& options = {}) : options_(options) {
    detail::check_spectral_options<T>(options);
  }

  const DftOptions& options() const { return options_; }

  const DftLoss& swapped() const { return *this; }

  void check(Index height, Index width) const {
    if (height < 2 || width < 2) {
      detail::fail<ShapeError>("a Fourier loss needs images of at least 2x2 pixels, got ",
                               Size2(height, width));
    }
    frequency_weight(options_.frequency_weight, Size2(height, width), 0, 0);
  }
  void prepare(Workspace& workspace, Index height, Index width) const {
    const Size2 image(height, width);
    workspace.prepare(detail::to_spectral_options(options_), Frames(image, image, 1));
  }
  T plane(const PlanePair<T>& images, PlaneGradient<T> gradient, Workspace& workspace) const {
    return workspace.evaluate(images, gradient);
  }

 private:
  DftOptions options_;
};

}  // namespace crisp
