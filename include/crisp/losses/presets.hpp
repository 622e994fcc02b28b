// Settings of the literature, by name, and crisp's own.
#pragma once

#include "crisp/core/compose.hpp"
#include "crisp/losses/ssim.hpp"
#include "crisp/losses/stft.hpp"
#include "crisp/losses/wiener_options.hpp"
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

/// Ours, for images in [0, 1]: a whole loss, to be used as it is or times a factor,
///
///     2 StftLoss(where) + 4 StftLoss(how_much) + SsimLoss
///
/// `where` is the mean of |X - Y| over the bins of small frames, and puts strokes in their places: where the target has
/// one and the prediction has none there is no phase to match, but a difference. Alone it blurs what it cannot place, as
/// all averages do. `how_much` is the mean of W (|X| - |Y|)² over frames of 16, weighted towards high frequencies: it has no
/// phases, so fine detail may stand a little off, but must be there. Both with Hann windows and ortho-normalised,
/// borders covered. The factors were found by a search on held-out MNIST digits (docs/experiments.md).
///
/// Images must have at least 11x11 pixels. Everything else is as StftLoss and SsimLoss have it. Cost: theirs, in all about
/// eight times that of a StftLoss with its defaults at 28x28, as padding and small strides make many frames.
template <typename T>
auto crisp() {
  StftOptions where;
  where.window = 8;
  where.stride = 2;
  where.padding = Padding::zero;
  where.frequency_weight = FrequencyWeight::uniform;
  where.distance = SpectralDistance::complex_modulus;
  where.normalization = Normalization::ortho;
  where.bin_reduction = Reduction::mean;
  StftOptions how_much = where;
  how_much.window = 16;
  how_much.stride = 4;
  how_much.frequency_weight = FrequencyWeight::linear;
  how_much.distance = SpectralDistance::squared_amplitude;
  return named("where", 2 * StftLoss<T>(where)) + named("how_much", 4 * StftLoss<T>(how_much)) +
         SsimLoss<T>();
}

namespace detail {

/// What global Fourier losses have in common: every bin of the whole image counts alike.
inline DftOptions mean_over_bins() {
  DftOptions options;
  options.frequency_weight = FrequencyWeight::uniform;
  options.bin_reduction = Reduction::mean;
  return options;
}

}  // namespace detail

/// Half the mean difference of amplitudes plus half that of phases, after a Hann window: the Fourier space loss of D.
/// Fuoli, L. Van Gool, R. Timofte, Fourier space losses for efficient perceptual image super-resolution, ICCV 2021. The
/// paper takes the periodicity of phases into account, which is PhaseDistance::wrapped; code that follows it without
/// has raw differences. Theirs is twice the sum over half the spectrum, divided by all its bins; this is the mean over
/// all of it, which differs in the rows u = 0 and H/2 that the other half does not repeat. Their discriminator is not
/// part of it.
inline DftOptions fuoli_2021() {
  DftOptions options = detail::mean_over_bins();
  options.window_shape = WindowShape::hann;
  options.amplitude_weight = 0.5;
  options.phase_weight = 0.5;
  return options;
}

/// The mean of (|X| - |Y|)², spectral magnitudes without phases: blind to where things are, so it goes beside MseLoss,
/// with a factor to be tuned. Of ortho-normalised spectra, so that the two are in one unit. B. Wronski, Comparing images
/// in frequency domain: "spectral loss", does it make sense?, bartwronski.com, 2021, which says why (and that squared
/// differences of whole spectra are the squared error of pixels, and that phases are treacherous).
inline DftOptions wronski_2021() {
  DftOptions options = detail::mean_over_bins();
  options.distance = SpectralDistance::squared_amplitude;
  options.normalization = Normalization::ortho;
  return options;
}

/// A global 2-D Fourier regulariser beside a pixel loss, after S. Björk, J. N. Myhre, T. H. Johansen, Simpler is better:
/// spectral regularization and up-sampling techniques for variational autoencoders, ICASSP 2022, arXiv 2201.07544. The
/// form implemented is the mean of ||X| - |Y|| over the bins of ortho-normalised spectra of whole images, no window, every
/// frequency alike. It follows the paper's description: simple, on the 2-D transform itself instead of a radial average
/// of it, and beside a loss on pixels. The description does not fix the norm, and crisp has not been compared with the
/// authors' code. (Squared differences of complex bins it cannot be: those are the squared error of pixels.)
inline DftOptions bjork_2022() {
  DftOptions options = detail::mean_over_bins();
  options.phase_weight = 0;
  options.normalization = Normalization::ortho;
  return options;
}

/// The mean of |Re(X-Y)| + |Im(X-Y)|, as deblurring networks train with. Code that stacks real and imaginary parts and
/// takes torch's L1Loss of that has a mean over twice as many numbers: half of this. So 0.1 of theirs, as in S.-J. Cho
/// et al., Rethinking coarse-to-fine approach in single image deblurring (MIMO-UNet), ICCV 2021, is 0.05 of this. (A
/// mean over rfft2's half spectrum differs a little more: it counts v = 0 and W/2 as much as the rest.)
inline DftOptions fft_l1() {
  DftOptions options = detail::mean_over_bins();
  options.distance = SpectralDistance::rectangular;
  return options;
}

/// The Wiener-deconvolved residual of G. Bredell et al., Explicitly minimizing the blur error of variational
/// autoencoders, ICLR 2023, arXiv 2304.05939, with a fixed Gaussian in place of the kernels that their network finds for
/// every image. The numbers, crisp's own, are those of WienerOptions; a kernel of one's own goes into `kernel`.
inline WienerOptions bredell_2023() { return {}; }

}  // namespace crisp::presets
