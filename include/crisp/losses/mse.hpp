// Mean squared error.
#pragma once

#include <xsimd/xsimd.hpp>

#include "crisp/core/loss.hpp"
#include "crisp/losses/packed_pixels.hpp"

namespace crisp {

/// plane value = mean (prediction - target)²
///
/// Weights: the weighted mean. Gradient: 2 (prediction - target) / pixels; smooth everywhere.
/// Accuracy: value to 1e-12 relative in double, 1e-6 in float; the gradient to the last bit or two.
/// Cost: one pass over the pixels.
template <typename T>
struct MseLoss : PlaneLoss<T> {
  static constexpr const char* name = "MseLoss";
  static constexpr bool takes_weights = true;

  const MseLoss& swapped() const { return *this; }
  RowWindows row_windows(Index /*height*/, Index /*width*/) const { return RowWindows::pixels(); }
  T plane(const PlanePair<T>& images, PlaneGradient<T> gradient) const {
    using Pack = xsimd::batch<T>;
    return detail::packed_pixel_mean(images, gradient, [](const Pack& x, const Pack& y) {
      const Pack residual = x - y;
      return detail::PixelTerm<T>{residual * residual, residual + residual};
    });
  }
};

}  // namespace crisp
