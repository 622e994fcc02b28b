// The one list of what is timed: every loss of crisp, with the options that a user would take.
#pragma once

#include <crisp/crisp.hpp>

namespace crisp_benchmarks {

inline crisp::StftOptions stft_options(crisp::Index window) {
  crisp::StftOptions options;
  options.window = window;
  options.stride = window / 4;
  return options;
}

inline crisp::StftOptions cosine_phase() {
  crisp::StftOptions options;
  options.phase_distance = crisp::PhaseDistance::cosine;
  return options;
}

/// The five levels of the literature where they fit, and three of a smaller window where they do not.
inline crisp::MsSsimOptions ms_ssim_options(const crisp::Shape& shape) {
  crisp::MsSsimOptions options;
  if (shape.height >= 161 && shape.width >= 161) return options;
  options.window = 7;
  options.weights = {0.0710, 0.4530, 0.4760};
  return options;
}

/// Calls body(name, loss) for every loss that fits the shape.
template <typename T, typename Body>
void for_every_loss(const crisp::Shape& shape, Body&& body) {
  body("L1", crisp::L1Loss<T>());
  body("MSE", crisp::MseLoss<T>());
  body("Huber", crisp::HuberLoss<T>());
  body("Charbonnier", crisp::CharbonnierLoss<T>());
  body("BCE with logits", crisp::BceWithLogitsLoss<T>());
  body("TV anisotropic", crisp::TotalVariationLoss<T>());
  body("TV isotropic", crisp::TotalVariationLoss<T>({crisp::VariationNorm::isotropic}));
  body("SSIM", crisp::SsimLoss<T>());
  body("MS-SSIM", crisp::MsSsimLoss<T>(ms_ssim_options(shape)));
  body("MS-SSIM+L1", crisp::MsSsimL1Loss<T>());
  body("STFT 16/4", crisp::StftLoss<T>());
  body("STFT 16/4 raw phase", crisp::StftLoss<T>(crisp::presets::dalal_2024_paper()));
  body("STFT 16/4 cosine phase", crisp::StftLoss<T>(cosine_phase()));
  if (shape.height >= 32 && shape.width >= 32) {
    body("STFT 32/8", crisp::StftLoss<T>(stft_options(32)));
  }
  body("STFT 4/1 + 8/2 + 16/4", crisp::MultiResolutionStftLoss<T>());
  body("DFT", crisp::DftLoss<T>());
  body("DFT Fuoli 2021", crisp::DftLoss<T>(crisp::presets::fuoli_2021()));
  body("focal frequency", crisp::FocalFrequencyLoss<T>());
  body("Wiener", crisp::WienerLoss<T>());
  body("STFT 16/4 + SSIM", T(0.01) * crisp::StftLoss<T>() + crisp::SsimLoss<T>());
}

}  // namespace crisp_benchmarks
