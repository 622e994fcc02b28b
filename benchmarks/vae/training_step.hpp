// A whole training step of the VAE in examples/vae_mnist: forward, STFT + SSIM loss and KL divergence, backward, Adam.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace crisp_benchmarks {

/// The objective: kl KL + stft STFT + ssim (1 - SSIM), the paper's published weights.
struct VaeObjective {
  float kl = 0.005F;
  float stft = 0.0015F;
  float ssim = 500;
};
inline constexpr double vae_learning_rate = 1e-4;

/// A parameter and its gradient, as in the checkpoints of the example.
struct VaeParameter {
  std::string name;
  std::vector<std::int64_t> shape;
  float* value;
  float* gradient;
};

class VaeStep {
 public:
  virtual ~VaeStep() = default;

  /// Everything but the optimiser: returns the objective and leaves the gradients of the parameters.
  virtual float value_and_gradient(const float* images, const float* noise) = 0;
  /// The optimiser.
  virtual void update() = 0;
  virtual std::vector<VaeParameter> parameters() = 0;
};

/// images: [batch, 1, 28, 28]; noise: [batch, 2].
std::unique_ptr<VaeStep> make_vae_step(std::int64_t batch, int threads);

}  // namespace crisp_benchmarks
