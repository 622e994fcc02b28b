// The golden cases: values and gradients of the same formulas from implementations that crisp did not write.
#include "support/golden.hpp"

#include <cmath>
#include <crisp/crisp.hpp>
#include <map>
#include <string>

#include "support/catch.hpp"

using crisp_test::check_golden;
using crisp_test::GoldenCase;
using crisp_test::load_golden;

namespace {

template <typename Value>
void read_choice(const GoldenCase& golden, const char* name, Value& value,
                 const std::map<std::string, Value>& choices) {
  if (golden.options.contains(name)) value = choices.at(golden.options.at(name).get<std::string>());
}

void read_number(const GoldenCase& golden, const char* name, double& value) {
  if (golden.options.contains(name)) value = golden.options.at(name).get<double>();
}

template <typename Options>
Options spectral_options(const GoldenCase& golden) {
  Options options;
  read_choice(golden, "window_shape", options.window_shape,
              {{"hann", crisp::WindowShape::hann},
               {"hann_symmetric", crisp::WindowShape::hann_symmetric},
               {"hamming", crisp::WindowShape::hamming},
               {"rectangular", crisp::WindowShape::rectangular}});
  read_choice(golden, "frequency_weight", options.frequency_weight,
              {{"linear", crisp::FrequencyWeight::linear},
               {"uniform", crisp::FrequencyWeight::uniform},
               {"quadrant_product", crisp::FrequencyWeight::quadrant_product}});
  read_choice(golden, "distance", options.distance,
              {{"polar", crisp::SpectralDistance::polar},
               {"rectangular", crisp::SpectralDistance::rectangular},
               {"complex_modulus", crisp::SpectralDistance::complex_modulus}});
  read_choice(golden, "phase_distance", options.phase_distance,
              {{"wrapped", crisp::PhaseDistance::wrapped},
               {"raw", crisp::PhaseDistance::raw},
               {"cosine", crisp::PhaseDistance::cosine}});
  read_choice(golden, "normalization", options.normalization,
              {{"none", crisp::Normalization::none}, {"ortho", crisp::Normalization::ortho}});
  read_choice(golden, "bin_reduction", options.bin_reduction,
              {{"sum", crisp::Reduction::sum}, {"mean", crisp::Reduction::mean}});
  read_number(golden, "amplitude_weight", options.amplitude_weight);
  read_number(golden, "phase_weight", options.phase_weight);
  read_number(golden, "phase_gate", options.phase_gate);
  read_number(golden, "phase_bias", options.phase_bias);
  return options;
}

crisp::StftOptions stft_options(const GoldenCase& golden) {
  auto options = spectral_options<crisp::StftOptions>(golden);
  options.window = golden.options.at("window").get<crisp::Index>();
  options.stride = golden.options.at("stride").get<crisp::Index>();
  return options;
}

// In float: what the losses' docstrings promise.
constexpr double float_value = 2e-5;
constexpr double float_gradient = 1e-3;

}  // namespace

TEST_CASE("Pixel losses equal their golden cases", "[golden]") {
  if (const auto golden = load_golden("l1")) check_golden(crisp::L1Loss<double>(), *golden);
  if (const auto golden = load_golden("mse")) check_golden(crisp::MseLoss<double>(), *golden);
  if (const auto golden = load_golden("bce_with_logits"))
    check_golden(crisp::BceWithLogitsLoss<double>(), *golden);
  if (const auto golden = load_golden("huber")) {
    check_golden(crisp::HuberLoss<double>({golden->options.at("delta").get<double>()}), *golden);
  }
  if (const auto golden = load_golden("charbonnier")) {
    check_golden(crisp::CharbonnierLoss<double>({golden->options.at("epsilon").get<double>()}), *golden);
  }
}

TEST_CASE("The STFT loss equals its golden cases", "[golden]") {
  for (const char* name : {"stft_paper_28", "stft_wrapped_28", "stft_cosine_rgb", "stft_odd_window",
                           "stft_published_code", "stft_rectangular"}) {
    CAPTURE(name);
    const auto golden = load_golden(name);
    if (!golden) continue;
    check_golden(crisp::StftLoss<double>(stft_options(*golden)), *golden);
    check_golden(crisp::StftLoss<float>(stft_options(*golden)), *golden, float_value, float_gradient);
  }
}

TEST_CASE("The DFT loss equals its golden cases", "[golden]") {
  for (const char* name : {"dft_modulus_ortho", "dft_polar", "dft_rectangular_ortho"}) {
    CAPTURE(name);
    const auto golden = load_golden(name);
    if (!golden) continue;
    const auto options = spectral_options<crisp::DftOptions>(*golden);
    check_golden(crisp::DftLoss<double>(options), *golden);
    check_golden(crisp::DftLoss<float>(options), *golden, float_value, float_gradient);
  }
}

// This case's raw phases meet a bin that is real by symmetry, and negative in prediction and target: one of
// (1, 0, 10) and (2, 8, 10), [channel, u, v]. Its phase is π in both, and their distance 0. The case's value
// has 2π there: the transform that made it left rounding in the imaginary parts, of opposite signs, and atan2
// turned that into π and -π. crisp keeps such bins real. So the values differ by one jump, 2π times
// phase_weight over the number of bins, exactly; the gradients do not.
TEST_CASE("The DFT loss on raw phases equals its golden case but for one jump of 2π", "[golden]") {
  auto golden = load_golden("dft_fuoli_like");
  if (!golden) return;
  const double bins = 3 * 16 * 20;
  golden->value -= 2 * std::acos(-1.0) * 0.5 / bins;
  check_golden(crisp::DftLoss<double>(spectral_options<crisp::DftOptions>(*golden)), *golden);
}
