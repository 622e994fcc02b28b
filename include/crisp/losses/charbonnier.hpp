// Absolute error without its corner.
#pragma once

#include <cmath>
#include <xsimd/xsimd.hpp>

#include "crisp/core/loss.hpp"
#include "crisp/losses/packed_pixels.hpp"

namespace crisp {

/// How round CharbonnierLoss is at 0.
struct CharbonnierOptions {
  double epsilon = 1e-3;  ///< how far from 0 the corner is rounded, in units of a pixel; > 0
};

/// plane value = mean √(r² + ε²),  r = prediction - target
///
/// Weights: the weighted mean. Gradient: r / √(r² + ε²) / pixels; smooth everywhere. Equal images have the value ε.
/// Errors: OptionError unless epsilon is positive and finite, and its square a normal number of T.
/// Accuracy: value to 1e-12 relative in double, 1e-6 in float; the gradient to the last few bits.
/// Cost: one pass over the pixels, a square root and a division each.
/// Source: P. Charbonnier, L. Blanc-Féraud, G. Aubert, M. Barlaud, Two deterministic half-quadratic regularization
/// algorithms for computed imaging, ICIP 1994.
template <typename T>
class CharbonnierLoss : public PlaneLoss<T> {
 public:
  static constexpr const char* name = "CharbonnierLoss";
  static constexpr bool takes_weights = true;

  explicit CharbonnierLoss(const CharbonnierOptions& options = {}) : options_(options) {
    const T epsilon = static_cast<T>(options.epsilon);
    if (!(options.epsilon > 0) || !std::isnormal(epsilon * epsilon)) {
      detail::fail<OptionError>(
          "the epsilon of a Charbonnier loss must be positive, with a square that is a normal "
          "number, got ",
          options.epsilon);
    }
  }

  const CharbonnierOptions& options() const { return options_; }

  const CharbonnierLoss& swapped() const { return *this; }
  RowWindows row_windows(Index /*height*/, Index /*width*/) const { return RowWindows::pixels(); }
  T plane(const PlanePair<T>& images, PlaneGradient<T> gradient) const {
    using Pack = xsimd::batch<T>;
    const T epsilon = static_cast<T>(options_.epsilon);
    const Pack square(epsilon * epsilon);
    return detail::packed_pixel_mean(images, gradient, [&](const Pack& x, const Pack& y) {
      const Pack residual = x - y;
      const Pack root = xsimd::sqrt(residual * residual + square);
      return detail::PixelTerm<T>{root, residual / root};
    });
  }

 private:
  CharbonnierOptions options_;
};

}  // namespace crisp
