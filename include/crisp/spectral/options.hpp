// The options of the spectral losses, and their checks.
#pragma once

#include <cmath>
#include <ostream>
#include <tuple>

#include "crisp/core/errors.hpp"
#include "crisp/core/images.hpp"

namespace crisp {

/// A height and a width. An integer converts to both: options.window = 16.
struct Size2 {
  Index height;
  Index width;

  constexpr Size2(Index both) : height(both), width(both) {}
  constexpr Size2(Index height_, Index width_) : height(height_), width(width_) {}

  friend constexpr bool operator==(const Size2& a, const Size2& b) {
    return a.height == b.height && a.width == b.width;
  }
  friend constexpr bool operator!=(const Size2& a, const Size2& b) { return !(a == b); }
  friend std::ostream& operator<<(std::ostream& stream, const Size2& size) {
    return stream << size.height << "x" << size.width;
  }
};

/// h(t) for t = 0 … n-1; a window of two dimensions is w(t_y, t_x) = h(t_y) h(t_x).
enum class WindowShape {
  hann,            ///< 1/2 - 1/2 cos(2πt/n), periodic: 0 at t = 0 alone
  hann_symmetric,  ///< 1/2 - 1/2 cos(2πt/(n-1)): 0 at both ends
  hamming,         ///< 0.54 - 0.46 cos(2πt/n)
  rectangular,     ///< 1
};

/// W(u, v), what a bin's distance is multiplied with.
enum class FrequencyWeight {
  linear,  ///< √(f_u² + f_v²)/√½, f the signed frequency in cycles per sample: 0 at DC, 1 at the corner
  uniform,           ///< 1
  quadrant_product,  ///< u/(n_y/2-1) v/(n_x/2-1) where u < n_y/2 and v < n_x/2 (integer halves), else 0. It
                     ///< sees no axis-aligned frequency; here for parity with the code of Dalal 2024
};

/// D(X, Y), the distance of a prediction's bin X from a target's bin Y.
enum class SpectralDistance {
  polar,              ///< amplitude_weight ||X|-|Y|| + phase_weight γ φ(X, Y)
  rectangular,        ///< |Re(X-Y)| + |Im(X-Y)|
  complex_modulus,    ///< |X-Y|
  squared_amplitude,  ///< (|X|-|Y|)²: amplitudes alone, and large differences above all
};

/// φ(X, Y), the distance of two phases.
enum class PhaseDistance {
  wrapped,  ///< |arg(X conj Y)|, in [0, π]; 0 where X or Y is 0
  raw,  ///< |arg(X+b) - arg(Y+b)|, b the phase_bias, in [0, 2π]: it jumps where a phase wraps around. Imaginary parts
        ///< within rounding of 0 count as 0: real bins have phase 0 or π, never -π
  cosine,  ///< 1 - cos(arg X - arg Y), in [0, 2]; 0 where X or Y is 0
};

/// What spectra are divided by.
enum class Normalization {
  none,
  ortho,  ///< spectra divided by √(n_y n_x)
};

/// How an image is continued past its border, by half a window, ⌊n/2⌋ pixels, on every side, so that frames are centred
/// on all of its pixels, the first ones too, as torch.stft(center=True) does in one dimension.
/// The image must be larger than that.
enum class Padding {
  none,     ///< not at all
  reflect,  ///< f(-p) = f(p), the border pixel itself not repeated
  zero,     ///< f = 0
};

/// What becomes of the distances of all frames and bins.
enum class Reduction {
  sum,   ///< over all frames and bins
  mean,  ///< that divided by frames * n_y * n_x
};

/// What the losses on spectra share. The template argument is the default of window_shape.
template <WindowShape default_window_shape>
struct BasicSpectralOptions {
  WindowShape window_shape = default_window_shape;
  FrequencyWeight frequency_weight = FrequencyWeight::linear;
  SpectralDistance distance = SpectralDistance::polar;
  double amplitude_weight = 1;  ///< α of the polar distance, from 0 to 1e12
  double phase_weight = 2;      ///< λ of the polar distance, from 0 to 1e12
  PhaseDistance phase_distance = PhaseDistance::wrapped;
  double phase_gate = 0;  ///< τ >= 0: γ = s/(s + τ²) with s = |X||Y|, and 1 if τ is 0. Bins without signal
                          ///< have no phase worth matching
  double phase_bias = 0;  ///< b of the raw phase distance, any finite number
  Normalization normalization = Normalization::none;
  Reduction bin_reduction = Reduction::sum;
};

/// With a Hann window.
using SpectralOptions = BasicSpectralOptions<WindowShape::hann>;

/// The window is the whole image.
using DftOptions = BasicSpectralOptions<WindowShape::rectangular>;

/// What StftLoss measures with.
struct StftOptions : SpectralOptions {
  Size2 window = 16;  ///< n_y x n_x pixels, each >= 2
  Size2 stride = 4;   ///< from one frame to the next, each >= 1
  Padding padding = Padding::none;
};

namespace detail {

/// All fields of BasicSpectralOptions, in one place for comparing and copying.
template <typename Options>
auto spectral_fields(Options& o) {
  return std::tie(o.window_shape, o.frequency_weight, o.distance, o.amplitude_weight, o.phase_weight,
                  o.phase_distance, o.phase_gate, o.phase_bias, o.normalization, o.bin_reduction);
}

template <typename Options>
bool same_spectral_options(const Options& a, const Options& b) {
  return spectral_fields(a) == spectral_fields(b);
}

/// The same options under a type with another default.
template <typename Result, typename Options>
Result convert_spectral_options(const Options& options) {
  Result result;
  spectral_fields(result) = spectral_fields(options);
  return result;
}

/// The same options under the type that does not depend on a default.
template <WindowShape shape>
SpectralOptions to_spectral_options(const BasicSpectralOptions<shape>& options) {
  return convert_spectral_options<SpectralOptions>(options);
}

inline void check_option(bool holds, const char* name, const char* condition, double value) {
  if (!holds) fail<OptionError>(name, " must be ", condition, ", got ", value);
}

/// Checks a factor, as α and λ are: bounded far below what float holds, since sums over a spectrum must not overflow, of
/// which the transform back would make NaN.
inline void check_factor(const char* name, double value) {
  check_option(value >= 0 && value <= 1e12, name, "from 0 to 1e12", value);
}

template <typename T, WindowShape shape>
void check_spectral_options(const BasicSpectralOptions<shape>& options) {
  check_factor("amplitude_weight", options.amplitude_weight);
  check_factor("phase_weight", options.phase_weight);
  check_option(
      options.phase_gate >= 0 && std::isfinite(static_cast<T>(options.phase_gate * options.phase_gate)),
      "phase_gate", "at least 0 and of a square that is finite in the scalar of the loss",
      options.phase_gate);
  check_option(std::isfinite(static_cast<T>(options.phase_bias)), "phase_bias",
               "finite in the scalar of the loss", options.phase_bias);
}

inline void check_frames(const Size2& window, const Size2& stride) {
  if (window.height < 2 || window.width < 2) {
    fail<OptionError>("a window must be at least 2x2 pixels, got ", window);
  }
  if (stride.height < 1 || stride.width < 1) {
    fail<OptionError>("a stride must be at least 1x1 pixels, got ", stride);
  }
}

}  // namespace detail

/// The same options for a DftLoss, the window shape included.
template <WindowShape shape>
DftOptions to_dft_options(const BasicSpectralOptions<shape>& options) {
  return detail::convert_spectral_options<DftOptions>(options);
}

}  // namespace crisp
