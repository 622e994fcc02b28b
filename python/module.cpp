// The Python module crisp.
#include <pybind11/pybind11.h>

#include <crisp/core/errors.hpp>
#include <crisp/version.hpp>
#include <string>

#include "arrays.hpp"
#include "loss.hpp"
#include "threads.hpp"

namespace {

namespace py = pybind11;

constexpr const char* documentation = R"(Image losses with analytic gradients, on NumPy arrays.

    import crisp, numpy

    loss = crisp.SsimLoss() + 0.5 * crisp.CharbonnierLoss()
    prediction = numpy.random.rand(8, 1, 28, 28)            # [batch, channel, height, width]
    target = numpy.random.rand(8, 1, 28, 28)
    value, gradient = crisp.value_and_gradient(loss, prediction, target)

Losses are objects, their options keyword arguments: help(crisp.StftLoss). value(), value_and_gradient(),
value_and_gradients(), values() and breakdown() evaluate them. Arrays are float32 or float64, and computed on as they are:
in their type, without a copy where they lie in rows, without the GIL.
)";

void define_errors(py::module_& module) {
  py::register_exception<crisp::ShapeError>(module, "ShapeError", PyExc_ValueError).attr("__doc__") =
      "Arrays whose shapes do not fit each other, or do not fit the loss.";
  py::register_exception<crisp::OptionError>(module, "OptionError", PyExc_ValueError).attr("__doc__") =
      "An option, a coefficient or a weight outside its range.";
}

std::string version() {
  return std::to_string(CRISP_VERSION_MAJOR) + "." + std::to_string(CRISP_VERSION_MINOR) + "." +
         std::to_string(CRISP_VERSION_PATCH);
}

void forget_threads_after_fork() {
  const py::object os = py::module_::import("os");
  if (py::hasattr(os, "register_at_fork")) {
    os.attr("register_at_fork")(py::arg("after_in_child") = py::cpp_function(&crisp_python::forget_threads));
  }
}

}  // namespace

PYBIND11_MODULE(crisp, module) {
  py::options options;
  options.disable_function_signatures();  // ours are in the docstrings, where inspect finds them

  crisp_python::find_numpy();
  module.doc() = documentation;
  module.attr("__version__") = version();
  define_errors(module);
  crisp_python::define_loss(module);
  crisp_python::define_losses(module);
  crisp_python::define_evaluation(module);
  crisp_python::define_metrics(module);
  forget_threads_after_fork();
}
