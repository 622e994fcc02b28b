// The names of all options of all losses, for Python: those of the C++ fields and values.
#pragma once

#include <crisp/losses/charbonnier.hpp>
#include <crisp/losses/focal_frequency.hpp>
#include <crisp/losses/huber.hpp>
#include <crisp/losses/ms_ssim.hpp>
#include <crisp/losses/ms_ssim_l1.hpp>
#include <crisp/losses/multi_resolution_stft.hpp>
#include <crisp/losses/ssim.hpp>
#include <crisp/losses/total_variation.hpp>
#include <crisp/losses/wiener_options.hpp>
#include <crisp/metrics/psnr.hpp>
#include <crisp/spectral/options.hpp>
#include <utility>
#include <vector>

namespace crisp_python {

/// Of losses that have none.
struct NoOptions {};

/// Calls visit(name, field) for all fields.
template <typename Visit>
void for_each_field(NoOptions& /*o*/, const Visit& /*visit*/) {}
template <typename Visit>
void for_each_field(crisp::HuberOptions& o, const Visit& visit) {
  visit("delta", o.delta);
}
template <typename Visit>
void for_each_field(crisp::CharbonnierOptions& o, const Visit& visit) {
  visit("epsilon", o.epsilon);
}
template <typename Visit>
void for_each_field(crisp::TotalVariationOptions& o, const Visit& visit) {
  visit("norm", o.norm);
}
template <typename Visit>
void for_each_field(crisp::SsimOptions& o, const Visit& visit) {
  visit("data_range", o.data_range);
  visit("window", o.window);
  visit("sigma", o.sigma);
  visit("k1", o.k1);
  visit("k2", o.k2);
}
template <typename Visit>
void for_each_field(crisp::MsSsimOptions& o, const Visit& visit) {
  for_each_field(static_cast<crisp::SsimOptions&>(o), visit);
  visit("weights", o.weights);
  visit("odd_sizes", o.odd_sizes);
}
template <typename Visit>
void for_each_field(crisp::MsSsimL1Options& o, const Visit& visit) {
  visit("data_range", o.data_range);
  visit("window", o.window);
  visit("sigmas", o.sigmas);
  visit("k1", o.k1);
  visit("k2", o.k2);
  visit("alpha", o.alpha);
}
template <crisp::WindowShape default_shape, typename Visit>
void for_each_field(crisp::BasicSpectralOptions<default_shape>& o, const Visit& visit) {
  visit("window_shape", o.window_shape);
  visit("frequency_weight", o.frequency_weight);
  visit("distance", o.distance);
  visit("amplitude_weight", o.amplitude_weight);
  visit("phase_weight", o.phase_weight);
  visit("phase_distance", o.phase_distance);
  visit("phase_gate", o.phase_gate);
  visit("phase_bias", o.phase_bias);
  visit("normalization", o.normalization);
  visit("bin_reduction", o.bin_reduction);
}
template <typename Visit>
void for_each_field(crisp::StftOptions& o, const Visit& visit) {
  visit("window", o.window);
  visit("stride", o.stride);
  visit("padding", o.padding);
  for_each_field(static_cast<crisp::SpectralOptions&>(o), visit);
}
template <typename Visit>
void for_each_field(crisp::MultiResolutionStftOptions& o, const Visit& visit) {
  visit("resolutions", o.resolutions);
}
template <typename Visit>
void for_each_field(crisp::FocalFrequencyOptions& o, const Visit& visit) {
  visit("alpha", o.alpha);
  visit("patch_factor", o.patch_factor);
  visit("average_spectrum", o.average_spectrum);
  visit("log_matrix", o.log_matrix);
  visit("batch_matrix", o.batch_matrix);
}
template <typename Visit>
void for_each_field(crisp::WienerOptions& o, const Visit& visit) {
  visit("kernel_size", o.kernel_size);
  visit("sigma", o.sigma);
  visit("regularization", o.regularization);
  visit("kernel", o.kernel);
}
template <typename Visit>
void for_each_field(crisp::metrics::PsnrOptions& o, const Visit& visit) {
  visit("data_range", o.data_range);
}

/// What an enumeration's values are called.
template <typename Choice>
using Choices = std::vector<std::pair<const char*, Choice>>;

inline Choices<crisp::VariationNorm> choices_of(crisp::VariationNorm /*any*/) {
  using Choice = crisp::VariationNorm;
  return {
      {"anisotropic", Choice::anisotropic}, {"isotropic", Choice::isotropic}, {"squared", Choice::squared}};
}
inline Choices<crisp::OddSizes> choices_of(crisp::OddSizes /*any*/) {
  using Choice = crisp::OddSizes;
  return {{"zero_padding", Choice::zero_padding},
          {"symmetric_padding", Choice::symmetric_padding},
          {"drop_last", Choice::drop_last}};
}
inline Choices<crisp::WindowShape> choices_of(crisp::WindowShape /*any*/) {
  using Choice = crisp::WindowShape;
  return {{"hann", Choice::hann},
          {"hann_symmetric", Choice::hann_symmetric},
          {"hamming", Choice::hamming},
          {"rectangular", Choice::rectangular}};
}
inline Choices<crisp::FrequencyWeight> choices_of(crisp::FrequencyWeight /*any*/) {
  using Choice = crisp::FrequencyWeight;
  return {{"linear", Choice::linear},
          {"uniform", Choice::uniform},
          {"quadrant_product", Choice::quadrant_product}};
}
inline Choices<crisp::SpectralDistance> choices_of(crisp::SpectralDistance /*any*/) {
  using Choice = crisp::SpectralDistance;
  return {{"polar", Choice::polar},
          {"rectangular", Choice::rectangular},
          {"complex_modulus", Choice::complex_modulus},
          {"squared_amplitude", Choice::squared_amplitude}};
}
inline Choices<crisp::PhaseDistance> choices_of(crisp::PhaseDistance /*any*/) {
  using Choice = crisp::PhaseDistance;
  return {{"wrapped", Choice::wrapped}, {"raw", Choice::raw}, {"cosine", Choice::cosine}};
}
inline Choices<crisp::Normalization> choices_of(crisp::Normalization /*any*/) {
  using Choice = crisp::Normalization;
  return {{"none", Choice::none}, {"ortho", Choice::ortho}};
}
inline Choices<crisp::Padding> choices_of(crisp::Padding /*any*/) {
  using Choice = crisp::Padding;
  return {{"none", Choice::none}, {"reflect", Choice::reflect}, {"zero", Choice::zero}};
}
inline Choices<crisp::Reduction> choices_of(crisp::Reduction /*any*/) {
  using Choice = crisp::Reduction;
  return {{"sum", Choice::sum}, {"mean", Choice::mean}};
}

}  // namespace crisp_python
