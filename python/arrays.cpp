#include "arrays.hpp"

#include <pybind11/stl.h>

#include <array>
#include <crisp/core/errors.hpp>
#include <cstddef>
#include <cstdint>
#include <type_traits>
#include <vector>

namespace crisp_python {
namespace {

namespace py = pybind11;
using crisp::Index;

std::string text(const py::handle& object) { return py::str(object).cast<std::string>(); }

std::string shape_text(const py::array& array) { return text(array.attr("shape")); }

}  // namespace

void fail_type(const std::string& expected, const py::handle& got) {
  const std::string what = py::isinstance<py::array>(got) ? "one of " + text(got.attr("dtype"))
                                                          : text(py::type::handle_of(got).attr("__name__"));
  throw py::type_error("crisp: " + expected + ", got " + what);
}

template <typename T>
ArrayView<T> view_of(const char* name, const py::handle& any) {
  using Scalar = std::remove_const_t<T>;
  if (!py::isinstance<py::array_t<Scalar>>(any)) {
    fail_type("all arrays must be of one type: " + std::string(name) + " must be a NumPy array of " +
                  text(py::dtype::of<Scalar>()),
              any);
  }
  const auto array = py::reinterpret_borrow<py::array>(any);
  if (array.ndim() < 2 || array.ndim() > 4) {
    crisp::detail::fail<crisp::ShapeError>(
        name, " must have 2, 3 or 4 dimensions, [batch, channel, height, width], got shape ",
        shape_text(array));
  }

  std::array<Index, 4> shape{1, 1, 1, 1};
  std::array<Index, 4> strides{};
  const auto size = static_cast<Index>(sizeof(T));
  bool fits = reinterpret_cast<std::uintptr_t>(array.data()) % alignof(T) == 0;
  for (py::ssize_t i = 0; i < array.ndim(); ++i) {
    const auto dimension = static_cast<std::size_t>(i + 4 - array.ndim());
    shape[dimension] = array.shape(i);
    strides[dimension] = array.strides(i) / size;
    if (array.shape(i) > 1 && array.strides(i) % size != 0) fits = false;
  }
  if (!fits) {
    crisp::detail::fail<crisp::ShapeError>(
        name, " of shape ", shape_text(array), " with strides of ", text(array.attr("strides")),
        " bytes does not lie on multiples of ", size, " bytes: copy it with numpy.array");
  }

  T* pointer = nullptr;
  if constexpr (std::is_const_v<T>) {
    pointer = static_cast<T*>(array.data());
  } else {
    if (!array.writeable()) {
      throw py::value_error("crisp: " + std::string(name) + " of shape " + shape_text(array) +
                            " is written to, and it is read-only");
    }
    pointer = static_cast<T*>(py::array(array).mutable_data());
  }
  if ((array.flags() & py::array::c_style) != 0) {
    return crisp::view(pointer, shape[0], shape[1], shape[2], shape[3]);
  }
  return crisp::strided_view(pointer, {shape[0], shape[1], shape[2], shape[3]},
                             {strides[0], strides[1], strides[2], strides[3]});
}

template <typename T>
py::object new_array_like(const py::handle& array) {
  return py::array_t<T>(array.attr("shape").cast<std::vector<py::ssize_t>>());
}

template ArrayView<const float> view_of<const float>(const char*, const py::handle&);
template ArrayView<const double> view_of<const double>(const char*, const py::handle&);
template ArrayView<float> view_of<float>(const char*, const py::handle&);
template ArrayView<double> view_of<double>(const char*, const py::handle&);
template py::object new_array_like<float>(const py::handle&);
template py::object new_array_like<double>(const py::handle&);

}  // namespace crisp_python
