// Images are dense row-major tensors [batch, channel, height, width] of float or double. A plane is one
// channel of one image, an Eigen array: what a loss author computes on.
#pragma once

#include <Eigen/Core>
#include <cstdint>
#include <functional>
#include <limits>
#include <ostream>
#include <type_traits>
#include <unsupported/Eigen/CXX11/Tensor>

#include "crisp/core/errors.hpp"

namespace crisp {

/// A signed integer for sizes and indices.
using Index = Eigen::Index;

/// Images that own their memory.
template <typename T>
using Images = Eigen::Tensor<T, 4, Eigen::RowMajor>;

/// One channel of one image, to read and to write.
template <typename T>
using Plane = Eigen::Map<const Eigen::Array<T, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>>;
template <typename T>
using MutablePlane = Eigen::Map<Eigen::Array<T, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>>;

/// The dimensions of images, in the order in which they lie in memory.
struct Shape {
  Index batch = 0;
  Index channels = 0;
  Index height = 0;
  Index width = 0;

  Index planes() const { return batch * channels; }
  Index plane_size() const { return height * width; }
  Index size() const { return planes() * plane_size(); }

  friend bool operator==(const Shape& a, const Shape& b) {
    return a.batch == b.batch && a.channels == b.channels && a.height == b.height && a.width == b.width;
  }
  friend bool operator!=(const Shape& a, const Shape& b) { return !(a == b); }
  friend std::ostream& operator<<(std::ostream& stream, const Shape& s) {
    return stream << "[" << s.batch << ", " << s.channels << ", " << s.height << ", " << s.width << "]";
  }
};

namespace detail {

/// Throws ShapeError for a negative dimension, or where the number of bytes would not fit an Index.
template <typename T>
void check_representable(const Shape& shape) {
  Index room = std::numeric_limits<Index>::max() / static_cast<Index>(sizeof(T));
  for (const Index dimension : {shape.batch, shape.channels, shape.height, shape.width}) {
    if (dimension < 0) fail<ShapeError>("images of shape ", shape, " have a negative dimension");
    if (dimension > 0 && (room /= dimension) == 0) {
      fail<ShapeError>("images of shape ", shape, " are larger than memory can address");
    }
  }
}

/// The same, and ShapeError for a null pointer to images that are not empty or one between two scalars: for memory that is
/// not our own.
template <typename T>
void check_memory(const T* pointer, const Shape& shape) {
  static_assert(std::is_same_v<T, float> || std::is_same_v<T, double>,
                "crisp: images are float or double; convert integer pixels first");
  check_representable<T>(shape);
  if (pointer == nullptr && shape.size() > 0) {
    fail<ShapeError>("a view of shape ", shape, " needs memory, got a null pointer");
  }
  const auto address = reinterpret_cast<std::uintptr_t>(pointer);
  if (address % alignof(T) != 0) {
    fail<ShapeError>("a view of shape ", shape, " must begin at a multiple of ", alignof(T),
                     " bytes, got address ", address);
  }
}

/// A trainer's images as evaluate sees them: where they lie and their shape. T is const to read.
template <typename T>
struct ImagesPointer {
  T* data;
  Shape shape;

  T* plane(Index index) const { return data + index * shape.plane_size(); }
};

/// Memory from its first element up to behind its last; null where there are none.
template <typename T>
struct Extent {
  const T* begin = nullptr;
  const T* end = nullptr;
};

template <typename T>
Extent<T> extent_of(const T* data, Index size) {
  return size == 0 ? Extent<T>() : Extent<T>{data, data + size};
}

template <typename T>
bool overlap(const Extent<T>& a, const Extent<T>& b) {
  const std::less<const T*> before;
  return before(a.begin, b.end) && before(b.begin, a.end);
}

/// Whether two objects are the same one. Their memory does not tell: empty tensors have none.
template <typename A, typename B>
bool are_one(const A& a, const B& b) {
  return static_cast<const void*>(&a) == static_cast<const void*>(&b);
}

template <typename Tensor>
Shape shape_of(const Tensor& images) {
  return {images.dimension(0), images.dimension(1), images.dimension(2), images.dimension(3)};
}

/// Whether a type is a row-major tensor of rank 4, owning or mapped, whose scalar is T (const or not).
template <typename T, typename Tensor>
struct IsImages : std::false_type {};
template <typename T, typename I>
struct IsImages<T, Eigen::Tensor<T, 4, Eigen::RowMajor, I>> : std::true_type {};
template <typename T, int Options, typename I>
struct IsImages<T, Eigen::TensorMap<Eigen::Tensor<T, 4, Eigen::RowMajor, I>, Options>> : std::true_type {};
template <typename T, int Options, typename I>
struct IsImages<T, Eigen::TensorMap<const Eigen::Tensor<T, 4, Eigen::RowMajor, I>, Options>>
    : std::true_type {};

template <typename T, typename Tensor>
ImagesPointer<const T> to_read(const Tensor& images) {
  static_assert(IsImages<T, Tensor>::value,
                "crisp: images must be an Eigen::Tensor<T, 4, Eigen::RowMajor> or a crisp::view, or what "
                "crisp/core/layouts.hpp names, with the same T (float or double) as the loss");
  return {images.data(), shape_of(images)};
}

}  // namespace detail

/// A trainer's own contiguous memory seen as images, without a copy. Throws ShapeError for a negative
/// dimension, a size that memory cannot hold, a null pointer to images that are not empty, or one that no scalar can lie
/// at.
template <typename T>
auto view(T* pointer, Index batch, Index channels, Index height, Index width) {
  using Scalar = std::remove_const_t<T>;
  detail::check_memory<Scalar>(pointer, {batch, channels, height, width});
  using Tensor = std::conditional_t<std::is_const_v<T>, const Images<Scalar>, Images<Scalar>>;
  return Eigen::TensorMap<Tensor>(pointer, batch, channels, height, width);
}

}  // namespace crisp
