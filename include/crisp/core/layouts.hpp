// Images that lie in memory otherwise than crisp::Images do, wherever a function of crisp takes images or a gradient:
//
//   - column-major tensors, owning or mapped, indexed (batch, channel, height, width) all the same;
//   - one plane as an Eigen matrix or array of any order, or a Map, Ref or Block of one;
//   - memory with strides: crisp::strided_view(pointer, shape, strides).
//
// They are copied to rows first, and gradients back from them: the room for that is the workspace's, so that calls after
// the first allocate nothing.
#pragma once

#include <Eigen/Core>
#include <functional>
#include <limits>
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

/// The first and last element of strided memory.
template <typename T>
struct Extent {
  const T* first;
  const T* last;
};

template <typename T>
Extent<std::remove_const_t<T>> extent_of(const StridedView<T>& view) {
  const Shape& shape = view.shape();
  const Strides& strides = view.strides();
  Extent<std::remove_const_t<T>> extent{view.data(), view.data()};
  const auto widen = [&](Index count, Index stride) {
    (stride < 0 ? extent.first : extent.last) += (count - 1) * stride;
  };
  widen(shape.batch, strides.batch);
  widen(shape.channels, strides.channels);
  widen(shape.height, strides.height);
  widen(shape.width, strides.width);
  return extent;
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

/// The strides of a column-major tensor: the batch varies fastest.
inline Strides column_major_strides(const Shape& s) {
  return {1, s.batch, s.batch * s.channels, s.batch * s.channels * s.height};
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
    return {images.data(), shape_of(images), column_major_strides(shape_of(images))};
  }
  static StridedView<T> view(Tensor& images) {
    return {images.data(), shape_of(images), column_major_strides(shape_of(images))};
  }
};
template <typename T, int Options, typename I>
struct ForeignImages<T, Eigen::TensorMap<Eigen::Tensor<T, 4, Eigen::ColMajor, I>, Options>> : std::true_type {
  static StridedView<T> view(
      const Eigen::TensorMap<Eigen::Tensor<T, 4, Eigen::ColMajor, I>, Options>& images) {
    return {const_cast<T*>(images.data()), shape_of(images), column_major_strides(shape_of(images))};
  }
};
template <typename T, int Options, typename I>
struct ForeignImages<T, Eigen::TensorMap<const Eigen::Tensor<T, 4, Eigen::ColMajor, I>, Options>>
    : std::true_type {
  static StridedView<const T> view(
      const Eigen::TensorMap<const Eigen::Tensor<T, 4, Eigen::ColMajor, I>, Options>& images) {
    return {images.data(), shape_of(images), column_major_strides(shape_of(images))};
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

/// Whether a gradient of this type that is empty is given its size: tensors and matrices that own their memory.
template <typename Other>
inline constexpr bool can_be_resized = false;
template <typename T, typename I>
inline constexpr bool can_be_resized<Eigen::Tensor<T, 4, Eigen::ColMajor, I>> = true;
template <typename T, int Options, int MaxRows, int MaxColumns>
inline constexpr bool
    can_be_resized<Eigen::Matrix<T, Eigen::Dynamic, Eigen::Dynamic, Options, MaxRows, MaxColumns>> = true;
template <typename T, int Options, int MaxRows, int MaxColumns>
inline constexpr bool
    can_be_resized<Eigen::Array<T, Eigen::Dynamic, Eigen::Dynamic, Options, MaxRows, MaxColumns>> = true;

/// Where memory cannot be had, Eigen's own resize leaves a tensor that frees its old memory twice: so that is let go first.
template <typename T, int Options, typename I>
void resize(Eigen::Tensor<T, 4, Options, I>& tensor, const Shape& shape) {
  if (tensor.size() != shape.size()) tensor = Eigen::Tensor<T, 4, Options, I>();
  tensor.resize(shape.batch, shape.channels, shape.height, shape.width);
}
template <typename Plane>
void resize(Eigen::PlainObjectBase<Plane>& plane, const Shape& shape) {
  plane.resize(shape.height, shape.width);
}

/// Calls body(images element, strided element) for all.
template <typename T, typename Strided, typename Body>
void for_each_element(T* images, const StridedView<Strided>& strided, const Body& body) {
  const Shape& shape = strided.shape();
  const Strides& strides = strided.strides();
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
void copy_to(const Images<T>& from, const StridedView<T>& to) {
  for_each_element(from.data(), to, [](const T& image, T& strided) { strided = image; });
}

/// Whether images, or a gradient, are copied: what they are, const or a reference or not.
template <typename T, typename AnyImages>
inline constexpr bool is_foreign = ForeignImages<T, std::decay_t<AnyImages>>::value;

/// Any images as Images or a view of them: what are is returned, what are not is copied to `room`.
template <typename T, typename AnyImages>
const auto& in_rows(const AnyImages& images, Images<T>& room) {
  if constexpr (is_foreign<T, AnyImages>) {
    const auto view = ForeignImages<T, AnyImages>::view(images);
    copy_from<T>({view.data(), view.shape(), view.strides()}, room);
    return static_cast<const Images<T>&>(room);
  } else {
    return images;
  }
}

template <typename T, typename AnyImages>
Shape shape_of_any(const AnyImages& images) {
  if constexpr (is_foreign<T, AnyImages>) {
    return ForeignImages<T, AnyImages>::view(images).shape();
  } else {
    return shape_of(images);
  }
}

/// The elements that any images lie between.
template <typename T, typename AnyImages>
Extent<T> extent_of_any(const AnyImages& images) {
  if constexpr (is_foreign<T, AnyImages>) {
    return extent_of(ForeignImages<T, AnyImages>::view(images));
  } else if constexpr (IsImages<T, AnyImages>::value) {
    return {images.data(), images.data() + images.size() - 1};
  } else {
    return {nullptr, nullptr};  // a weighted target, whose memory its own check sees
  }
}

/// Checks a gradient that is copied to. What is empty and can be resized will be.
template <typename T, typename Gradient, typename... Inputs>
void check_foreign_gradient(Gradient& gradient, const Shape& shape, const Inputs&... inputs) {
  const auto view = ForeignImages<T, std::decay_t<Gradient>>::view(gradient);
  static_assert(!std::is_const_v<std::remove_pointer_t<decltype(view.data())>>,
                "crisp: the gradient is written to, so it must not be const");
  if (view.shape().size() == 0 && can_be_resized<std::decay_t<Gradient>>) return;
  if (view.shape() != shape) {
    fail<ShapeError>("the gradient must have the shape of the images, ", shape, ", got ", view.shape());
  }
  const Strides& s = view.strides();
  if ((shape.batch > 1 && s.batch == 0) || (shape.channels > 1 && s.channels == 0) ||
      (shape.height > 1 && s.height == 0) || (shape.width > 1 && s.width == 0)) {
    fail<ShapeError>("a gradient of shape ", shape, " has several pixels in one place: a stride is 0");
  }
  const Extent<T> own = extent_of(view);
  const std::less<const T*> before;
  const auto is_apart = [&](const Extent<T>& other) {
    return other.first == nullptr || before(own.last, other.first) || before(other.last, own.first);
  };
  if (!(is_apart(extent_of_any<T>(inputs)) && ...)) {
    fail<ShapeError>("the gradient of shape ", shape,
                     " lies within the memory of the prediction or the target");
  }
}

/// What `evaluate` returns of a gradient in rows, which is copied to one that lies otherwise once all has gone well.
template <typename T, typename Gradient, typename Prediction, typename Target, typename Evaluate>
T through_rows(Gradient& gradient, Images<T>& rows, const Prediction& prediction, const Target& target,
               const Evaluate& evaluate) {
  using Any = std::decay_t<Gradient>;
  const Shape shape = shape_of_any<T>(prediction);
  check_foreign_gradient<T>(gradient, shape, prediction, target);
  resize(rows, shape);
  const T result = evaluate(rows);
  if constexpr (can_be_resized<Any>) {
    if (gradient.size() == 0) resize(gradient, shape);
  }
  copy_to(rows, ForeignImages<T, Any>::view(gradient));
  return result;
}

}  // namespace detail
}  // namespace crisp
