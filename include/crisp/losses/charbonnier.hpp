// Absolute error without its corner.
#pragma once

#include <cmath>

#include "crisp/core/loss.hpp"

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
    const T epsilon = static_cast<T>(options_.epsilon);
    const auto residual = images.prediction - images.target;
    const auto root = (residual.square() + epsilon * epsilon).sqrt();
    return pixel_mean(images, root, residual / root, gradient);
  }

 private:
  CharbonnierOptions options_;
};

}  // namespace crisp
