// Where gradients are written: what memory may be one, and that it is written as a whole or not at all.
//
// A gradient is crisp::Images, a view of them, or what layouts.hpp names. Kernels write rows: its own memory, or room that
// is copied into it at the end. An empty gradient that owns its memory gets some at the same time.
#pragma once

#include <algorithm>
#include <array>
#include <cstdlib>
#include <type_traits>
#include <utility>

#include "crisp/core/errors.hpp"
#include "crisp/core/images.hpp"
#include "crisp/core/layouts.hpp"
#include "crisp/core/weighted.hpp"

namespace crisp::detail {

/// Whether a gradient of this type that is empty gets memory: tensors, and matrices and arrays, which are one plane.
template <typename Gradient>
inline constexpr bool is_resizable_plane = false;
template <typename T, int Options>
inline constexpr bool is_resizable_plane<Eigen::Matrix<T, Eigen::Dynamic, Eigen::Dynamic, Options>> = true;
template <typename T, int Options>
inline constexpr bool is_resizable_plane<Eigen::Array<T, Eigen::Dynamic, Eigen::Dynamic, Options>> = true;

template <typename Gradient>
inline constexpr bool is_resizable = is_resizable_plane<Gradient>;
template <typename T, int Options>
inline constexpr bool is_resizable<Eigen::Tensor<T, 4, Options>> = true;

template <typename Gradient>
inline constexpr bool is_writable =
    !std::is_const_v<std::remove_pointer_t<decltype(std::declval<Gradient&>().data())>>;

template <typename Plane>
void resize(Eigen::PlainObjectBase<Plane>& plane, const Shape& shape) {
  plane.resize(shape.height, shape.width);
}

/// Throws ShapeError unless every pixel surely has a place of its own: from the smallest stride on, each must step over all
/// that those before it reach.
template <typename T>
void check_places(const Shape& shape, const Strides& strides) {
  check_strides<T>(shape, strides);
  struct Dimension {
    Index stride;
    Index count;
  };
  std::array<Dimension, 4> dimensions{{{strides.batch, shape.batch},
                                       {strides.channels, shape.channels},
                                       {strides.height, shape.height},
                                       {strides.width, shape.width}}};
  for (Dimension& d : dimensions) d.stride = d.count > 1 ? std::abs(d.stride) : 0;
  std::sort(dimensions.begin(), dimensions.end(),
            [](const Dimension& a, const Dimension& b) { return a.stride < b.stride; });
  Index reached = 0;
  for (const Dimension& d : dimensions) {
    if (d.count <= 1) continue;
    if (d.stride <= reached) {
      fail<ShapeError>(
          "no two pixels of a gradient may share a place: each stride must step over all that smaller "
          "ones reach, got shape ",
          shape, " with strides ", strides);
    }
    reached += (d.count - 1) * d.stride;
  }
}

/// Whether memory is shared with images of any kind, with weights or without. Gaps between their pixels count as theirs.
template <typename T, typename AnyImages>
bool is_shared(const Extent<T>& memory, const AnyImages& images) {
  if constexpr (is_weighted<AnyImages>) {
    return overlap(memory, images.memory[0]) || overlap(memory, images.memory[1]);
  } else {
    return overlap(memory, extent_of_any<T>(images));
  }
}

/// Checks that a gradient can be written to: it has the shape of the images, or is empty and will be given it; no two of its
/// pixels share a place; and it shares no memory with the prediction, the target or its weights.
template <typename T, typename Gradient, typename Prediction, typename Target>
void check_writable(Gradient& gradient, const Shape& images, const Prediction& prediction,
                    const Target& target) {
  using Any = std::decay_t<Gradient>;
  static_assert(
      IsImages<T, Any>::value || is_foreign<T, Any>,
      "crisp: the gradient must be an Eigen::Tensor<T, 4, Eigen::RowMajor> or a mutable crisp::view, or what "
      "crisp/core/layouts.hpp names, with the same T (float or double) as the loss");
  static_assert(is_writable<Gradient>, "crisp: the gradient is written to, so it must not be const");
  const Shape shape = shape_of_any<T>(gradient);
  const bool is_given_memory =
      is_resizable<Any> && shape.size() == 0 && (!is_resizable_plane<Any> || images.planes() == 1);
  if (is_given_memory) return;
  if (shape != images) {
    fail<ShapeError>("the gradient must have the shape of the images, ", images, ", got ", shape);
  }
  if constexpr (is_foreign<T, Any>) {
    check_places<T>(shape, as_strided<T>(gradient).strides());
  }
  const Extent<T> memory = extent_of_any<T>(gradient);
  if (is_shared(memory, prediction) || is_shared(memory, target)) {
    fail<ShapeError>("the gradient of shape ", shape,
                     " shares memory with the prediction, the target or its weights");
  }
}

/// A gradient that has been checked, as rows for kernels to write.
template <typename T, typename Gradient>
class GradientRows {
 public:
  /// Has all memory that it takes, which is the workspace's room or the gradient's to be, and leaves the gradient as it is.
  GradientRows(Gradient& gradient, const Shape& shape, Images<T>& room) : gradient_(gradient), shape_(shape) {
    if constexpr (is_resizable<Gradient>) {
      if (gradient.size() == 0) resize(new_, shape);
    }
    if constexpr (is_foreign<T, Gradient>) {
      resize(room, shape);
      rows_ = room.data();
    } else {
      rows_ = const_cast<T*>(own().data());  // so that of a const gradient the assertion alone is heard
    }
  }

  ImagesPointer<T> pointer() const { return {rows_, shape_}; }

  /// To be called when the rows are written: now they are the gradient.
  void finish() {
    if constexpr (is_foreign<T, Gradient> && is_writable<Gradient>) copy_to(rows_, as_strided<T>(own()));
    if constexpr (is_resizable<Gradient>) {
      if (new_.size() > 0) gradient_ = std::move(new_);
    }
  }

 private:
  struct Nothing {};

  Gradient& own() {
    if constexpr (is_resizable<Gradient>) {
      if (new_.size() > 0) return new_;
    }
    return gradient_;
  }

  Gradient& gradient_;
  std::conditional_t<is_resizable<Gradient>, Gradient, Nothing> new_;
  Shape shape_;
  T* rows_ = nullptr;
};

}  // namespace crisp::detail
