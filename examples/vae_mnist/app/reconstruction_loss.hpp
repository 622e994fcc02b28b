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
///   dft+ssim:           λ DFT + w (1 - SSIM)
///   stft+ssim:          λ STFT + w (1 - SSIM)
/// The defaults are those of the paper's published settings.
struct ReconstructionLossOptions {
  std::string name = "stft+ssim";
  double weight = 500;
  double frequency_weight = 0.0015;
  crisp::StftOptions stft;  ///< the spectral options; window and stride are the STFT's alone
};

/// All names, in the order in which the help lists them.
const std::vector<std::string>& reconstruction_loss_names();

class ReconstructionLoss {
 public:
  virtual ~ReconstructionLoss() = default;

  /// The value, a mean over the batch, and its gradient with respect to the reconstruction.
  virtual float value_and_gradient(const crisp::Images<float>& reconstruction,
                                   const crisp::Images<float>& target, crisp::Images<float>& gradient,
                                   const crisp::Threads& threads) = 0;
};

/// Throws crisp::OptionError for an unknown name, a weight that is negative or not finite, and for spectral
/// options outside their range.
std::unique_ptr<ReconstructionLoss> make_reconstruction_loss(const ReconstructionLossOptions& options);

}  // namespace vae_mnist
