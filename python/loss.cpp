#include "loss.hpp"

#include <cstddef>

namespace crisp_python {
namespace {

namespace py = pybind11;
using LossPointer = std::unique_ptr<Loss>;

LossPointer times(const Loss& loss, double factor) {
  return std::make_unique<Loss>(loss.calls(),
                                [&](auto scalar) { return loss.on<decltype(scalar)>().times(factor); });
}

LossPointer plus(const Loss& first, const Loss& second) {
  std::vector<std::string> calls = first.calls();
  calls.insert(calls.end(), second.calls().begin(), second.calls().end());
  return std::make_unique<Loss>(std::move(calls), [&](auto scalar) {
    using T = decltype(scalar);
    return first.on<T>().plus(second.on<T>());
  });
}

LossPointer named(const std::string& name, const Loss& loss) {
  return std::make_unique<Loss>(loss.calls(),
                                [&](auto scalar) { return loss.on<decltype(scalar)>().named(name); });
}

std::string quoted(const py::object& value) { return py::repr(value).cast<std::string>(); }

/// An expression that makes the loss.
std::string expression(const Loss& loss) {
  const AnyLoss<double>& sum = loss.on<double>();
  std::string result;
  for (std::size_t i = 0; i < loss.calls().size(); ++i) {
    std::string term = loss.calls()[i];
    const std::string own_name = term.substr(0, term.find('('));
    if (sum.coefficients()[i] != 1) term = quoted(py::float_(sum.coefficients()[i])) + " * " + term;
    if (sum.names()[i] != own_name) term = "named(" + quoted(py::str(sum.names()[i])) + ", " + term + ")";
    result += (i == 0 ? "" : " + ") + term;
  }
  return result;
}

}  // namespace

void define_loss(py::module_& module) {
  py::class_<Loss> loss(module, "Loss", R"(A loss: one of those below, or a multiple or a sum of some.

    loss = crisp.SsimLoss() + 0.5 * crisp.CharbonnierLoss()

It never changes, and keeps the memory that it works with for the next call: make it once, before the loop. Several
threads may use it at the same time; each then works in memory of its own.)");
  loss.def("__mul__", &times, py::arg("factor"), py::is_operator());
  loss.def("__rmul__", &times, py::arg("factor"), py::is_operator());
  loss.def("__add__", &plus, py::arg("other"), py::is_operator());
  loss.def("__repr__", &expression);
  loss.attr("__array_ufunc__") = py::none();  // so that NumPy's scalars leave products to __rmul__

  module.def("named", &named, py::arg("name"), py::arg("loss"), R"(named(name, loss)
--

The loss under a name of its own in breakdown(): named('edges', 0.5 * crisp.L1Loss()).

Of a sum, every term's name gets this one before it: 'edges.L1Loss'.)");
}

}  // namespace crisp_python
