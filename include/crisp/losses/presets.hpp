// Settings of the literature, by name.
#pragma once

#include "crisp/spectral/options.hpp"

namespace crisp::presets {

/// What the paper writes: Hann window of 16, stride 4, linear frequency weight, amplitude and raw phase
/// differences, the phase weighing λ > 1 times as much (λ = 2; the paper gives no number). V. Dalal,
/// Short-Time Fourier Transform for deblurring Variational Autoencoders, arXiv 2401.03166, section 3.1.
inline StftOptions dalal_2024_paper() {
  StftOptions options;
  options.phase_distance = PhaseDistance::raw;
  return options;
}

/// What the paper's published code computes: no window function, weights that grow with u v in one quadrant
/// and are 0 elsewhere, amplitudes 0.1 and raw phases 0.9.
inline StftOptions dalal_2024_code() {
  StftOptions options;
  options.window_shape = WindowShape::rectangular;
  options.frequency_weight = FrequencyWeight::quadrant_product;
  options.phase_distance = PhaseDistance::raw;
  options.amplitude_weight = 0.1;
  options.phase_weight = 0.9;
  options.phase_bias = 1e-6;
  return options;
}

}  // namespace crisp::presets
