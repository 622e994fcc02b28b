// Mean absolute error.
#pragma once

#include <xsimd/xsimd.hpp>

#include "crisp/core/loss.hpp"
#include "crisp/losses/packed_pixels.hpp"

namespace crisp {

/// plane value = mean |prediction - target|
///
/// Weights: the weighted mean. Gradient: sign(prediction - target) / pixels; 0 where they are equal, the kink's
/// subgradient.
/// Accuracy: value to 1e-12 relative in double, 1e-6 in float; the gradient is exact to the last bit or two.
/// Cost: one pass over the pixels.
template <typename T>
struct L1Loss : PlaneLoss<T> {
  static constexpr const char* name = "L1Loss";
  static constexpr bool takes_weights = true;

  const L1Loss& swapped() const { return *this; }
  RowWindows row_windows(Index /*height*/, Index /*width*/) const { return RowWindows::pixels(); }
  T plane(const PlanePair<T>& images, PlaneGradient<T> gradient) const {
    using Pack = xsimd::batch<T>;
    return detail::packed_pixel_mean(images, gradient, [](const Pack& x, const Pack& y) {
      const Pack residual = x - y;
      const Pack sign =
          xsimd::select(residual == Pack(T(0)), Pack(T(0)), xsimd::copysign(Pack(T(1)), residual));
      return detail::PixelTerm<T>{xsimd::abs(residual), sign};
    });
  }
};

}  // namespace crisp
