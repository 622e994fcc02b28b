#include "exhibits.hpp"

#include <algorithm>
#include <cmath>

#include "crisp/core/evaluate.hpp"
#include "crisp/losses/bce_with_logits.hpp"
#include "crisp/losses/charbonnier.hpp"
#include "crisp/losses/dft.hpp"
#include "crisp/losses/focal_frequency.hpp"
#include "crisp/losses/huber.hpp"
#include "crisp/losses/l1.hpp"
#include "crisp/losses/ms_ssim.hpp"
#include "crisp/losses/ms_ssim_l1.hpp"
#include "crisp/losses/mse.hpp"
#include "crisp/losses/multi_resolution_stft.hpp"
#include "crisp/losses/ssim.hpp"
#include "crisp/losses/stft.hpp"
#include "crisp/losses/total_variation.hpp"
#include "crisp/losses/wiener.hpp"

namespace loss_pictures {
namespace {

using crisp::Images;
using Row = Exhibit::Row;

template <typename Loss>
Row row(const std::string& name, const Loss& loss) {
  return {name,
          [loss](const Images<double>& prediction, const Images<double>& target, Images<double>& gradient) {
            return crisp::value_and_gradient(loss, prediction, target, gradient);
          }};
}

/// The prediction's levels are taken for probabilities, whose logits the loss sees; the gradient is by the logits.
Row cross_entropy_row() {
  return {"BceWithLogitsLoss",
          [](const Images<double>& prediction, const Images<double>& target, Images<double>& gradient) {
            const Images<double> logits = prediction.unaryExpr([](double level) {
              const double probability = std::clamp(level, 0.01, 0.99);
              return std::log(probability / (1 - probability));
            });
            return crisp::value_and_gradient(crisp::BceWithLogitsLoss<double>(), logits, target, gradient);
          }};
}

Row variation_row(const std::string& name, crisp::VariationNorm norm) {
  crisp::TotalVariationOptions options;
  options.norm = norm;
  return row("TotalVariationLoss, " + name, crisp::TotalVariationLoss<double>(options));
}

crisp::StftOptions stft_of_amplitudes() {
  crisp::StftOptions options;
  options.phase_weight = 0;
  return options;
}

crisp::StftOptions gated_stft(crisp::Padding padding) {
  crisp::StftOptions options;
  options.phase_gate = 1;
  options.padding = padding;
  return options;
}

/// Spectra of several resolutions are normalised, bins some 1/n as large.
crisp::MultiResolutionStftOptions gated_resolutions() {
  crisp::MultiResolutionStftOptions options;
  for (crisp::StftOptions& resolution : options.resolutions) resolution.phase_gate = 0.1;
  return options;
}

crisp::DftOptions complex_dft() {
  crisp::DftOptions options;
  options.distance = crisp::SpectralDistance::complex_modulus;
  return options;
}

crisp::FocalFrequencyOptions patches() {
  crisp::FocalFrequencyOptions options;
  options.patch_factor = 4;
  return options;
}

/// The picture is too small for five levels.
crisp::MsSsimOptions three_levels() {
  crisp::MsSsimOptions options;
  options.weights.resize(3);
  const double sum = options.weights[0] + options.weights[1] + options.weights[2];
  for (double& weight : options.weights) weight /= sum;
  return options;
}

crisp::MsSsimL1Options similarity_alone() {
  crisp::MsSsimL1Options options;
  options.alpha = 1;
  return options;
}

}  // namespace

std::vector<Exhibit> exhibits() {
  crisp::HuberOptions huber;
  huber.delta = 0.1;
  crisp::CharbonnierOptions charbonnier;
  charbonnier.epsilon = 0.03;
  return {
      {"l1", {row("L1Loss", crisp::L1Loss<double>())}},
      {"mse", {row("MseLoss", crisp::MseLoss<double>())}},
      {"huber", {row("HuberLoss, delta 0.1", crisp::HuberLoss<double>(huber))}},
      {"charbonnier", {row("CharbonnierLoss, epsilon 0.03", crisp::CharbonnierLoss<double>(charbonnier))}},
      {"bce_with_logits", {cross_entropy_row()}},
      {"total_variation",
       {variation_row("anisotropic", crisp::VariationNorm::anisotropic),
        variation_row("isotropic", crisp::VariationNorm::isotropic),
        variation_row("squared", crisp::VariationNorm::squared)}},
      {"ssim", {row("SsimLoss", crisp::SsimLoss<double>())}},
      {"ms_ssim", {row("MsSsimLoss, three levels", crisp::MsSsimLoss<double>(three_levels()))}},
      {"ms_ssim_l1",
       {row("MsSsimL1Loss", crisp::MsSsimL1Loss<double>()),
        row("MsSsimL1Loss, alpha 1", crisp::MsSsimL1Loss<double>(similarity_alone()))}},
      {"stft",
       {row("StftLoss", crisp::StftLoss<double>()),
        row("StftLoss, amplitudes alone", crisp::StftLoss<double>(stft_of_amplitudes())),
        row("StftLoss, phase_gate 1", crisp::StftLoss<double>(gated_stft(crisp::Padding::none)))}},
      {"stft_resolutions",
       {row("StftLoss, phase_gate 1, reflect", crisp::StftLoss<double>(gated_stft(crisp::Padding::reflect))),
        row("MultiResolutionStftLoss, phase_gate 0.1",
            crisp::MultiResolutionStftLoss<double>(gated_resolutions()))}},
      {"dft",
       {row("DftLoss", crisp::DftLoss<double>()),
        row("DftLoss, complex_modulus", crisp::DftLoss<double>(complex_dft()))}},
      {"focal_frequency",
       {row("FocalFrequencyLoss", crisp::FocalFrequencyLoss<double>()),
        row("FocalFrequencyLoss, patch_factor 4", crisp::FocalFrequencyLoss<double>(patches()))}},
      {"wiener", {row("WienerLoss", crisp::WienerLoss<double>())}},
  };
}

}  // namespace loss_pictures
