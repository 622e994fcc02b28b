// The losses that the network can be trained with, by the names of the command line.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "crisp/core/executor.hpp"
#include "crisp/core/images.hpp"
#include "crisp/spectral/options.hpp"

namespace vae_mnist {

/// What the names stand for, with w = weight and λ = frequency_weight:
///   l1, l2, bce, ssim:  w L1, w MSE, w cross entropy of logits, w (1 - SSIM)
///   ms_ssim_l1:         w (MS-SSIM + L1), on patches as large as the window allows in 28 x 28 pixels
///   focal+l2:           λ FFL + w MSE
///   dft+ssim:           λ DFT + w (1 - SSIM)
///   stft+ssim:          λ STFT + w (1 - SSIM); with `windows`, the mean of an STFT loss for each of them
///   crisp:              w crisp::presets::crisp(), two STFT losses + 1 - SSIM
/// The defaults are those of the paper's published settings.
struct ReconstructionLossOptions {
  std::string name = "stft+ssim";
  double weight = 500;
  double frequency_weight = 0.0015;
  crisp::StftOptions stft;  ///< the spectral options; window, stride and padding are the STFT's alone
  std::vector<crisp::Index>
      windows;  ///< sides of several windows instead of stft.window, with strides of a quarter
};

/// All names, in the order in which the help lists them.
const std::vector<std::string>& reconstruction_loss_names();

class ReconstructionLoss {
 public:
  virtual ~ReconstructionLoss() = default;

  /// The value, a mean over the batch, and its gradient with respect to the reconstruction. λ counts `frequency_share`
  /// times, from 0 to 1.
  virtual float value_and_gradient(const crisp::Images<float>& reconstruction,
                                   const crisp::Images<float>& target, crisp::Images<float>& gradient,
                                   float frequency_share, const crisp::Threads& threads) = 0;
};

/// Throws crisp::OptionError for an unknown name, a weight that is negative or not finite, and for spectral
/// options outside their range.
std::unique_ptr<ReconstructionLoss> make_reconstruction_loss(const ReconstructionLossOptions& options);

}  // namespace vae_mnist
