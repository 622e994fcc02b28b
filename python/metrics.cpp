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
class Latents {
 public:
  Latents(const char* name, const py::object& array) {
    if (!py::isinstance<py::array_t<T>>(array)) {
      fail_type("all arrays must be of one type: " + std::string(name) + " must be a NumPy array of " +
                    py::str(py::dtype::of<T>()).template cast<std::string>(),
                array);
    }
    rows_ = py::array_t<T, py::array::c_style>(array);
    if (rows_.ndim() != 2) {
      crisp::detail::fail<crisp::ShapeError>(name, " must have 2 dimensions, [batch, latent], got shape ",
                                             py::str(array.attr("shape")).template cast<std::string>());
    }
  }
  auto view() const {
    using Tensor = Eigen::Tensor<T, 2, Eigen::RowMajor>;
    return Eigen::TensorMap<const Tensor>(rows_.data(), rows_.shape(0), rows_.shape(1));
  }

 private:
  py::array_t<T, py::array::c_style> rows_;
};

double gaussian_kl(const py::object& mean, const py::object& log_variance) {
  return with_scalar_of("mean", mean, [&](auto scalar) {
    using T = decltype(scalar);
    const Latents<T> means("mean", mean);
    const Latents<T> log_variances("log_variance", log_variance);
    return static_cast<double>(crisp::gaussian_kl(means.view(), log_variances.view()));
  });
}

py::tuple gaussian_kl_and_gradients(const py::object& mean, const py::object& log_variance) {
  return with_scalar_of("mean", mean, [&](auto scalar) {
    using T = decltype(scalar);
    const Latents<T> means("mean", mean);
    const Latents<T> log_variances("log_variance", log_variance);
    py::array_t<T> mean_gradient({means.view().dimension(0), means.view().dimension(1)});
    py::array_t<T> log_variance_gradient({means.view().dimension(0), means.view().dimension(1)});
    const auto write = [&](py::array_t<T>& array) {
      return Eigen::TensorMap<Eigen::Tensor<T, 2, Eigen::RowMajor>>(array.mutable_data(), array.shape(0),
                                                                    array.shape(1));
    };
    const T value = crisp::gaussian_kl(means.view(), log_variances.view(), write(mean_gradient),
                                       write(log_variance_gradient));
    return py::make_tuple(value, mean_gradient, log_variance_gradient);
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
