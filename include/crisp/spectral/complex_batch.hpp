// SIMD batches of complex numbers: real and imaginary parts apart in registers, side by side in memory.
#pragma once

#include <complex>
#include <cstddef>
#include <utility>
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

/// How complex numbers are taken apart and put together within each 16-byte lane of two registers of `size` real numbers,
/// `lane` of them in a lane: result i is number index(i) of both registers.
template <std::size_t size, std::size_t lane>
struct LaneShuffle {
  static constexpr std::size_t start(std::size_t i) { return i / lane * lane; }
  static constexpr std::size_t half = lane / 2;

  /// Real parts (imaginary ones, with part = 1) of the numbers in the first register, then in the second.
  static constexpr std::size_t split(std::size_t i, std::size_t part) {
    return i % lane < half ? start(i) + 2 * (i % lane) + part
                           : size + start(i) + 2 * (i % lane - half) + part;
  }
  /// The inverse: from real parts and imaginary ones, the first register (the second, with part = 1).
  static constexpr std::size_t join(std::size_t i, std::size_t part) {
    return i % 2 * size + start(i) + i % lane / 2 + part * half;
  }
};

template <typename Pack, std::size_t... i>
ComplexBatch<Pack> split_lanes(const Pack& first, const Pack& second, std::index_sequence<i...>) {
  using Shuffle = LaneShuffle<Pack::size, 16 / sizeof(typename Pack::value_type)>;
  return {Pack(__builtin_shufflevector(first.data, second.data, static_cast<int>(Shuffle::split(i, 0))...)),
          Pack(__builtin_shufflevector(first.data, second.data, static_cast<int>(Shuffle::split(i, 1))...))};
}
template <std::size_t part, typename Pack, std::size_t... i>
Pack join_lanes(const ComplexBatch<Pack>& x, std::index_sequence<i...>) {
  using Shuffle = LaneShuffle<Pack::size, 16 / sizeof(typename Pack::value_type)>;
  return Pack(__builtin_shufflevector(x.re.data, x.im.data, static_cast<int>(Shuffle::join(i, part))...));
}

/// The same as load_complex and store_complex, but with the numbers in an order of their own, and cheaper: wide registers
/// shuffle best within their 16-byte lanes. For all that does not ask which number is where.
template <typename T>
ComplexBatch<xsimd::batch<T>> load_complex_unordered(const std::complex<T>* from) {
  using Pack = xsimd::batch<T>;
  const T* const parts = reinterpret_cast<const T*>(from);
  return split_lanes(Pack::load_unaligned(parts), Pack::load_unaligned(parts + Pack::size),
                     std::make_index_sequence<Pack::size>());
}
template <typename T>
void store_complex_unordered(const ComplexBatch<xsimd::batch<T>>& x, std::complex<T>* to) {
  using Pack = xsimd::batch<T>;
  T* const parts = reinterpret_cast<T*>(to);
  join_lanes<0>(x, std::make_index_sequence<Pack::size>()).store_unaligned(parts);
  join_lanes<1>(x, std::make_index_sequence<Pack::size>()).store_unaligned(parts + Pack::size);
}

}  // namespace crisp::detail
