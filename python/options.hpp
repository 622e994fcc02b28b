// The options of losses as Python objects: an options struct is a dictionary, or keyword arguments; a choice is a string;
// a size is an integer or a pair (height, width).
#pragma once

#include <pybind11/pybind11.h>
#include <pybind11/stl.h>

#include <crisp/core/errors.hpp>
#include <string>
#include <type_traits>
#include <vector>

#include "arrays.hpp"
#include "option_names.hpp"

namespace crisp_python {

/// Fails with TypeError for options that Options does not have or that are of another type, and with OptionError for
/// choices that there are not. `owner` is whose they are: "StftLoss".
template <typename Options>
Options options_of(const std::string& owner, const pybind11::dict& given);

/// All fields by their names.
template <typename Options>
pybind11::dict dictionary_of(Options options);

namespace detail {

namespace py = pybind11;

/// A matrix as NumPy has it.
using Rows = Eigen::Array<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

inline std::string quoted(const py::handle& object) { return py::repr(object).cast<std::string>(); }

template <typename Field>
std::string kind_of(const Field& /*field*/) {
  if constexpr (std::is_same_v<Field, bool>) {
    return "True or False";
  } else if constexpr (std::is_same_v<Field, double>) {
    return "a number";
  } else if constexpr (std::is_same_v<Field, crisp::Index>) {
    return "an integer";
  } else if constexpr (std::is_same_v<Field, crisp::Size2>) {
    return "an integer or a pair (height, width)";
  } else if constexpr (std::is_same_v<Field, std::vector<double>>) {
    return "a sequence of numbers";
  } else if constexpr (std::is_same_v<Field, std::vector<crisp::StftOptions>>) {
    return "a sequence of dictionaries, each with options of StftLoss";
  } else if constexpr (std::is_same_v<Field, Eigen::ArrayXXd>) {
    return "None or a two-dimensional array without a mask";
  } else {
    std::string names;
    for (const auto& choice : choices_of(Field())) {
      names += (names.empty() ? "'" : ", '") + std::string(choice.first) + "'";
    }
    return "one of " + names;
  }
}

template <typename Field>
py::object to_python(const Field& field) {
  if constexpr (std::is_same_v<Field, crisp::Size2>) {
    if (field.height == field.width) return py::int_(field.height);
    return py::make_tuple(field.height, field.width);
  } else if constexpr (std::is_same_v<Field, std::vector<crisp::StftOptions>>) {
    py::list list;
    for (const crisp::StftOptions& options : field) list.append(dictionary_of(options));
    return list;
  } else if constexpr (std::is_same_v<Field, Eigen::ArrayXXd>) {
    if (field.size() == 0) return py::none();
    py::object array = new_array<double>(py::make_tuple(field.rows(), field.cols()));
    Eigen::Map<Rows>(first_of<double>(array), field.rows(), field.cols()) = field;
    return array;
  } else if constexpr (std::is_enum_v<Field>) {
    for (const auto& [name, choice] : choices_of(field)) {
      if (choice == field) return py::str(name);
    }
    return py::none();
  } else {
    return py::cast(field);
  }
}

/// Whether an object could be made a field.
template <typename Field>
bool from_python(const py::handle& object, Field& field) {
  if constexpr (std::is_same_v<Field, crisp::Size2>) {
    crisp::Index both = 0;
    if (from_python(object, both)) {
      field = both;
      return true;
    }
    std::pair<py::object, py::object> sides;
    return from_python(object, sides) && from_python(sides.first, field.height) &&
           from_python(sides.second, field.width);
  } else if constexpr (std::is_same_v<Field, std::vector<crisp::StftOptions>>) {
    std::vector<py::dict> list;
    if (!from_python(object, list)) return false;
    field.clear();
    for (const py::dict& options : list) field.push_back(options_of<crisp::StftOptions>("StftLoss", options));
    return true;
  } else if constexpr (std::is_same_v<Field, Eigen::ArrayXXd>) {
    if (object.is_none()) return true;
    if (has_mask(object)) return false;
    py::object array;
    try {
      array = array_in_rows<double>(object);
    } catch (const py::error_already_set&) {
      return false;  // NumPy can make no array of it
    }
    const py::buffer_info elements = elements_of<double>("the array", array);
    if (elements.ndim != 2) return false;
    field = Eigen::Map<const Rows>(static_cast<const double*>(elements.ptr), elements.shape[0],
                                   elements.shape[1]);
    return true;
  } else if constexpr (std::is_enum_v<Field>) {
    if (!py::isinstance<py::str>(object)) return false;
    const auto wanted = object.cast<std::string>();
    for (const auto& [name, choice] : choices_of(field)) {
      if (wanted != name) continue;
      field = choice;
      return true;
    }
    return false;
  } else if constexpr (std::is_same_v<Field, bool>) {
    if (!is_true_or_false(object)) return false;
    field = PyObject_IsTrue(object.ptr()) == 1;
    return true;
  } else {
    // pybind11 refuses Python's floats, but would cut off what NumPy's have after the point.
    if (std::is_integral_v<Field> && PyIndex_Check(object.ptr()) == 0) return false;
    py::detail::make_caster<Field> caster;
    if (!caster.load(object, true)) return false;  // numbers may be NumPy's
    field = py::detail::cast_op<Field>(caster);
    return true;
  }
}

}  // namespace detail

template <typename Options>
pybind11::dict dictionary_of(Options options) {
  pybind11::dict result;
  for_each_field(options,
                 [&](const char* name, const auto& field) { result[name] = detail::to_python(field); });
  return result;
}

template <typename Options>
Options options_of(const std::string& owner, const pybind11::dict& given) {
  Options options;
  for_each_field(options, [&](const char* name, auto& field) {
    if (!given.contains(name)) return;
    const pybind11::object value = given[name];
    if (detail::from_python(value, field)) return;
    const std::string message = "crisp: the " + std::string(name) + " of " + owner + " must be " +
                                detail::kind_of(field) + ", got " + detail::quoted(value);
    if (std::is_enum_v<std::decay_t<decltype(field)>> && pybind11::isinstance<pybind11::str>(value)) {
      throw crisp::OptionError(message);
    }
    throw pybind11::type_error(message);
  });
  const pybind11::dict known = dictionary_of(options);
  for (const auto& [name, value] : given) {
    if (known.contains(name)) continue;
    throw pybind11::type_error("crisp: " + owner + " has no option " + detail::quoted(name) + "; it has " +
                               (known.empty() ? "none" : detail::quoted(pybind11::list(known))));
  }
  return options;
}

}  // namespace crisp_python
