// A matrix cut into panels: vertical strips, two packets wide, each stored row after row.
//
//     columns 0 ... width-1 | width ... 2 width-1 | ...      in memory: the first strip, top to bottom; then
//                                                            the second; the last one filled up to full
//                                                            width, an only one to a packet if that will do
//
// A strip of a few hundred rows stays in the first-level cache and is read in order, whatever the shape of
// the matrix it comes from; this is what makes the products in panel_product.hpp run near the processor's
// peak. An image [pixels, channels] whose channels fill whole strips can be seen as panels where it lies.
#pragma once

#include <xsimd/xsimd.hpp>

#include "network/matrix.hpp"

namespace vae_mnist {

/// The widest SIMD register that the compiler was asked for: 16 floats with AVX-512, 8 with AVX, 4 with SSE.
template <typename T>
using Packet = xsimd::batch<T>;

template <typename T>
inline constexpr auto packet_size = static_cast<Index>(Packet<std::remove_const_t<T>>::size);
template <typename T>
inline constexpr Index panel_width = 2 * packet_size<T>;

/// Panels somewhere in memory; T is const where they are only read. They are as wide as suits T, or as another
/// type's that they lie beside.
template <typename T, Index width = panel_width<T>>
struct PanelView {
  Index count() const { return (columns + width - 1) / width; }

  /// The strip that starts at column panel * width, from its first row on.
  T* operator[](Index panel) const { return data + panel * panel_step; }
  T& operator()(Index row, Index column) const {
    return data[column / width * panel_step + row * row_step + column % width];
  }

  operator PanelView<const T, width>() const { return {data, rows, columns, row_step, panel_step}; }

  T* data;
  Index rows;
  Index columns;
  Index row_step;    ///< from one row of a strip to the next
  Index panel_step;  ///< from one strip to the next
};

/// An image, or several one after another, in place; the channels must be a multiple of the panel width.
template <typename T>
PanelView<T> image_panels(T* image, Index pixels, Index channels) {
  return {image, pixels, channels, channels, panel_width<T>};
}

template <typename T, Index width_ = panel_width<T>>
class Panels {
 public:
  static constexpr Index width = width_;

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

  PanelView<T, width> view() { return {data_.data(), rows_, columns_, row_step(), rows_ * row_step()}; }
  PanelView<const T, width> view() const {
    return {data_.data(), rows_, columns_, row_step(), rows_ * row_step()};
  }

  /// One element, for packing and unpacking.
  T& operator()(Index row, Index column) { return view()(row, column); }
  T operator()(Index row, Index column) const { return view()(row, column); }

  /// All scalars, those that fill up the last strip among them.
  auto array() { return data_.head(size()); }
  auto array() const { return data_.head(size()); }

 private:
  Index row_step() const { return columns_ <= width / 2 ? width / 2 : width; }
  Index size() const { return (columns_ + width - 1) / width * rows_ * row_step(); }

  Index rows_ = 0;
  Index columns_ = 0;
  Eigen::Array<T, Eigen::Dynamic, 1> data_;
};

}  // namespace vae_mnist
