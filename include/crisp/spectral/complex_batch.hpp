// SIMD batches of complex numbers: real and imaginary parts apart in registers, side by side in memory.
#pragma once

#include <complex>
#include <xsimd/xsimd.hpp>

#include "crisp/core/images.hpp"

namespace crisp::detail {

template <typename V>
struct ComplexBatch {
  V re;
  V im;
};

/// |x|²
template <typename V>
V square_of(const ComplexBatch<V>& x) {
  return x.re * x.re + x.im * x.im;
}

// xsimd 8 builds its AVX registers from halves of ones not yet set, which GCC takes for a mistake.
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#pragma GCC diagnostic ignored "-Wuninitialized"
#endif

template <typename T>
ComplexBatch<xsimd::batch<T>> load_complex(const std::complex<T>* from) {
  const auto loaded = xsimd::batch<std::complex<T>>::load_unaligned(from);
  return {loaded.real(), loaded.imag()};
}

#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic pop
#endif

template <typename T>
void store_complex(const ComplexBatch<xsimd::batch<T>>& x, std::complex<T>* to) {
  xsimd::batch<std::complex<T>>(x.re, x.im).store_unaligned(to);
}

/// out = factor (re + i im), over `count` real numbers of each.
template <typename T>
void interleave(const T* re, const T* im, T factor, Index count, std::complex<T>* out) {
  using Pack = xsimd::batch<T>;
  constexpr auto pack = static_cast<Index>(Pack::size);
  const auto pack_at = [&](Index i) {
    store_complex({factor * Pack::load_unaligned(re + i), factor * Pack::load_unaligned(im + i)}, out + i);
  };
  if (count < pack) {
    for (Index i = 0; i < count; ++i) out[i] = {factor * re[i], factor * im[i]};
    return;
  }
  for (Index i = 0; i + pack <= count; i += pack) pack_at(i);
  if (count % pack != 0) pack_at(count - pack);
}

}  // namespace crisp::detail
