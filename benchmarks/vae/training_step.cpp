#include "vae/training_step.hpp"

#include <algorithm>
#include <crisp/core/compose.hpp>
#include <crisp/core/evaluate.hpp>
#include <crisp/losses/gaussian_kl.hpp>
#include <crisp/losses/ssim.hpp>
#include <crisp/losses/stft.hpp>

#include "network/vae.hpp"
#include "training/adam.hpp"

namespace crisp_benchmarks {
namespace {

class CrispVaeStep : public VaeStep {
 public:
  CrispVaeStep(std::int64_t batch, int threads)
      : threads_(threads),
        vae_({}, 1),
        adam_(vae_.parameters()),
        images_(batch, 1, 28, 28),
        gradient_(batch, 1, 28, 28),
        noise_(batch, 2),
        mean_gradient_(batch, 2),
        log_variance_gradient_(batch, 2) {}

  float value_and_gradient(const float* images, const float* noise) override {
    std::copy_n(images, images_.size(), images_.data());
    std::copy_n(noise, noise_.size(), noise_.data());
    const auto& output = vae_.forward(images_, noise_, threads_);
    const float kl =
        crisp::gaussian_kl(output.mean, output.log_variance, mean_gradient_, log_variance_gradient_);
    mean_gradient_ = mean_gradient_ * objective_.kl;
    log_variance_gradient_ = log_variance_gradient_ * objective_.kl;
    const float loss =
        crisp::value_and_gradient(loss_, output.reconstruction, images_, gradient_, workspace_, threads_);
    vae_.backward(gradient_, mean_gradient_, log_variance_gradient_, threads_);
    return objective_.kl * kl + loss;
  }

  void update() override { adam_.step(vae_learning_rate, threads_); }

  std::vector<VaeParameter> parameters() override {
    std::vector<VaeParameter> result;
    for (auto& parameter : vae_.parameters()) {
      result.push_back({parameter.name,
                        {parameter.shape.begin(), parameter.shape.end()},
                        parameter.value.data(),
                        parameter.gradient.data()});
    }
    return result;
  }

 private:
  using Loss = decltype(1.0F * crisp::StftLoss<float>() + crisp::SsimLoss<float>());

  VaeObjective objective_;
  crisp::Threads threads_;
  vae_mnist::Vae<float> vae_;
  vae_mnist::Adam<float> adam_;
  Loss loss_ = objective_.stft * crisp::StftLoss<float>() + objective_.ssim * crisp::SsimLoss<float>();
  crisp::Workspace<Loss> workspace_;
  crisp::Images<float> images_;
  crisp::Images<float> gradient_;
  vae_mnist::Latent<float> noise_;
  vae_mnist::Latent<float> mean_gradient_;
  vae_mnist::Latent<float> log_variance_gradient_;
};

}  // namespace

std::unique_ptr<VaeStep> make_vae_step(std::int64_t batch, int threads) {
  return std::make_unique<CrispVaeStep>(batch, threads);
}

}  // namespace crisp_benchmarks
