// Turns samples into lanes.
#pragma once

#include <array>
#include <cstddef>
#include <utility>
#include <xsimd/xsimd.hpp>

#include "crisp/core/images.hpp"
#include "crisp/spectral/butterfly.hpp"

namespace crisp::detail {

/// The numbers of two registers by turns, from the first half of each, or from the second.
template <bool second, typename Pack, std::size_t... i>
[[gnu::always_inline]] inline Pack alternate(const Pack& a, const Pack& b,
                                             std::index_sequence<i...> /*indices*/) {
  constexpr std::size_t start = second ? Pack::size / 2 : 0;
  return Pack(
      __builtin_shufflevector(a.data, b.data, static_cast<int>(start + i / 2 + i % 2 * Pack::size)...));
}

template <typename Pack>
using Square = std::array<Pack, Pack::size>;

/// Every row by turns with the one half a square further down.
template <typename Pack>
[[gnu::always_inline]] inline Square<Pack> alternate(const Square<Pack>& rows) {
  constexpr auto indices = std::make_index_sequence<Pack::size>();
  Square<Pack> result;
  unrolled<Pack::size / 2>([&](auto i) __attribute__((always_inline)) {
    result[2 * i] = alternate<false>(rows[i], rows[i + Pack::size / 2], indices);
    result[2 * i + 1] = alternate<true>(rows[i], rows[i + Pack::size / 2], indices);
  });
  return result;
}

/// to[j][i] = from[i][j], a square with the sides of a register. Any alignment; the two do not overlap.
// Each alternation moves every bit of a number's place, (row, lane), up by one, and the topmost to the bottom. After as many
// as a lane's number has bits, rows and lanes have changed places.
template <typename T>
void transpose(const T* from, Index from_stride, T* to, Index to_stride) {
  using Pack = xsimd::batch<T>;
  constexpr std::size_t size = Pack::size;
  Square<Pack> rows;
  unrolled<size>([&](auto i) __attribute__((always_inline)) {
    rows[i] = Pack::load_unaligned(from + static_cast<Index>(i) * from_stride);
  });
  if constexpr (size >= 2) rows = alternate(rows);
  if constexpr (size >= 4) rows = alternate(rows);
  if constexpr (size >= 8) rows = alternate(rows);
  if constexpr (size >= 16) rows = alternate(rows);
  unrolled<size>([&](auto i) __attribute__((always_inline)) {
    rows[i].store_unaligned(to + static_cast<Index>(i) * to_stride);
  });
}

}  // namespace crisp::detail
