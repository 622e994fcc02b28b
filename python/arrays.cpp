#include "arrays.hpp"

#include <array>
#include <crisp/core/errors.hpp>
#include <cstddef>
#include <cstdint>
#include <type_traits>

namespace crisp_python {
namespace {

namespace py = pybind11;
using crisp::Index;

struct Numpy {
  py::module_ module = py::module_::import("numpy");
  py::object ndarray = module.attr("ndarray");
  py::object bool_type = module.attr("bool_");
  py::object float32 = module.attr("dtype")("float32");
  py::object float64 = module.attr("dtype")("float64");
  py::object empty = module.attr("empty");
  py::object require = module.attr("require");
};

// Never destroyed: the interpreter may have ended before.
const Numpy* numpy = nullptr;

std::string text(const py::handle& object) { return py::str(object).cast<std::string>(); }

std::string shape_text(const py::handle& array) { return text(array.attr("shape")); }

std::string class_name(const py::handle& object) {
  return text(py::type::handle_of(object).attr("__name__"));
}

bool is_array(const py::handle& object) { return py::isinstance(object, numpy->ndarray); }

template <typename T>
const py::object& type_of_elements() {
  return std::is_same_v<T, float> ? numpy->float32 : numpy->float64;
}

}  // namespace

void find_numpy() { numpy = new Numpy; }

template <typename T>
bool is_array_of(const py::handle& object) {
  return is_array(object) && py::object(object.attr("dtype")).equal(type_of_elements<T>());
}

bool has_mask(const py::handle& object) {
  return is_array(object) && !py::type::handle_of(object).is(numpy->ndarray) && py::hasattr(object, "mask");
}

bool is_true_or_false(const py::handle& object) {
  return PyBool_Check(object.ptr()) || py::isinstance(object, numpy->bool_type);
}

void fail_type(const std::string& expected, const py::handle& got) {
  const std::string what = is_array(got) ? "one of " + text(got.attr("dtype")) : class_name(got);
  throw py::type_error("crisp: " + expected + ", got " + what);
}

template <typename T>
py::buffer_info elements_of(const char* name, const py::handle& array) {
  if (!is_array_of<T>(array)) {
    fail_type("all arrays must be of one type: " + std::string(name) + " must be a NumPy array of " +
                  text(type_of_elements<T>()),
              array);
  }
  if (has_mask(array)) {
    throw py::type_error("crisp: " + std::string(name) + " must have no mask, got a " + class_name(array) +
                         ": give its data, as numpy.ma.getdata() of it, and where a call takes weights, " +
                         "weights= of 0 where it is masked and 1 elsewhere");
  }
  return py::reinterpret_borrow<py::buffer>(array).request();
}

template <typename T>
ArrayView<T> view_of(const char* name, const py::handle& array) {
  const py::buffer_info elements = elements_of<std::remove_const_t<T>>(name, array);
  if (elements.ndim < 2 || elements.ndim > 4) {
    crisp::detail::fail<crisp::ShapeError>(
        name, " must have 2, 3 or 4 dimensions, [batch, channel, height, width], got shape ",
        shape_text(array));
  }

  std::array<Index, 4> shape{1, 1, 1, 1};
  std::array<Index, 4> strides{};
  const auto size = static_cast<Index>(sizeof(T));
  bool fits = reinterpret_cast<std::uintptr_t>(elements.ptr) % alignof(T) == 0;
  const std::size_t left_out = shape.size() - elements.shape.size();
  for (std::size_t i = 0; i < elements.shape.size(); ++i) {
    shape[left_out + i] = elements.shape[i];
    strides[left_out + i] = elements.strides[i] / size;
    if (elements.shape[i] > 1 && elements.strides[i] % size != 0) fits = false;
  }
  if (!fits) {
    crisp::detail::fail<crisp::ShapeError>(
        name, " of shape ", shape_text(array), " with strides of ", text(array.attr("strides")),
        " bytes does not lie on multiples of ", size, " bytes: copy it with numpy.array");
  }
  if (!std::is_const_v<T> && elements.readonly) {
    throw py::value_error("crisp: " + std::string(name) + " of shape " + shape_text(array) +
                          " is written to, and it is read-only");
  }

  T* const first = static_cast<T*>(elements.ptr);
  if (PyBuffer_IsContiguous(elements.view(), 'C') != 0) {
    return crisp::view(first, shape[0], shape[1], shape[2], shape[3]);
  }
  return crisp::strided_view(first, {shape[0], shape[1], shape[2], shape[3]},
                             {strides[0], strides[1], strides[2], strides[3]});
}

template <typename T>
py::object array_in_rows(const py::handle& object) {
  return numpy->require(object, type_of_elements<T>(), "CA");  // in C order, and aligned
}

template <typename T>
py::object new_array(const py::object& shape) {
  return numpy->empty(shape, type_of_elements<T>());
}

template bool is_array_of<float>(const py::handle&);
template bool is_array_of<double>(const py::handle&);
template py::buffer_info elements_of<float>(const char*, const py::handle&);
template py::buffer_info elements_of<double>(const char*, const py::handle&);
template py::object array_in_rows<float>(const py::handle&);
template py::object array_in_rows<double>(const py::handle&);
template py::object new_array<float>(const py::object&);
template py::object new_array<double>(const py::object&);
template ArrayView<const float> view_of<const float>(const char*, const py::handle&);
template ArrayView<const double> view_of<const double>(const char*, const py::handle&);
template ArrayView<float> view_of<float>(const char*, const py::handle&);
template ArrayView<double> view_of<double>(const char*, const py::handle&);

}  // namespace crisp_python
