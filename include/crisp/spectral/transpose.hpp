// Turns samples into lanes.
//
// The place of a number in a square of registers is a few bits: those of its row, and those of its lane. To transpose is to
// exchange them. Two instructions of one register each do that for a pair of rows, and for a bit of both at a time:
//   interleave   within 16 bytes: the bit of the row becomes the lowest of the lane, the others move up, and the topmost
//                of the 16 bytes becomes that of the row;
//   exchange     above these: a bit of the row and one of the lane change places.
#pragma once

#include <array>
#include <cstddef>
#include <utility>
#include <xsimd/xsimd.hpp>

#include "crisp/core/compiler.hpp"
#include "crisp/core/images.hpp"
#include "crisp/spectral/butterfly.hpp"

namespace crisp::detail {

template <typename Pack>
using Square = std::array<Pack, Pack::size>;

/// How many numbers 16 bytes hold: no more than a register.
template <typename Pack>
inline constexpr std::size_t numbers_of_16_bytes = 16 / sizeof(typename Pack::value_type);

/// Those numbers of a and b that are named; b's come after a's.
template <std::size_t... which, typename Pack>
CRISP_ALWAYS_INLINE Pack shuffled(const Pack& a, const Pack& b) {
#ifdef CRISP_HAS_SHUFFLEVECTOR
  return Pack(__builtin_shufflevector(a.data, b.data, static_cast<int>(which)...));
#else
  std::array<typename Pack::value_type, 2 * Pack::size> numbers;
  a.store_unaligned(numbers.data());
  b.store_unaligned(numbers.data() + Pack::size);
  const std::array<typename Pack::value_type, Pack::size> row{numbers[which]...};
  return Pack::load_unaligned(row.data());
#endif
}

/// The numbers of a and b by turns, from the lower half of every 16 bytes, or from the upper one.
template <bool upper, typename Pack, std::size_t... i>
CRISP_ALWAYS_INLINE Pack interleave(const Pack& a, const Pack& b, std::index_sequence<i...> /*lanes*/) {
  constexpr std::size_t block = numbers_of_16_bytes<Pack>;
  constexpr std::size_t start = upper ? block / 2 : 0;
  return shuffled<(i / block * block + start + i % block / 2 + i % 2 * Pack::size)...>(a, b);
}

/// Of a pair of rows the numbers whose lanes lack the bit, or those that have it: a's where a row without the bit has its own,
/// and b's in the other half.
template <std::size_t bit, bool has_bit, typename Pack, std::size_t... i>
CRISP_ALWAYS_INLINE Pack exchange(const Pack& a, const Pack& b, std::index_sequence<i...> /*lanes*/) {
  constexpr std::size_t taken = has_bit ? bit : 0;
  return shuffled<((i & ~bit) + taken + ((i & bit) != 0 ? Pack::size : 0))...>(a, b);
}

/// Interleaves the pairs of rows that differ by a bit of their number.
template <std::size_t bit, typename Pack>
CRISP_ALWAYS_INLINE void interleave_rows(Square<Pack>& rows) {
  constexpr auto lanes = std::make_index_sequence<Pack::size>();
  unrolled<Pack::size>([&](auto i) CRISP_ALWAYS_INLINE_LAMBDA {
    if constexpr ((i & bit) == 0) {
      const Pack lower = interleave<false>(rows[i], rows[i + bit], lanes);
      rows[i + bit] = interleave<true>(rows[i], rows[i + bit], lanes);
      rows[i] = lower;
    }
  });
}

/// Exchanges a bit of their number with that of the lane.
template <std::size_t bit, typename Pack>
CRISP_ALWAYS_INLINE void exchange_rows(Square<Pack>& rows) {
  constexpr auto lanes = std::make_index_sequence<Pack::size>();
  unrolled<Pack::size>([&](auto i) CRISP_ALWAYS_INLINE_LAMBDA {
    if constexpr ((i & bit) == 0) {
      const Pack lower = exchange<bit, false>(rows[i], rows[i + bit], lanes);
      rows[i + bit] = exchange<bit, true>(rows[i], rows[i + bit], lanes);
      rows[i] = lower;
    }
  });
}

/// to[j][i] = from[i][j], a square with the sides of a register. Any alignment; the two do not overlap.
template <typename T>
void transpose(const T* from, Index from_stride, T* to, Index to_stride) {
  using Pack = xsimd::batch<T>;
  constexpr std::size_t size = Pack::size;
  constexpr std::size_t block = numbers_of_16_bytes<Pack>;
  Square<Pack> rows;
  unrolled<size>([&](auto i) CRISP_ALWAYS_INLINE_LAMBDA {
    rows[i] = Pack::load_unaligned(from + static_cast<Index>(i) * from_stride);
  });
  if constexpr (size >= 4 && block == 4) interleave_rows<2>(rows);
  if constexpr (size >= 2) interleave_rows<1>(rows);
  if constexpr (size > block) exchange_rows<block>(rows);
  if constexpr (size > 2 * block) exchange_rows<2 * block>(rows);
  if constexpr (size > 4 * block) exchange_rows<4 * block>(rows);
  unrolled<size>([&](auto i) CRISP_ALWAYS_INLINE_LAMBDA {
    rows[i].store_unaligned(to + static_cast<Index>(i) * to_stride);
  });
}

}  // namespace crisp::detail
