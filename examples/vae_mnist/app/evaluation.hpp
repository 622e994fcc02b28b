// How good a network's reconstructions are.
#pragma once

#include "crisp/core/executor.hpp"
#include "crisp/core/images.hpp"
#include "network/vae.hpp"

namespace vae_mnist {

/// Means over images, each image reconstructed from the mean of its posterior and measured as it comes out of
/// the decoder, not clipped:
///   psnr = mean of 10 log10(1 / MSE), ssim = mean SSIM (Gaussian window of 11, σ 1.5, data range 1), kl as
///   in crisp::gaussian_kl.
struct Evaluation {
  double psnr = 0;  ///< decibels
  double ssim = 0;
  double kl = 0;
  Index images = 0;
};

/// Throws crisp::ShapeError without images.
Evaluation evaluate(Vae<float>& vae, const crisp::Images<float>& images, const crisp::Threads& threads);

/// The images decoded from the mean of their posterior.
crisp::Images<float> reconstruct(Vae<float>& vae, const crisp::Images<float>& images,
                                 const crisp::Threads& threads);

}  // namespace vae_mnist
