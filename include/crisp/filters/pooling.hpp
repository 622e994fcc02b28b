// 2x2 average pooling, with weights or without, and its adjoint.
#pragma once

#include <algorithm>

#include "crisp/core/images.hpp"

namespace crisp {

/// What 2x2 pooling makes of an odd number of rows, and of columns.
enum class OddSizes {
  zero_padding,  ///< a row of zeros goes before the first: torch's avg_pool2d with padding 1, zeros counted
  symmetric_padding,  ///< the last row is there twice: TensorFlow's MS-SSIM
  drop_last,          ///< the last row is left out
};

/// The mean over blocks of 2x2 pixels that do not overlap, half as many rows and columns, and the adjoint, which
/// carries a derivative with respect to the pooled plane back:
///
///   pool:         out(i, j) = Σ_block r in,  r = ¼, or with weights w the pixel's share r = w / Σ_block w
///   add_adjoint:  out(pixel) += r in(its block)
///   pool_weights: out(i, j) = ¼ Σ_block w, and the shares r of pixels that are in a block
///
/// Padding has the weight of the pixel it stands beside, so that weights that approach 1 approach no weights. Pixels of
/// share 0 are ignored whatever they hold; a block without weight has value 0. `outside` is what zero padding holds: 0,
/// less what has been subtracted from the pixels. Planes have the sizes that pooled_size() says. Cost: one pass;
/// nothing is allocated.
template <typename T>
class Pooling {
 public:
  explicit Pooling(OddSizes odd_sizes) : odd_sizes_(odd_sizes) {}

  Index pooled_size(Index size) const {
    return odd_sizes_ == OddSizes::drop_last ? size / 2 : (size + 1) / 2;
  }

  void pool(const Plane<T>& in, T outside, MutablePlane<T> out) const {
    pool_blocks(in.rows(), in.cols(), out, [&](Index row, Index column, bool padded) {
      return T(0.25) * (padded ? outside : in(row, column));
    });
  }
  void pool(const Plane<T>& in, const Plane<T>& shares, T outside, MutablePlane<T> out) const {
    pool_blocks(in.rows(), in.cols(), out, [&](Index row, Index column, bool padded) {
      const T share = shares(row, column);
      const T product = share * (padded ? outside : in(row, column));
      return share > T(0) ? product : T(0);
    });
  }

  void pool_weights(const Plane<T>& weights, MutablePlane<T> out, MutablePlane<T> shares) const {
    pool_blocks(weights.rows(), weights.cols(), out,
                [&](Index row, Index column, bool /*padded*/) { return T(0.25) * weights(row, column); });
    for_each_pixel(shares.rows(), shares.cols(), [&](Index row, Index column, Index i, Index j, T /*times*/) {
      const T mean = out(i, j);
      const T share = T(0.25) * (weights(row, column) / mean);
      shares(row, column) = mean > T(0) ? share : T(0);
    });
  }

  void add_adjoint(const Plane<T>& in, MutablePlane<T> out) const {
    for_each_pixel(out.rows(), out.cols(), [&](Index row, Index column, Index i, Index j, T times) {
      out(row, column) += times * T(0.25) * in(i, j);
    });
  }
  void add_adjoint(const Plane<T>& in, const Plane<T>& shares, MutablePlane<T> out) const {
    for_each_pixel(out.rows(), out.cols(), [&](Index row, Index column, Index i, Index j, T times) {
      out(row, column) += times * shares(row, column) * in(i, j);
    });
  }

 private:
  /// How far the first block stands out of a line of pixels.
  Index before(Index size) const { return odd_sizes_ == OddSizes::zero_padding ? size % 2 : 0; }

  /// out = the sum over the block of part(row, column, padded): of padding, for the pixel it stands beside, and with
  /// padded = true if it is zero.
  template <typename Part>
  void pool_blocks(Index rows, Index columns, MutablePlane<T> out, const Part& part) const {
    const Index left = before(columns);
    for (Index i = 0; i < out.rows(); ++i) {
      const Index y = 2 * i - before(rows);
      const bool inside = y >= 0 && y + 1 < rows;
      const Index first = inside ? left : out.cols();
      const Index last = inside ? (columns + left) / 2 : out.cols();
      const auto border = [&](Index j) {
        T sum = 0;
        for (Index row = y; row < y + 2; ++row) {
          for (Index column = 2 * j - left; column < 2 * j - left + 2; ++column) {
            sum += part(std::clamp<Index>(row, 0, rows - 1), std::clamp<Index>(column, 0, columns - 1),
                        row < 0 || column < 0);
          }
        }
        out(i, j) = sum;
      };
      for (Index j = 0; j < first; ++j) border(j);
      for (Index j = first; j < last; ++j) {
        const Index x = 2 * j - left;
        out(i, j) =
            (part(y, x, false) + part(y + 1, x, false)) + (part(y, x + 1, false) + part(y + 1, x + 1, false));
      }
      for (Index j = last; j < out.cols(); ++j) border(j);
    }
  }

  /// Calls body(row, column, i, j, times) for each pixel that is in a block, (i, j), so many times.
  template <typename Body>
  void for_each_pixel(Index rows, Index columns, const Body& body) const {
    const bool repeats = odd_sizes_ == OddSizes::symmetric_padding;
    const Index top = before(rows);
    const Index left = before(columns);
    for (Index row = 0; row < rows; ++row) {
      const Index i = (row + top) / 2;
      if (i >= pooled_size(rows)) continue;
      const T times = repeats && rows % 2 == 1 && row == rows - 1 ? T(2) : T(1);
      if (left == 1) body(row, 0, i, 0, times);
      for (Index j = left; 2 * j - left + 1 < columns; ++j) {
        body(row, 2 * j - left, i, j, times);
        body(row, 2 * j - left + 1, i, j, times);
      }
      if (repeats && columns % 2 == 1) body(row, columns - 1, i, columns / 2, 2 * times);
    }
  }

  OddSizes odd_sizes_;
};

}  // namespace crisp
