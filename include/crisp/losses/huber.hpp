// Squared error for small residuals, absolute for large ones.
#pragma once

#include <cmath>
#include <xsimd/xsimd.hpp>

#include "crisp/core/loss.hpp"
#include "crisp/losses/packed_pixels.hpp"

namespace crisp {

/// Where HuberLoss turns from squares to absolute values.
struct HuberOptions {
  double delta = 1;  ///< where squared turns into absolute, in units of a pixel; > 0
};

/// plane value = mean of  ½ r²  where |r| <= δ,  δ (|r| - ½ δ)  elsewhere;  r = prediction - target
///
/// Weights: the weighted mean. Gradient: r / pixels, cut to [-δ, δ] / pixels; continuous everywhere, with corners at
/// ±δ.
/// Errors: OptionError unless delta is positive and a normal number of T.
/// Accuracy: value to 1e-12 relative in double, 1e-6 in float; the gradient to the last bit or two.
/// Cost: one pass over the pixels.
/// Source: P. J. Huber, Robust estimation of a location parameter, 1964. It equals torch.nn.HuberLoss.
template <typename T>
class HuberLoss : public PlaneLoss<T> {
 public:
  static constexpr const char* name = "HuberLoss";
  static constexpr bool takes_weights = true;

  explicit HuberLoss(const HuberOptions& options = {}) : options_(options) {
    if (!(options.delta > 0) || !std::isnormal(static_cast<T>(options.delta))) {
      detail::fail<OptionError>("the delta of a Huber loss must be positive and a normal number, got ",
                                options.delta);
    }
  }

  const HuberOptions& options() const { return options_; }

  const HuberLoss& swapped() const { return *this; }
  RowWindows row_windows(Index /*height*/, Index /*width*/) const { return RowWindows::pixels(); }
  T plane(const PlanePair<T>& images, PlaneGradient<T> gradient) const {
    using Pack = xsimd::batch<T>;
    const Pack delta(static_cast<T>(options_.delta));
    return detail::packed_pixel_mean(images, gradient, [&](const Pack& x, const Pack& y) {
      const Pack residual = x - y;
      // With the residual r cut to c, both branches are c (r - c/2). The cut may drop a NaN; r does not.
      const Pack cut = xsimd::min(xsimd::max(residual, -delta), delta);
      return detail::PixelTerm<T>{cut * (residual - Pack(T(0.5)) * cut), cut};
    });
  }

 private:
  HuberOptions options_;
};

}  // namespace crisp
