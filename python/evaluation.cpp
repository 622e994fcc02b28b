// crisp.value() and the other functions of a loss: arguments are looked at under the GIL, then it is released.
#include <pybind11/stl.h>

#include <algorithm>
#include <crisp/core/breakdown.hpp>
#include <crisp/core/evaluate.hpp>
#include <string>
#include <variant>
#include <vector>

#include "arrays.hpp"
#include "loss.hpp"
#include "threads.hpp"

namespace crisp_python {
namespace {

namespace py = pybind11;

const Loss& loss_of(const py::object& object) {
  if (py::isinstance<Loss>(object)) return object.cast<const Loss&>();
  throw py::type_error("crisp: the first argument must be a loss, such as crisp.SsimLoss(), got " +
                       py::str(py::type::handle_of(object).attr("__name__")).cast<std::string>());
}

/// What body(loss, prediction, target, workspace, threads) returns, without the GIL.
template <typename T, typename Body>
auto evaluate(const Loss& loss, const Comparison<T>& images, int thread_count, const Body& body) {
  const py::gil_scoped_release without_gil;
  const crisp::Threads& executor = threads(thread_count);
  return loss.evaluate<T>([&](const AnyLoss<T>& any, auto& workspace) {
    return images.visit([&](const auto& prediction, const auto& target) {
      return body(any, prediction, target, workspace, executor);
    });
  });
}

double value(const py::object& loss, const py::object& prediction, const py::object& target,
             const py::object& weights, int thread_count) {
  return with_scalar_of("the prediction", prediction, [&](auto scalar) {
    const Comparison<decltype(scalar)> images(prediction, target, weights);
    return static_cast<double>(
        evaluate(loss_of(loss), images, thread_count,
                 [](const auto& any, const auto& x, const auto& y, auto& workspace, const auto& executor) {
                   return crisp::value(any, x, y, workspace, executor);
                 }));
  });
}

py::object values(const py::object& loss, const py::object& prediction, const py::object& target,
                  const py::object& weights, int thread_count) {
  return with_scalar_of("the prediction", prediction, [&](auto scalar) -> py::object {
    using T = decltype(scalar);
    const Comparison<T> images(prediction, target, weights);
    const auto of_images =
        evaluate(loss_of(loss), images, thread_count,
                 [](const auto& any, const auto& x, const auto& y, auto& workspace, const auto& executor) {
                   return crisp::values(any, x, y, workspace, executor);
                 });
    py::object result = new_array<T>(py::int_(of_images.size()));
    std::copy_n(of_images.data(), of_images.size(), first_of<T>(result));
    return result;
  });
}

py::tuple value_and_gradient(const py::object& loss, const py::object& prediction, const py::object& target,
                             const py::object& weights, const py::object& out, int thread_count) {
  return with_scalar_of("the prediction", prediction, [&](auto scalar) -> py::tuple {
    using T = decltype(scalar);
    const Comparison<T> images(prediction, target, weights);
    const py::object gradient = out.is_none() ? new_array<T>(prediction.attr("shape")) : out;
    const ArrayView<T> gradient_view = view_of<T>("out", gradient);
    const T result =
        evaluate(loss_of(loss), images, thread_count,
                 [&](const auto& any, const auto& x, const auto& y, auto& workspace, const auto& executor) {
                   const auto write = [&](auto view) {
                     return crisp::value_and_gradient(any, x, y, view, workspace, executor);
                   };
                   return std::visit(write, gradient_view);
                 });
    return py::tuple(py::make_tuple(result, gradient));
  });
}

py::tuple value_and_gradients(const py::object& loss, const py::object& prediction, const py::object& target,
                              const py::object& weights, const py::object& out, int thread_count) {
  return with_scalar_of("the prediction", prediction, [&](auto scalar) -> py::tuple {
    using T = decltype(scalar);
    const Comparison<T> images(prediction, target, weights);
    py::object first;
    py::object second;
    if (out.is_none()) {
      first = new_array<T>(prediction.attr("shape"));
      second = new_array<T>(target.attr("shape"));
    } else if (py::isinstance<py::tuple>(out) && py::len(out) == 2) {
      first = out[py::int_(0)];
      second = out[py::int_(1)];
    } else {
      fail_type("out must be a tuple of two arrays, for the gradients of prediction and target", out);
    }
    const ArrayView<T> first_view = view_of<T>("out[0]", first);
    const ArrayView<T> second_view = view_of<T>("out[1]", second);
    const T result =
        evaluate(loss_of(loss), images, thread_count,
                 [&](const auto& any, const auto& x, const auto& y, auto& workspace, const auto& executor) {
                   const auto write = [&](auto of_x, auto of_y) {
                     return crisp::value_and_gradients(any, x, y, of_x, of_y, workspace, executor);
                   };
                   return std::visit(write, first_view, second_view);
                 });
    return py::tuple(py::make_tuple(result, first, second));
  });
}

std::vector<crisp::Term> breakdown(const py::object& loss, const py::object& prediction,
                                   const py::object& target, const py::object& weights, int thread_count) {
  return with_scalar_of("the prediction", prediction, [&](auto scalar) {
    const Comparison<decltype(scalar)> images(prediction, target, weights);
    return evaluate(loss_of(loss), images, thread_count,
                    [](const auto& any, const auto& x, const auto& y, auto& workspace, const auto& executor) {
                      crisp::value(any, x, y, workspace, executor);
                      return crisp::breakdown(any, workspace);
                    });
  });
}

void define_term(py::module_& module) {
  py::class_<crisp::Term> term(module, "Term",
                               "One term of a loss: it adds coefficient * value to the whole.");
  term.def_readonly("name", &crisp::Term::name, "of the loss, or what named() gave it");
  term.def_readonly("coefficient", &crisp::Term::coefficient);
  term.def_readonly("value", &crisp::Term::value, "the loss's own, before its coefficient");
  term.def("__repr__", [](const crisp::Term& self) {
    return py::str("Term(name={!r}, coefficient={!r}, value={!r})")
        .format(self.name, self.coefficient, self.value);
  });
}

}  // namespace

void define_evaluation(py::module_& module) {
  const py::arg loss("loss");
  const py::arg prediction("prediction");
  const py::arg target("target");
  const py::arg_v weights = py::arg("weights") = py::none();
  const py::arg_v out = py::arg("out") = py::none();
  const py::arg_v thread_count = py::arg("threads") = 1;

  module.def("value", &value, loss, prediction, target, weights, thread_count,
             R"(value(loss, prediction, target, weights=None, threads=1)
--

The loss of a prediction against a target, a float.

prediction, target: NumPy arrays of one shape, both float32 or both float64, [batch, channel, height, width]; leading
    dimensions that are left out are 1. Arrays in rows (C order) are read where they are; of others (transposed, sliced,
    Fortran order) a copy is made, in memory that the loss keeps.
weights: how much each pixel counts, finite and at least 0; a mask is weights of 0 and 1. An array of the shape and type
    of the target, or with one channel for all.
threads: how many work on it. Results have the same bits for any number.

Other Python threads run meanwhile. NaN or infinity in an image gives a value that is not finite. Raises ShapeError for
shapes that differ or do not suit the loss, OptionError for a weight that is negative or not finite, TypeError for other
types.)");

  module.def("value_and_gradient", &value_and_gradient, loss, prediction, target, weights, out, thread_count,
             R"(value_and_gradient(loss, prediction, target, weights=None, out=None, threads=1)
--

The loss, and its derivative with respect to every pixel of the prediction: (value, gradient).

out: an array of the shape and type of the prediction that the gradient is written to, and that is returned; it shares no
    memory with the others, and one in rows is written to directly. Without it, a new array.
The other arguments, and errors: see value(). After an error, out is as it was.)");

  module.def("value_and_gradients", &value_and_gradients, loss, prediction, target, weights, out,
             thread_count,
             R"(value_and_gradients(loss, prediction, target, weights=None, out=None, threads=1)
--

The loss, and its derivatives with respect to both images: (value, gradient, target_gradient). Two evaluations in all.

out: a tuple of two arrays for the gradients. The rest: see value_and_gradient().)");

  module.def("values", &values, loss, prediction, target, weights, thread_count,
             R"(values(loss, prediction, target, weights=None, threads=1)
--

One value an image, an array [batch]: its mean over channels. The loss is the mean of these. Arguments: see value().)");

  module.def("breakdown", &breakdown, loss, prediction, target, weights, thread_count,
             R"(breakdown(loss, prediction, target, weights=None, threads=1)
--

The terms of a loss, a list of Term(name, coefficient, value), in the order of the sum. Arguments: see value().)");

  define_term(module);
}

}  // namespace crisp_python
