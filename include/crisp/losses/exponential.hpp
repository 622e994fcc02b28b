// An exponential function of packs that takes any number.
#pragma once

#include <xsimd/xsimd.hpp>

namespace crisp::detail {

/// e^x; NaN stays NaN. xsimd's own converts a multiple of x to an integer, which is undefined for what no integer can
/// hold. Long before that, from ±1000 on, the result is 0 or infinity.
template <typename T>
xsimd::batch<T> exponential(const xsimd::batch<T>& x) {
  using Pack = xsimd::batch<T>;
  const Pack enough(T(1000));
  const Pack in_reach = xsimd::select(xsimd::abs(x) < enough, x, xsimd::copysign(enough, x));
  return xsimd::select(x == x, xsimd::exp(in_reach), x);
}

}  // namespace crisp::detail
