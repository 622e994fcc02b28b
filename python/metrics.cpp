// crisp.psnr() and other numbers to report, and crisp.gaussian_kl(), the loss that is not one of images.
#include <crisp/losses/gaussian_kl.hpp>
#include <crisp/metrics/psnr.hpp>
#include <crisp/metrics/ssim.hpp>
#include <string>
#include <type_traits>
#include <utility>

#include "arrays.hpp"
#include "loss.hpp"
#include "options.hpp"
#include "threads.hpp"

namespace crisp_python {
namespace {

namespace py = pybind11;

/// Defines a function that returns a metric's mean over the images of a batch.
template <template <typename> class Metric>
void define_metric(py::module_& module, const std::string& name, const std::string& documentation) {
  using Options = std::decay_t<decltype(std::declval<const Metric<double>&>().options())>;
  const auto metric = [name](const py::object& prediction, const py::object& target,
                             const py::object& weights, int thread_count, const py::kwargs& given) {
    return with_scalar_of("the prediction", prediction, [&](auto scalar) {
      using T = decltype(scalar);
      const Comparison<T> images(prediction, target, weights);
      Metric<T> metric_on_scalar(options_of<Options>(name, given));
      const py::gil_scoped_release without_gil;
      images.visit([&](const auto& x, const auto& y) { metric_on_scalar.add(x, y, threads(thread_count)); });
      return metric_on_scalar.value();
    });
  };
  std::string signature = name + "(prediction, target, weights=None, threads=1";
  for (const auto& [option, value] : dictionary_of(Options())) {
    signature += ", " + option.template cast<std::string>() + "=" + detail::quoted(value);
  }
  module.def(name.c_str(), metric, py::arg("prediction"), py::arg("target"), py::arg("weights") = py::none(),
             py::arg("threads") = 1, (signature + ")\n--\n\n" + documentation).c_str());
}

/// An array [batch, latent] in rows; copied if it lies otherwise.
template <typename T>
py::object latents_of(const char* name, const py::object& array) {
  if (elements_of<T>(name, array).ndim != 2) {
    crisp::detail::fail<crisp::ShapeError>(name, " must have 2 dimensions, [batch, latent], got shape ",
                                           detail::quoted(array.attr("shape")));
  }
  return array_in_rows<T>(array);
}

template <typename T>
auto view_of_latents(const py::object& array) {
  using Tensor = Eigen::Tensor<T, 2, Eigen::RowMajor>;
  const auto shape = array.attr("shape").cast<std::pair<crisp::Index, crisp::Index>>();
  return Eigen::TensorMap<Tensor>(first_of<T>(array), shape.first, shape.second);
}

double gaussian_kl(const py::object& mean, const py::object& log_variance) {
  return with_scalar_of("mean", mean, [&](auto scalar) {
    using T = decltype(scalar);
    const py::object means = latents_of<T>("mean", mean);
    const py::object log_variances = latents_of<T>("log_variance", log_variance);
    return static_cast<double>(
        crisp::gaussian_kl(view_of_latents<T>(means), view_of_latents<T>(log_variances)));
  });
}

py::tuple gaussian_kl_and_gradients(const py::object& mean, const py::object& log_variance) {
  return with_scalar_of("mean", mean, [&](auto scalar) -> py::tuple {
    using T = decltype(scalar);
    const py::object means = latents_of<T>("mean", mean);
    const py::object log_variances = latents_of<T>("log_variance", log_variance);
    const py::object mean_gradient = new_array<T>(mean.attr("shape"));
    const py::object log_variance_gradient = new_array<T>(mean.attr("shape"));
    const T value =
        crisp::gaussian_kl(view_of_latents<T>(means), view_of_latents<T>(log_variances),
                           view_of_latents<T>(mean_gradient), view_of_latents<T>(log_variance_gradient));
    return py::tuple(py::make_tuple(value, mean_gradient, log_variance_gradient));
  });
}

}  // namespace

void define_metrics(py::module_& module) {
  define_metric<crisp::metrics::Psnr>(
      module, "psnr",
      "Peak signal-to-noise ratio in decibels, mean over images. Arguments: see "
      "value(); data_range is the largest\npossible pixel minus the smallest.");
  define_metric<crisp::metrics::Ssim>(
      module, "ssim",
      "Structural similarity, mean over images: 1 for equal ones. Arguments: see "
      "value() and SsimLoss.");

  module.def("gaussian_kl", &gaussian_kl, py::arg("mean"), py::arg("log_variance"),
             R"(gaussian_kl(mean, log_variance)
--

A VAE's other loss: the KL divergence of diagonal Gaussians from the standard one, mean over the batch.

mean, log_variance: arrays [batch, latent] of one shape, both float32 or both float64; copied unless in rows.)");
  module.def("gaussian_kl_and_gradients", &gaussian_kl_and_gradients, py::arg("mean"),
             py::arg("log_variance"), R"(gaussian_kl_and_gradients(mean, log_variance)
--

The same and its gradients: (value, mean_gradient, log_variance_gradient).)");
}

}  // namespace crisp_python
