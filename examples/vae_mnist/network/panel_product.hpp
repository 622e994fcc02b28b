// The two matrix products that a convolution layer spends its time in, on panels:
//
//     C  = A B        multiply                  the layer itself, and the gradient of its input
//     C += A^T B      add_transposed_product    the gradient of its weights
//
// Both keep a tile of C, a few rows by one panel, in registers: per step, one packet pair of B, one broadcast
// per row, two multiply-adds per row; one packet and one multiply-add where that is all the panel holds. Sums
// run in the order of the inner index, whatever the tile, so a result depends on nothing but the operands.
#pragma once

#include <algorithm>
#include <type_traits>
#include <utility>

#include "network/panels.hpp"

namespace vae_mnist {
namespace detail {

/// Calls function with `value`, in 1 ... most, as a compile-time constant.
template <int most, typename Function>
EIGEN_ALWAYS_INLINE void with_constant(Index value, const Function& function) {
  if constexpr (most > 1) {
    if (value != most) return with_constant<most - 1>(value, function);
  }
  function(std::integral_constant<int, most>());
}

/// The most rows of C in a tile: two sums a row, a packet pair of B and a factor have to fit the registers.
/// There are sixteen; thirty-two where packets are AVX-512's.
inline constexpr int tile_rows = sizeof(Packet<float>) == 64 ? 12 : 6;

/// Cuts [0, count) into the fewest tiles of at most tile_rows, as even as can be, so that none is much slower
/// than the others, and calls body(first, size).
template <typename Body>
EIGEN_ALWAYS_INLINE void for_each_tile(Index count, const Body& body) {
  if (count == 0) return;
  const Index tiles = (count + tile_rows - 1) / tile_rows;
  const Index size = count / tiles;
  const Index first_small = count % tiles * (size + 1);
  with_constant<tile_rows>(size + 1, [&](auto rows) {
    for (Index first = 0; first < first_small; first += rows) body(first, rows);
  });
  with_constant<tile_rows>(size, [&](auto rows) {
    for (Index first = first_small; first < count; first += rows) body(first, rows);
  });
}

/// Calls body(0), ..., body(count - 1) with compile-time constants: arrays so indexed stay in registers.
template <typename Body, int... i>
EIGEN_ALWAYS_INLINE void unrolled(std::integer_sequence<int, i...>, const Body& body) {
  (body(std::integral_constant<int, i>()), ...);
}

/// `rows` rows of C, `packets` packets wide, in registers.
template <int rows, int packets, typename T>
class RegisterTile {
 public:
  EIGEN_ALWAYS_INLINE void set_zero() {
    for_each_packet([&](auto row, auto packet) { sum_[row][packet] = Packet<T>(T(0)); });
  }
  EIGEN_ALWAYS_INLINE void load(const T* input, Index step) {
    for_each_packet([&](auto row, auto packet) {
      sum_[row][packet] = Packet<T>::load_unaligned(input + row * step + packet * packet_size<T>);
    });
  }
  EIGEN_ALWAYS_INLINE void store(T* output, Index step) const {
    for_each_packet([&](auto row, auto packet) {
      sum_[row][packet].store_unaligned(output + row * step + packet * packet_size<T>);
    });
  }

  /// Adds A B, where A[row, k] = a[row * row_step + k * step] and row k of B is at b + k * b_step.
  EIGEN_ALWAYS_INLINE void add_product(const T* a, Index row_step, Index step, const T* b, Index b_step,
                                       Index depth) {
    for (Index k = 0; k < depth; ++k, a += step, b += b_step) {
      const Packet<T> b0 = Packet<T>::load_unaligned(b);
      const Packet<T> b1 = packets == 1 ? b0 : Packet<T>::load_unaligned(b + packet_size<T>);
      unrolled(std::make_integer_sequence<int, rows>(), [&](auto row) {
        const Packet<T> factor(a[row * row_step]);
        sum_[row][0] = xsimd::fma(factor, b0, sum_[row][0]);
        if constexpr (packets == 2) sum_[row][1] = xsimd::fma(factor, b1, sum_[row][1]);
      });
    }
  }

 private:
  template <typename Body>
  EIGEN_ALWAYS_INLINE static void for_each_packet(const Body& body) {
    unrolled(std::make_integer_sequence<int, rows>(), [&](auto row) {
      unrolled(std::make_integer_sequence<int, packets>(), [&](auto packet) { body(row, packet); });
    });
  }

  Packet<T> sum_[rows][packets];
};

/// Calls body(panel, packets) for every panel, packets being how many of its two hold columns.
template <typename T, typename Body>
EIGEN_ALWAYS_INLINE void for_each_panel(const PanelView<T>& matrix, const Body& body) {
  const Index halves = (matrix.columns + packet_size<T> - 1) / packet_size<T>;
  for (Index panel = 0; panel < halves / 2; ++panel) body(panel, std::integral_constant<int, 2>());
  if (halves % 2 != 0) body(halves / 2, std::integral_constant<int, 1>());
}

}  // namespace detail

/// c = a b. Shapes: a [m, k], b [k, n], c [m, n].
template <typename T>
void multiply(PanelView<const T> a, PanelView<const T> b, PanelView<T> c) {
  constexpr Index width = panel_width<T>;
  detail::for_each_panel(b, [&](Index panel, auto packets) {
    detail::for_each_tile(a.rows, [&](Index first, auto rows) {
      detail::RegisterTile<rows, packets, T> tile;
      tile.set_zero();
      const T* left = a.data + first * a.row_step;
      const T* right = b[panel];
      for (Index depth = a.columns; depth > 0; depth -= width) {
        tile.add_product(left, a.row_step, 1, right, b.row_step, std::min(width, depth));
        left += a.panel_step;
        right += width * b.row_step;
      }
      tile.store(c[panel] + first * c.row_step, c.row_step);
    });
  });
}

/// c += a^T b. Shapes: a [k, m], b [k, n], c [m, n].
template <typename T>
void add_transposed_product(PanelView<const T> a, PanelView<const T> b, PanelView<T> c) {
  constexpr Index width = panel_width<T>;
  for (Index left = 0; left < a.count(); ++left) {
    detail::for_each_panel(b, [&](Index right, auto packets) {
      detail::for_each_tile(std::min(width, a.columns - left * width), [&](Index column, auto columns) {
        detail::RegisterTile<columns, packets, T> tile;
        T* const output = c[right] + (left * width + column) * c.row_step;
        tile.load(output, c.row_step);
        tile.add_product(a[left] + column, 1, a.row_step, b[right], b.row_step, a.rows);
        tile.store(output, c.row_step);
      });
    });
  }
}

}  // namespace vae_mnist
