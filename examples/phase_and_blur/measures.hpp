// What crisp's losses and metrics say of pictures, beside their original.
#pragma once

#include <string>
#include <vector>

#include "crisp/core/executor.hpp"
#include "crisp/core/images.hpp"

namespace phase_and_blur {

/// One number for every picture.
struct Measure {
  std::string name;  ///< in the table
  std::string key;   ///< in JSON
  std::vector<double> values;
};

inline constexpr crisp::Index smallest_side = 16;  // the STFT's window

/// Throws crisp::ShapeError for images under 16 x 16 pixels.
void check_size(const crisp::Images<double>& images);

/// Every measure of pictures, [picture, channel, height, width], against one original of that shape.
///
///   STFT      windows of 16 x 16 pixels every 4, Hann; the picture mirrored past its borders, so that these count in
///             full; ortho; the mean over all bins, each alike. So amplitudes are in levels of pixels and phases in
///             radians: π/2 on average where they have nothing to do with the original's
///   gated     the same with phase_gate 0.01: bins of amplitudes below some 3 of 255 levels fade out
///   weighted  Σ |Y| |arg(X conj Y)| / Σ |Y| over all bins X of the picture and Y of the original
///   DFT       the same as STFT, of the whole picture and its mirror images, without a window
///   MS-SSIM   of as many of its five levels as fit, their weights scaled to add up to 1
///   LocalPhaseCoherence  needs 1 kB a pixel: it is left out, NaN, for pictures of more pixels than most_coherent
///
/// Three phases, since each has a fault. That without a gate counts bins in which the original has nothing but the
/// rounding to 8 bits. The gate takes those out, but the picture's own amplitude is in it: what is dim counts less,
/// be its phase right or wrong. Weighted by the original's amplitude alone, low frequencies count most.
///
/// Throws crisp::ShapeError for images under 16 x 16 pixels and of shapes that do not fit.
std::vector<Measure> measures(const crisp::Images<double>& pictures, const crisp::Images<double>& original,
                              const crisp::Threads& threads, crisp::Index most_coherent = 1048576);

}  // namespace phase_and_blur
