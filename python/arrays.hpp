// NumPy arrays as crisp's images, without a copy.
//
// An array [batch, channel, height, width] is images as it is; of fewer dimensions, down to [height, width], the leading ones
// are 1. Whoever calls must hold the GIL, and keep the array for as long as its view is used.
//
// Nothing here knows NumPy's C structs, which NumPy 2 changed, and which pybind11/numpy.h of before 2.12 reads as they were:
// where an array's elements lie is asked by Python's buffer protocol, all else as Python would. So the module runs beside
// any NumPy, whichever it was built beside.
#pragma once

#include <pybind11/pybind11.h>

#include <crisp/core/images.hpp>
#include <crisp/core/layouts.hpp>
#include <crisp/core/weighted.hpp>
#include <optional>
#include <string>
#include <variant>

namespace crisp_python {

/// To be called while the module is imported, before all else here. Were NumPy looked up by the first call and kept in a
/// static, as pybind11/numpy.h does, threads that make it at once would hang: the look-up lets others have the GIL, and they
/// wait for the static with it.
void find_numpy();

/// Whether something is a NumPy array of float, or of double.
template <typename T>
bool is_array_of(const pybind11::handle& object);

/// Whether something is a NumPy array whose elements are not all meant: of a class with a mask, as numpy.ma.MaskedArray.
bool has_mask(const pybind11::handle& object);

/// Whether something is True or False, Python's or NumPy's.
bool is_true_or_false(const pybind11::handle& object);

/// Where the elements of an array lie. `name` is what messages call it: "the prediction". TypeError for what is no NumPy array
/// of T, and for one with a mask.
template <typename T>
pybind11::buffer_info elements_of(const char* name, const pybind11::handle& array);

/// What is an array of T in rows itself, else one with the same numbers; Python's own errors for what NumPy can make none of.
/// A mask is lost.
template <typename T>
pybind11::object array_in_rows(const pybind11::handle& object);

/// A new array in rows, of a shape as NumPy takes it.
template <typename T>
pybind11::object new_array(const pybind11::object& shape);

/// The elements of an array in rows.
template <typename T>
T* first_of(const pybind11::handle& array) {
  return static_cast<T*>(pybind11::reinterpret_borrow<pybind11::buffer>(array).request().ptr);
}

/// A view of memory in rows, or of any other.
template <typename T>
using ArrayView =
    std::variant<decltype(crisp::view(static_cast<T*>(nullptr), 0, 0, 0, 0)), crisp::StridedView<T>>;

/// The view of an array to read, T being const, or to write.
///
/// Errors: TypeError as elements_of; ShapeError for other than 2 to 4 dimensions, and for elements that do not lie where a T
/// can; ValueError for an array to write that is read-only.
template <typename T>
ArrayView<T> view_of(const char* name, const pybind11::handle& array);

/// Throws TypeError, which says what should have come instead of this.
[[noreturn]] void fail_type(const std::string& expected, const pybind11::handle& got);

/// What body(float()) or body(double()) returns, by the type of an array's elements. TypeError for others.
template <typename Body>
auto with_scalar_of(const char* name, const pybind11::handle& array, const Body& body) {
  if (is_array_of<float>(array)) return body(float());
  if (is_array_of<double>(array)) return body(double());
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
