// The losses of crisp, each listed once.
#include <crisp/crisp.hpp>
#include <memory>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include "loss.hpp"
#include "options.hpp"

namespace crisp_python {
namespace {

namespace py = pybind11;

template <typename Loss, typename = void>
struct OptionsOf {
  using Type = NoOptions;
};
template <typename Loss>
struct OptionsOf<Loss, std::void_t<decltype(std::declval<const Loss&>().options())>> {
  using Type = std::decay_t<decltype(std::declval<const Loss&>().options())>;
};

/// The expression that makes a loss: its name, and the options that are not the default.
template <typename AnyLoss>
std::string call_of(const AnyLoss& loss) {
  using Options = typename OptionsOf<AnyLoss>::Type;
  std::string arguments;
  if constexpr (!std::is_same_v<Options, NoOptions>) {
    const py::dict defaults = dictionary_of(Options());
    for (const auto& [name, value] : dictionary_of(loss.options())) {
      const std::string argument = detail::quoted(value);
      if (argument == detail::quoted(defaults[name])) continue;
      arguments += (arguments.empty() ? "" : ", ") + name.template cast<std::string>() + "=" + argument;
    }
  }
  return std::string(AnyLoss::name) + "(" + arguments + ")";
}

/// A Loss of what `make(T())` makes, a loss of crisp or a sum of some.
template <typename PythonLoss, typename Make>
std::unique_ptr<PythonLoss> make_loss(const Make& make) {
  std::vector<std::string> calls;
  std::apply([&](const auto&... term) { (calls.push_back(call_of(term)), ...); },
             crisp::detail::as_sum(make(double())).losses());
  return std::make_unique<PythonLoss>(
      std::move(calls), [&](auto scalar) { return AnyLoss<decltype(scalar)>::of(make(scalar)); });
}

/// The Python class of a loss of crisp.
template <template <typename> class CrispLoss>
struct SingleLoss : Loss {
  using Loss::Loss;
};

/// For help() and inspect: the options and their defaults, to be given by name.
template <typename Options>
py::object signature_of() {
  const py::object inspect = py::module_::import("inspect");
  const py::object parameter = inspect.attr("Parameter");
  py::list parameters;
  for (const auto& [name, value] : dictionary_of(Options())) {
    parameters.append(parameter(name, parameter.attr("KEYWORD_ONLY"), py::arg("default") = value));
  }
  return inspect.attr("Signature")(parameters);
}

template <typename Options>
std::string description_of_options() {
  std::string text;
  Options defaults;
  for_each_field(defaults, [&](const char* name, const auto& field) {
    text += "\n    " + std::string(name) + " = " + detail::quoted(detail::to_python(field)) + ": " +
            detail::kind_of(field);
  });
  return text.empty() ? "" : "\n\nOptions and their defaults:" + text;
}

/// Defines the class of a loss. `page` of docs/losses says what its options mean.
template <template <typename> class CrispLoss>
void define(py::module_& module, const std::string& summary, const std::string& page) {
  using Options = typename OptionsOf<CrispLoss<double>>::Type;
  const char* const name = CrispLoss<double>::name;
  const std::string documentation = summary + description_of_options<Options>() +
                                    "\n\nFormula, weights, kinks and source: docs/losses/" + page + ".md";
  py::class_<SingleLoss<CrispLoss>, Loss> loss(module, name, documentation.c_str());
  loss.def(py::init([name](const py::args& unnamed, const py::kwargs& given) {
    if (!unnamed.empty()) {
      throw py::type_error("crisp: options of " + std::string(name) + " are given by name, got " +
                           detail::quoted(unnamed[0]));
    }
    const auto options = options_of<Options>(name, given);
    return make_loss<SingleLoss<CrispLoss>>([&]([[maybe_unused]] auto scalar) {
      using Made = CrispLoss<decltype(scalar)>;
      if constexpr (std::is_same_v<Options, NoOptions>) {
        return Made();
      } else {
        return Made(options);
      }
    });
  }));
  loss.attr("__signature__") = signature_of<Options>();
}

/// Defines presets.name(), which returns options to be given to a loss.
template <typename Options>
void define_preset(py::module_& presets, const std::string& name, Options (*preset)(),
                   const std::string& documentation) {
  presets.def(
      name.c_str(), [preset] { return dictionary_of(preset()); },
      (name + "()\n--\n\n" + documentation + " A dictionary.").c_str());
}

void define_presets(py::module_ presets) {
  define_preset(presets, "dalal_2024_paper", &crisp::presets::dalal_2024_paper,
                "Options of StftLoss: what arXiv 2401.03166 writes.");
  define_preset(presets, "dalal_2024_code", &crisp::presets::dalal_2024_code,
                "Options of StftLoss: what the published code of arXiv 2401.03166 computes.");
  define_preset(presets, "fuoli_2021", &crisp::presets::fuoli_2021,
                "Options of DftLoss: the Fourier space loss of Fuoli et al., ICCV 2021.");
  define_preset(presets, "wronski_2021", &crisp::presets::wronski_2021,
                "Options of DftLoss: squared differences of magnitudes, after B. Wronski 2021.");
  define_preset(presets, "bjork_2022", &crisp::presets::bjork_2022,
                "Options of DftLoss: a spectral regulariser after Björk et al., ICASSP 2022.");
  define_preset(presets, "fft_l1", &crisp::presets::fft_l1,
                "Options of DftLoss: |Re| + |Im|, as deblurring networks train with.");
  define_preset(presets, "bredell_2023", &crisp::presets::bredell_2023,
                "Options of WienerLoss: after Bredell et al., ICLR 2023.");
  presets.def(
      "crisp",
      [] { return make_loss<Loss>([](auto scalar) { return crisp::presets::crisp<decltype(scalar)>(); }); },
      R"(crisp()
--

A whole Loss, to be used as it is: two StftLoss and an SsimLoss, found by a search. For images in [0, 1] of at least
11x11 pixels.)");
}

/// As crisp::stft_resolutions, whose list is written out where it is called.
std::vector<py::dict> stft_resolutions(const std::vector<crisp::Index>& windows) {
  std::vector<py::dict> resolutions;
  resolutions.reserve(windows.size());
  for (const crisp::Index window : windows) {
    resolutions.push_back(dictionary_of(crisp::stft_resolutions({window}).front()));
  }
  return resolutions;
}

}  // namespace

void define_losses(py::module_& module) {
  define<crisp::L1Loss>(module, "Mean absolute error.", "l1");
  define<crisp::MseLoss>(module, "Mean squared error.", "mse");
  define<crisp::HuberLoss>(module, "Squared error of small residuals, absolute of large ones.", "huber");
  define<crisp::CharbonnierLoss>(module, "Absolute error without its corner.", "charbonnier");
  define<crisp::BceWithLogitsLoss>(module, "Binary cross entropy; predictions are logits.",
                                   "bce_with_logits");
  define<crisp::TotalVariationLoss>(
      module, "How much neighbouring pixels of the prediction differ. It does not look at the target.",
      "total_variation");
  define<crisp::SsimLoss>(module, "1 - structural similarity.", "ssim");
  define<crisp::MsSsimLoss>(module, "1 - structural similarity at several scales.", "ms_ssim");
  define<crisp::MsSsimL1Loss>(
      module, "Structural similarity at several scales without pooling, mixed with L1.", "ms_ssim_l1");
  define<crisp::StftLoss>(module, "Local amplitude and phase, by short-time Fourier transform.", "stft");
  define<crisp::MultiResolutionStftLoss>(module, "The mean of StftLoss at several window sizes.", "stft");
  define<crisp::DftLoss>(module, "Amplitude and phase of the whole image.", "dft");
  define<crisp::FocalFrequencyLoss>(module, "Squared differences of spectra, weighted by how large they are.",
                                    "focal_frequency");
  define<crisp::WienerLoss>(module, "Squared error after deconvolution.", "wiener");

  module.def("stft_resolutions", &stft_resolutions, py::arg("windows"), R"(stft_resolutions(windows)
--

Options for MultiResolutionStftLoss(resolutions=...): one dictionary a window size, with a stride of a quarter of it, each
a mean over ortho-normalised bins.)");
  define_presets(module.def_submodule("presets", "Settings of the literature, by name, and crisp's own."));
}

}  // namespace crisp_python
