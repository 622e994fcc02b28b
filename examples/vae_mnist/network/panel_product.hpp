// The two matrix products that a convolution layer spends its time in, on panels:
//
//     C  = A B        multiply                  the layer itself, and the gradient of its input
//     C += A^T B      add_transposed_product    the gradient of its weights
//
// Both keep a tile of C, a few rows by one panel, in registers: per step, one packet pair of B, one broadcast
// per row, two multiply-adds per row. Sums run in the order of the inner index, whatever the tile, so a
// result depends on nothing but the operands.
#pragma once

#include <algorithm>
#include <type_traits>

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

/// Cuts [0, count) into the fewest tiles of at most `most`, as even as can be, so that none is much slower
/// than the others, and calls body(first, size).
template <int most, typename Body>
EIGEN_ALWAYS_INLINE void for_each_tile(Index count, const Body& body) {
  const Index tiles = (count + most - 1) / most;
  for (Index tile = 0; tile < tiles; ++tile) {
    const Index first = tile * count / tiles;
    with_constant<most>((tile + 1) * count / tiles - first, [&](auto size) { body(first, size); });
  }
}

/// `rows` rows of A times one panel of B; output points at the first of these rows in C.
template <int rows, typename T>
EIGEN_ALWAYS_INLINE void multiply_tile(const Panels<T>& a, Index first_row, const T* b, T* output,
                                       Index output_stride) {
  constexpr Index width = Panels<T>::width;
  constexpr Index half = static_cast<Index>(Packet<T>::size);
  Packet<T> sum[rows][2];
  for (int row = 0; row < rows; ++row) sum[row][0] = sum[row][1] = Packet<T>(T(0));
  const auto add_columns = [&](const T* left, Index depth) {
    for (Index k = 0; k < depth; ++k, ++left, b += width) {
      const Packet<T> b0 = Packet<T>::load_unaligned(b);
      const Packet<T> b1 = Packet<T>::load_unaligned(b + half);
      for (int row = 0; row < rows; ++row) {
        const Packet<T> factor(left[row * width]);
        sum[row][0] = xsimd::fma(factor, b0, sum[row][0]);
        sum[row][1] = xsimd::fma(factor, b1, sum[row][1]);
      }
    }
  };
  const Index full_panels = a.columns() / width;
  for (Index panel = 0; panel < full_panels; ++panel) add_columns(a[panel] + first_row * width, width);
  if (full_panels < a.count()) add_columns(a[full_panels] + first_row * width, a.columns() % width);
  for (int row = 0; row < rows; ++row) {
    sum[row][0].store_unaligned(output + row * output_stride);
    sum[row][1].store_unaligned(output + row * output_stride + half);
  }
}

/// `columns` columns of A, transposed, times one panel of B, added to C; a points at the first of these
/// columns, both panels have `depth` rows.
template <int columns, typename T>
EIGEN_ALWAYS_INLINE void add_transposed_tile(const T* a, const T* b, Index depth, T* output) {
  constexpr Index width = Panels<T>::width;
  constexpr Index half = static_cast<Index>(Packet<T>::size);
  Packet<T> sum[columns][2];
  for (int column = 0; column < columns; ++column) sum[column][0] = sum[column][1] = Packet<T>(T(0));
  for (Index k = 0; k < depth; ++k, a += width, b += width) {
    const Packet<T> b0 = Packet<T>::load_unaligned(b);
    const Packet<T> b1 = Packet<T>::load_unaligned(b + half);
    for (int column = 0; column < columns; ++column) {
      const Packet<T> factor(a[column]);
      sum[column][0] = xsimd::fma(factor, b0, sum[column][0]);
      sum[column][1] = xsimd::fma(factor, b1, sum[column][1]);
    }
  }
  for (int column = 0; column < columns; ++column) {
    T* row = output + column * width;
    (Packet<T>::load_unaligned(row) + sum[column][0]).store_unaligned(row);
    (Packet<T>::load_unaligned(row + half) + sum[column][1]).store_unaligned(row + half);
  }
}

/// At most six rows of C in a tile: twelve sums, a packet pair of B and a factor fill AVX2's sixteen
/// registers.
inline constexpr int tile_rows = 6;

}  // namespace detail

/// c = a b, for c in any memory.
template <typename T>
void multiply(const Panels<T>& a, const Panels<T>& b, MatrixMap<T> c) {
  constexpr Index width = Panels<T>::width;
  for (Index panel = 0; panel < b.count(); ++panel) {
    const Index column = panel * width;
    const Index columns = std::min(width, b.columns() - column);
    detail::for_each_tile<detail::tile_rows>(a.rows(), [&](Index row, auto rows) {
      T* output = &c(row, column);
      if (columns == width) return detail::multiply_tile<rows>(a, row, b[panel], output, c.outerStride());
      Eigen::Array<T, rows, width, Eigen::RowMajor> tile;
      detail::multiply_tile<rows>(a, row, b[panel], tile.data(), width);
      c.block(row, column, rows, columns) = tile.leftCols(columns);
    });
  }
}

/// c = a b, for c in panels: it takes its shape from the factors.
template <typename T>
void multiply(const Panels<T>& a, const Panels<T>& b, Panels<T>& c) {
  constexpr Index width = Panels<T>::width;
  c.resize(a.rows(), b.columns());
  for (Index panel = 0; panel < b.count(); ++panel) {
    detail::for_each_tile<detail::tile_rows>(a.rows(), [&](Index row, auto rows) {
      detail::multiply_tile<rows>(a, row, b[panel], c[panel] + row * width, width);
    });
  }
}

/// c += a^T b. Shapes: a [k, m], b [k, n], c [m, n].
template <typename T>
void add_transposed_product(const Panels<T>& a, const Panels<T>& b, Panels<T>& c) {
  constexpr Index width = Panels<T>::width;
  for (Index left = 0; left < a.count(); ++left) {
    const Index columns_left = std::min(width, a.columns() - left * width);
    for (Index right = 0; right < b.count(); ++right) {
      T* output = c[right] + left * width * width;
      detail::for_each_tile<detail::tile_rows>(columns_left, [&](Index column, auto columns) {
        detail::add_transposed_tile<columns>(a[left] + column, b[right], a.rows(), output + column * width);
      });
    }
  }
}

}  // namespace vae_mnist
