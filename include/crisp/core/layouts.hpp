// Images that lie in memory otherwise than crisp::Images do, wherever a function of crisp takes images or a gradient:
//
//   - column-major tensors, owning or mapped, indexed (batch, channel, height, width) all the same;
//   - one plane as an Eigen matrix or array of any order, or a Map, Ref or Block of one;
//   - memory with strides: crisp::strided_view(pointer, shape, strides).
//
// They are copied to rows first, and gradients back from them (gradient.hpp): the room for that is the workspace's, so that
// calls after the first allocate nothing.
#pragma once

#include <Eigen/Core>
#include <limits>
#include <ostream>
#include <type_traits>
#include <unsupported/Eigen/CXX11/Tensor>

#include "crisp/core/errors.hpp"
#include "crisp/core/images.hpp"

namespace crisp {

/// How many elements lie between neighbours, dimension by dimension. Negative ones go backwards, and 0 repeats, which a
/// gradient must not.
struct Strides {
  Index batch = 0;
  Index channels = 0;
  Index height = 0;
  Index width = 0;

  friend std::ostream& operator<<(std::ostream& stream, const Strides& s) {
    return stream << "[" << s.batch << ", " << s.channels << ", " << s.height << ", " << s.width << "]";
  }
};

/// A trainer's own memory, in any order. Borrowed, as by crisp::view. Made by strided_view().
template <typename T>
class StridedView {
 public:
  using Scalar = T;

  StridedView(T* data, const Shape& shape, const Strides& strides)
      : data_(data), shape_(shape), strides_(strides) {}

  T* data() const { return data_; }
  const Shape& shape() const { return shape_; }
  const Strides& strides() const { return strides_; }

 private:
  T* data_;
  Shape shape_;
  Strides strides_;
};

namespace detail {

template <typename T>
Extent<std::remove_const_t<T>> extent_of(const StridedView<T>& view) {
  const Shape& shape = view.shape();
  const Strides& strides = view.strides();
  if (shape.size() == 0) return {};
  const T* first = view.data();
  const T* last = view.data();
  const auto widen = [&](Index count, Index stride) {
    if (count > 1) (stride < 0 ? first : last) += (count - 1) * stride;
  };
  widen(shape.batch, strides.batch);
  widen(shape.channels, strides.channels);
  widen(shape.height, strides.height);
  widen(shape.width, strides.width);
  return {first, last + 1};
}

/// Throws ShapeError where an element would lie beyond what memory can address.
template <typename T>
void check_strides(const Shape& shape, const Strides& strides) {
  constexpr Index limit = std::numeric_limits<Index>::max() / static_cast<Index>(sizeof(T)) / 4;
  const auto check = [&](Index count, Index stride) {
    if (count > 1 && (stride > limit / (count - 1) || stride < -limit / (count - 1))) {
      fail<ShapeError>("images of shape ", shape, " with a stride of ", stride,
                       " elements are larger than memory can address");
    }
  };
  check(shape.batch, strides.batch);
  check(shape.channels, strides.channels);
  check(shape.height, strides.height);
  check(shape.width, strides.width);
}

}  // namespace detail

/// Images whose element (n, c, y, x) is pointer[n strides.batch + c strides.channels + y strides.height + x strides.width].
/// Throws ShapeError as crisp::view does.
template <typename T>
StridedView<T> strided_view(T* pointer, const Shape& shape, const Strides& strides) {
  using Scalar = std::remove_const_t<T>;
  detail::check_memory<Scalar>(pointer, shape);
  detail::check_strides<Scalar>(shape, strides);
  return {pointer, shape, strides};
}

namespace detail {

/// A column-major tensor: the batch varies fastest.
template <typename T>
StridedView<T> column_major(T* data, const Shape& s) {
  check_representable<std::remove_const_t<T>>(s);
  return {data, s, {1, s.batch, s.batch * s.channels, s.batch * s.channels * s.height}};
}

/// What is neither Images nor a view of them, seen as strided memory; `Scalar` is T, const or not.
template <typename T, typename Other, typename = void>
struct ForeignImages : std::false_type {};

template <typename T, typename Scalar>
struct ForeignImages<T, StridedView<Scalar>, std::enable_if_t<std::is_same_v<T, std::remove_const_t<Scalar>>>>
    : std::true_type {
  static StridedView<Scalar> view(const StridedView<Scalar>& images) { return images; }
};

template <typename T, typename I>
struct ForeignImages<T, Eigen::Tensor<T, 4, Eigen::ColMajor, I>> : std::true_type {
  using Tensor = Eigen::Tensor<T, 4, Eigen::ColMajor, I>;
  static StridedView<const T> view(const Tensor& images) {
    return column_major(images.data(), shape_of(images));
  }
  static StridedView<T> view(Tensor& images) { return column_major(images.data(), shape_of(images)); }
};
template <typename T, int Options, typename I>
struct ForeignImages<T, Eigen::TensorMap<Eigen::Tensor<T, 4, Eigen::ColMajor, I>, Options>> : std::true_type {
  static StridedView<T> view(
      const Eigen::TensorMap<Eigen::Tensor<T, 4, Eigen::ColMajor, I>, Options>& images) {
    return column_major(const_cast<T*>(images.data()), shape_of(images));
  }
};
template <typename T, int Options, typename I>
struct ForeignImages<T, Eigen::TensorMap<const Eigen::Tensor<T, 4, Eigen::ColMajor, I>, Options>>
    : std::true_type {
  static StridedView<const T> view(
      const Eigen::TensorMap<const Eigen::Tensor<T, 4, Eigen::ColMajor, I>, Options>& images) {
    return column_major(images.data(), shape_of(images));
  }
};

/// Matrices and arrays that lie in memory, and are not expressions that would have to be computed.
template <typename Plane>
constexpr bool is_plane_in_memory(const Eigen::DenseBase<Plane>* /*plane*/) {
  return (Eigen::internal::traits<Plane>::Flags & Eigen::DirectAccessBit) != 0;
}
constexpr bool is_plane_in_memory(const void* /*other*/) { return false; }

/// They are one image of one channel.
template <typename T, typename Other>
struct ForeignImages<T, Other,
                     std::enable_if_t<is_plane_in_memory(static_cast<const Other*>(nullptr)) &&
                                      std::is_same_v<T, typename Other::Scalar>>> : std::true_type {
  template <typename AnyPlane>
  static auto view(AnyPlane& plane) {
    using Scalar = std::remove_pointer_t<decltype(plane.data())>;
    return StridedView<Scalar>(plane.data(), {1, 1, plane.rows(), plane.cols()},
                               {0, 0, plane.rowStride(), plane.colStride()});
  }
};

/// Where memory cannot be had, Eigen's own resize leaves a tensor that frees its old memory twice: so that is let go first.
template <typename T, int Options>
void resize(Eigen::Tensor<T, 4, Options>& tensor, const Shape& shape) {
  if (tensor.size() != shape.size()) tensor = Eigen::Tensor<T, 4, Options>();
  tensor.resize(shape.batch, shape.channels, shape.height, shape.width);
}

/// Calls body(images element, strided element) for all.
template <typename T, typename Strided, typename Body>
void for_each_element(T* images, const StridedView<Strided>& strided, const Body& body) {
  const Shape& shape = strided.shape();
  const Strides& strides = strided.strides();
  if (shape.size() == 0) return;  // or rows would be pointed to that are nowhere
  for (Index n = 0; n < shape.batch; ++n) {
    for (Index c = 0; c < shape.channels; ++c) {
      for (Index y = 0; y < shape.height; ++y) {
        Strided* row = strided.data() + n * strides.batch + c * strides.channels + y * strides.height;
        for (Index x = 0; x < shape.width; ++x) body(*images++, row[x * strides.width]);
      }
    }
  }
}

template <typename T>
void copy_from(const StridedView<const T>& from, Images<T>& to) {
  check_representable<T>(from.shape());
  resize(to, from.shape());
  for_each_element(to.data(), from, [](T& image, const T& strided) { image = strided; });
}
template <typename T>
void copy_to(const T* from, const StridedView<T>& to) {
  for_each_element(from, to, [](const T& image, T& strided) { strided = image; });
}

/// Whether images, or a gradient, are copied: what they are, const or a reference or not.
template <typename T, typename AnyImages>
inline constexpr bool is_foreign = ForeignImages<T, std::decay_t<AnyImages>>::value;

template <typename T, typename AnyImages>
auto as_strided(AnyImages& images) {
  return ForeignImages<T, std::decay_t<AnyImages>>::view(images);
}

/// Any images as Images or a view of them: what are is returned, what are not is copied to `room`.
template <typename T, typename AnyImages>
const auto& in_rows(const AnyImages& images, Images<T>& room) {
  if constexpr (is_foreign<T, AnyImages>) {
    const auto view = as_strided<T>(images);
    copy_from<T>({view.data(), view.shape(), view.strides()}, room);
    return static_cast<const Images<T>&>(room);
  } else {
    return images;
  }
}

template <typename T, typename AnyImages>
Shape shape_of_any(const AnyImages& images) {
  if constexpr (is_foreign<T, AnyImages>) {
    return as_strided<T>(images).shape();
  } else {
    return shape_of(images);
  }
}

/// The memory that any images lie in, and what is between them.
template <typename T, typename AnyImages>
Extent<T> extent_of_any(const AnyImages& images) {
  if constexpr (is_foreign<T, AnyImages>) {
    return extent_of(as_strided<T>(images));
  } else {
    return extent_of<T>(images.data(), images.size());
  }
}

}  // namespace detail
}  // namespace crisp
