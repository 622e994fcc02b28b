// Every loss of crisp, with options that suit images of 20x20 pixels and more: what holds for all is tested on all.
#pragma once

#include <crisp/crisp.hpp>

/// MS-SSIM of two levels.
inline crisp::MsSsimOptions two_levels(crisp::OddSizes odd_sizes) {
  crisp::MsSsimOptions options;
  options.odd_sizes = odd_sizes;
  options.weights = {0.5, 0.5};
  options.window = 7;
  return options;
}

inline crisp::FocalFrequencyOptions coupled_images() {
  crisp::FocalFrequencyOptions options;
  options.average_spectrum = true;
  options.batch_matrix = true;
  return options;
}

inline crisp::FocalFrequencyOptions logarithmic_weights() {
  crisp::FocalFrequencyOptions options;
  options.alpha = 0.5;
  options.log_matrix = true;
  return options;
}

inline crisp::StftOptions padded_frames(crisp::PhaseDistance phase) {
  crisp::StftOptions options;
  options.padding = crisp::Padding::reflect;
  options.phase_distance = phase;
  options.phase_gate = 0.1;
  return options;
}

/// Calls body(loss) with each of them.
template <typename T, typename Body>
void for_every_loss(Body&& body) {
  body(crisp::L1Loss<T>());
  body(crisp::MseLoss<T>());
  body(crisp::HuberLoss<T>({0.2}));
  body(crisp::CharbonnierLoss<T>());
  body(crisp::BceWithLogitsLoss<T>());
  for (const auto norm :
       {crisp::VariationNorm::anisotropic, crisp::VariationNorm::isotropic, crisp::VariationNorm::squared}) {
    body(crisp::TotalVariationLoss<T>({norm}));
  }
  body(crisp::SsimLoss<T>());
  for (const auto odd_sizes :
       {crisp::OddSizes::zero_padding, crisp::OddSizes::symmetric_padding, crisp::OddSizes::drop_last}) {
    body(crisp::MsSsimLoss<T>(two_levels(odd_sizes)));
  }
  body(crisp::MsSsimL1Loss<T>());
  body(crisp::StftLoss<T>());
  for (const auto phase :
       {crisp::PhaseDistance::wrapped, crisp::PhaseDistance::raw, crisp::PhaseDistance::cosine}) {
    body(crisp::StftLoss<T>(padded_frames(phase)));
  }
  body(crisp::StftLoss<T>(crisp::presets::dalal_2024_code()));
  body(crisp::MultiResolutionStftLoss<T>());
  body(crisp::DftLoss<T>());
  body(crisp::DftLoss<T>(crisp::presets::fuoli_2021()));
  body(crisp::DftLoss<T>(crisp::presets::fft_l1()));
  body(crisp::DftLoss<T>(crisp::presets::wronski_2021()));
  body(crisp::FocalFrequencyLoss<T>());
  body(crisp::FocalFrequencyLoss<T>(logarithmic_weights()));
  body(crisp::FocalFrequencyLoss<T>(coupled_images()));
  body(crisp::WienerLoss<T>());
  body(crisp::presets::crisp<T>());
  body(T(0.01) * crisp::StftLoss<T>() + crisp::SsimLoss<T>());
  body(crisp::L1Loss<T>() + T(2) * crisp::FocalFrequencyLoss<T>());
}
