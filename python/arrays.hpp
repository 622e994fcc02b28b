// NumPy arrays as crisp's images, without a copy.
//
// An array [batch, channel, height, width] is images as it is; of fewer dimensions, down to [height, width], the leading ones
// are 1. Whoever calls must hold the GIL, and keep the array for as long as its view is used.
#pragma once

#include <pybind11/numpy.h>
#include <pybind11/pybind11.h>

#include <crisp/core/images.hpp>
#include <crisp/core/layouts.hpp>
#include <crisp/core/weighted.hpp>
#include <optional>
#include <string>
#include <variant>

namespace crisp_python {

/// A view of memory in rows, or of any other.
template <typename T>
using ArrayView =
    std::variant<decltype(crisp::view(static_cast<T*>(nullptr), 0, 0, 0, 0)), crisp::StridedView<T>>;

/// The view of an array to read, T being const, or to write. `name` is what messages call it: "the prediction".
///
/// Errors: TypeError for what is no NumPy array of T; ShapeError for other than 2 to 4 dimensions, and for elements that do
/// not lie where a T can; ValueError for an array to write that is read-only.
template <typename T>
ArrayView<T> view_of(const char* name, const pybind11::handle& array);

/// A new array, in rows, of the shape of another.
template <typename T>
pybind11::object new_array_like(const pybind11::handle& array);

/// Throws TypeError, which says what should have come instead of this.
[[noreturn]] void fail_type(const std::string& expected, const pybind11::handle& got);

/// What body(float()) or body(double()) returns, by the type of an array's elements. TypeError for others.
template <typename Body>
auto with_scalar_of(const char* name, const pybind11::handle& array, const Body& body) {
  if (pybind11::isinstance<pybind11::array_t<float>>(array)) return body(float());
  if (pybind11::isinstance<pybind11::array_t<double>>(array)) return body(double());
  fail_type(std::string(name) + " must be a NumPy array of float32 or float64", array);
}

/// What a loss compares.
template <typename T>
struct Comparison {
  Comparison(const pybind11::handle& prediction_array, const pybind11::handle& target_array,
             const pybind11::handle& weights_array)
      : prediction(view_of<const T>("the prediction", prediction_array)),
        target(view_of<const T>("the target", target_array)) {
    if (!weights_array.is_none()) weights = view_of<const T>("the array of weights", weights_array);
  }

  /// What body(prediction, target) returns, the target weighted if there are weights.
  template <typename Body>
  auto visit(const Body& body) const {
    return std::visit(
        [&](const auto& images) {
          return std::visit(
              [&](const auto& other) {
                if (!weights) return body(images, other);
                return std::visit(
                    [&](const auto& some) { return body(images, crisp::weighted(other, some)); }, *weights);
              },
              target);
        },
        prediction);
  }

  ArrayView<const T> prediction;
  ArrayView<const T> target;
  std::optional<ArrayView<const T>> weights;
};

}  // namespace crisp_python
