// A matrix cut into panels: vertical strips, two packets wide, each stored row after row.
//
//     columns 0 ... width-1 | width ... 2 width-1 | ...      in memory: the first strip, top to bottom; then
//     the
//                                                            second; the last one filled up to the full width
//
// A strip of a few hundred rows stays in the first-level cache and is read in order, whatever the shape of
// the matrix it comes from; this is what makes the products in panel_product.hpp run near the processor's
// peak.
#pragma once

#include <xsimd/xsimd.hpp>

#include "network/matrix.hpp"

namespace vae_mnist {

/// The widest SIMD register that the compiler was asked for: 8 floats with AVX, 4 with SSE.
template <typename T>
using Packet = xsimd::batch<T>;

template <typename T>
class Panels {
 public:
  static constexpr Index width = 2 * static_cast<Index>(Packet<T>::size);

  Panels() = default;
  Panels(Index rows, Index columns) { resize(rows, columns); }

  /// Takes another shape; the contents become unspecified. Allocates only to become larger than ever before.
  void resize(Index rows, Index columns) {
    rows_ = rows;
    columns_ = columns;
    if (size() > data_.size()) data_.setZero(size());
  }

  Index rows() const { return rows_; }
  Index columns() const { return columns_; }
  Index count() const { return (columns_ + width - 1) / width; }

  /// The strip that starts at column panel * width; each of its rows is `width` scalars.
  T* operator[](Index panel) { return data_.data() + panel * rows_ * width; }
  const T* operator[](Index panel) const { return data_.data() + panel * rows_ * width; }

  /// One element, for packing and unpacking.
  T& operator()(Index row, Index column) { return (*this)[column / width][row * width + column % width]; }
  T operator()(Index row, Index column) const {
    return (*this)[column / width][row * width + column % width];
  }

  /// All scalars, those that fill up the last strip among them.
  auto array() { return data_.head(size()); }
  auto array() const { return data_.head(size()); }

 private:
  Index size() const { return count() * rows_ * width; }

  Index rows_ = 0;
  Index columns_ = 0;
  Eigen::Array<T, Eigen::Dynamic, 1> data_;
};

}  // namespace vae_mnist
