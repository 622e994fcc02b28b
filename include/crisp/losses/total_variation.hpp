// Total variation: how much neighbouring pixels of the prediction differ.
#pragma once

#include <cmath>

#include "crisp/core/loss.hpp"

namespace crisp {

/// What is summed over the pixels, of the steps dy and dx to the pixel below and to the pixel on the right.
enum class VariationNorm {
  anisotropic,  ///< |dy| + |dx|
  isotropic,    ///< √(dy² + dx²): edges cost the same in every direction
  squared,      ///< dy² + dx²
};

/// What TotalVariationLoss sums.
struct TotalVariationOptions {
  VariationNorm norm = VariationNorm::anisotropic;
};

/// plane value = Σ_pixels norm(dy, dx) / pixels,  dy(y, x) = f(y+1, x) - f(y, x),  dx(y, x) = f(y, x+1) - f(y, x)
///
/// with f the prediction; the target is not looked at. A step across the border is 0. A regulariser: it removes noise,
/// and with enough weight detail too.
///
/// Weights: a step is multiplied by the geometric mean √(w_1 w_2) of its two pixels' weights (of squared, its square
/// is), and the sum divided by Σ w instead of by the number of pixels. Steps from or to a pixel of weight 0 are left
/// out.
/// Gradient: of anisotropic, the signs of the steps; of isotropic, d/√(dy² + dx²). Kinks where a step is 0 (isotropic:
/// where both are), with subgradient 0. With respect to the target it is 0.
/// Accuracy: value to 1e-12 relative in double, 1e-6 in float; gradient to 1e-10 and 1e-5 of its largest entry.
/// Non-finite input: a value that is not finite. Cost: one pass over the pixels.
/// Source: L. Rudin, S. Osher, E. Fatemi, Nonlinear total variation based noise removal algorithms, 1992.
template <typename T>
class TotalVariationLoss : public PlaneLoss<T> {
 public:
  static constexpr const char* name = "TotalVariationLoss";
  static constexpr bool takes_weights = true;

  explicit TotalVariationLoss(const TotalVariationOptions& options = {}) : options_(options) {}

  const TotalVariationOptions& options() const { return options_; }

  /// The total variation of the second image, the first not being looked at.
  TotalVariationLoss swapped() const {
    TotalVariationLoss loss(options_);
    loss.of_target_ = !of_target_;
    return loss;
  }

  T plane(const PlanePair<T>& images, PlaneGradient<T> gradient) const {
    const Plane<T>& image = of_target_ ? images.target : images.prediction;
    // Weights as shares of the largest, so that their scale can do no harm.
    const T largest = images.weighted() ? images.weights.maxCoeff() : T(1);
    if (largest == T(0)) return 0;
    const auto mean_share = images.weighted() ? static_cast<double>(plane_mean(images.weights / largest)) : 1;
    const double total_weight = mean_share * static_cast<double>(image.size());
    const T scale = static_cast<T>(static_cast<double>(gradient.scale()) / total_weight);
    const bool wanted = gradient && !of_target_;
    double sum = 0;
    for (Index y = 0; y < image.rows(); ++y) {
      double row_sum = 0;
      for (Index x = 0; x < image.cols(); ++x) {
        const Step down = step(images, image, largest, y, x, y + 1, x);
        const Step right = step(images, image, largest, y, x, y, x + 1);
        const Slopes slopes = slopes_of(down, right);
        row_sum += static_cast<double>(slopes.value);
        // A pixel without a neighbour to differ from must be finite too.
        if (!images.weighted() || images.weights(y, x) > T(0))
          row_sum += 0 * static_cast<double>(image(y, x));
        if (!wanted) continue;
        MutablePlane<T> to = gradient.plane();
        to(y, x) -= scale * (slopes.down + slopes.right);
        if (y + 1 < image.rows()) to(y + 1, x) += scale * slopes.down;
        if (x + 1 < image.cols()) to(y, x + 1) += scale * slopes.right;
      }
      sum += row_sum;
    }
    return static_cast<T>(sum / total_weight);
  }

 private:
  /// From one pixel to a neighbour.
  struct Step {
    T difference = 0;
    T weight = 0;
  };
  /// What a pixel adds to the sum, and its derivatives with respect to the steps.
  struct Slopes {
    T value;
    T down;
    T right;
  };

  static Step step(const PlanePair<T>& images, const Plane<T>& image, T largest, Index y, Index x, Index to_y,
                   Index to_x) {
    if (to_y >= image.rows() || to_x >= image.cols()) return {};
    const T weight = images.weighted() ? std::sqrt(images.weights(y, x) / largest) *
                                             std::sqrt(images.weights(to_y, to_x) / largest)
                                       : T(1);
    if (weight == T(0)) return {};
    return {image(to_y, to_x) - image(y, x), weight};
  }

  Slopes slopes_of(const Step& down, const Step& right) const {
    const auto sign = [](T x) { return static_cast<T>((x > 0) - (x < 0)); };
    switch (options_.norm) {
      case VariationNorm::isotropic: {
        const T weighted_down = down.weight * down.difference;
        const T weighted_right = right.weight * right.difference;
        const T root = std::hypot(weighted_down, weighted_right);
        if (root == T(0)) return {0, 0, 0};
        return {root, down.weight * (weighted_down / root), right.weight * (weighted_right / root)};
      }
      case VariationNorm::squared:
        return {down.weight * down.difference * down.difference +
                    right.weight * right.difference * right.difference,
                2 * down.weight * down.difference, 2 * right.weight * right.difference};
      case VariationNorm::anisotropic:
        break;
    }
    return {down.weight * std::abs(down.difference) + right.weight * std::abs(right.difference),
            down.weight * sign(down.difference), right.weight * sign(right.difference)};
  }

  TotalVariationOptions options_;
  bool of_target_ = false;
};

}  // namespace crisp
