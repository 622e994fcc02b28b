// SIMD batches of complex numbers: real and imaginary parts apart.
#pragma once

#include <xsimd/xsimd.hpp>

namespace crisp::detail {

template <typename V>
struct ComplexBatch {
  V re;
  V im;
};

/// |x|²
template <typename V>
V square_of(const ComplexBatch<V>& x) {
  return xsimd::fma(x.re, x.re, x.im * x.im);
}

}  // namespace crisp::detail
