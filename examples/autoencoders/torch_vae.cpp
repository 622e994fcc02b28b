// torch_vae: a small variational autoencoder in libtorch, trained with one of several losses: a trial of which of them train
// well as they are. The first, the default, does; docs/choosing_a_loss.md says what became of the others.
#include <torch/torch.h>

#include <crisp/adapters/torch.hpp>
#include <crisp/core/compose.hpp>
#include <crisp/losses/charbonnier.hpp>
#include <crisp/losses/presets.hpp>
#include <crisp/losses/ssim.hpp>
#include <crisp/losses/stft.hpp>
#include <functional>
#include <iostream>
#include <map>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "torch_parts.hpp"
#include "trial.hpp"

namespace {

using autoencoders::Options;
using torch::Tensor;

// --- The losses ---

/// A loss of a prediction and a target.
using Criterion = std::function<Tensor(const Tensor& prediction, const Tensor& target)>;

template <typename Loss>
Criterion criterion(const Loss& loss) {
  return crisp::adapters::TorchLoss<Loss>(loss);
}

/// Local amplitudes, and phases only where there is signal. Every pixel counts, up to the border.
crisp::StftLoss<float> gated_stft(double phase_weight) {
  crisp::StftOptions options;
  options.window = 8;
  options.stride = 2;
  options.padding = crisp::Padding::reflect;
  options.bin_reduction = crisp::Reduction::mean;
  options.phase_gate = 0.1;
  options.phase_weight = phase_weight;
  return crisp::StftLoss<float>(options);
}

/// How hard a loss pulls at pixels, by some measure of its gradient.
using Pull = std::function<double(const Tensor& gradient)>;
double root_mean_square(const Tensor& gradient) { return gradient.square().mean().sqrt().item<double>(); }
double median_size(const Tensor& gradient) { return gradient.abs().median().item<double>(); }

template <typename Loss>
double pull_of(const Loss& loss, const Pull& pull, const Tensor& prediction, const Tensor& target) {
  const Tensor pixels = prediction.detach().requires_grad_();
  return pull(torch::autograd::grad({criterion(loss)(pixels, target)}, {pixels})[0]);
}

/// SSIM and another loss, the two pulling equally hard at what the network makes of some images now.
Criterion balanced(const Pull& pull, const crisp::StftLoss<float>& other, const Tensor& prediction,
                   const Tensor& target) {
  const crisp::SsimLoss<float> ssim;
  const double factor = pull_of(ssim, pull, prediction, target) / pull_of(other, pull, prediction, target);
  std::cout << "SSIM + " << factor << " STFT\n";
  return criterion(ssim + factor * other);
}

struct NamedLoss {
  std::string meaning;
  std::function<Criterion(const Tensor& prediction, const Tensor& target)> make;
};

constexpr const char* first_choice = "ssim+charbonnier";

const std::map<std::string, NamedLoss>& losses() {
  using crisp::SsimLoss;
  using crisp::StftLoss;
  static const std::map<std::string, NamedLoss> losses = {
      {first_choice,
       {"SSIM + 0.5 Charbonnier",
        [](auto&...) { return criterion(SsimLoss<float>() + 0.5F * crisp::CharbonnierLoss<float>()); }}},
      {"crisp", {"presets::crisp()", [](auto&...) { return criterion(crisp::presets::crisp<float>()); }}},
      {"stft+ssim",
       {"0.01 STFT + SSIM, with their defaults",
        [](auto&...) { return criterion(0.01F * StftLoss<float>() + SsimLoss<float>()); }}},
      {"gated+ssim-by-norm",
       {"SSIM and a gated STFT whose gradients have one norm",
        [](auto& prediction, auto& target) {
          return balanced(root_mean_square, gated_stft(2), prediction, target);
        }}},
      {"gated+ssim-by-median",
       {"SSIM and a gated STFT whose gradients have one median",
        [](auto& prediction, auto& target) {
          return balanced(median_size, gated_stft(2), prediction, target);
        }}},
      {"amplitudes+ssim-by-median",
       {"SSIM and the amplitudes of an STFT, without phases, whose gradients have one median",
        [](auto& prediction, auto& target) {
          return balanced(median_size, gated_stft(0), prediction, target);
        }}}};
  return losses;
}

// --- The network and its training ---

struct VaeOptions {
  std::string loss = first_choice;
  std::int64_t first_epochs = 0;  ///< with the first choice, before the loss is made
  std::int64_t latent = 8;
  double beta = 0.5;
  std::uint64_t seed = 1;
};

class Vae : public torch::nn::Module {
 public:
  explicit Vae(std::int64_t latent)
      : encoder_(autoencoders::encoder(2 * latent)), decoder_(autoencoders::decoder(latent)) {
    register_module("encoder", encoder_);
    register_module("decoder", decoder_);
  }

  /// Mean and log-variance of what stands for each image, [n, latent].
  std::pair<Tensor, Tensor> encode(const Tensor& images) {
    const std::vector<Tensor> halves = encoder_->forward(images).chunk(2, 1);
    return {halves[0], halves[1]};
  }
  /// Pixels from 0 to 1.
  Tensor decode(const Tensor& latents) { return decoder_->forward(latents).sigmoid(); }

 private:
  torch::nn::Sequential encoder_;
  torch::nn::Sequential decoder_;
};

Tensor kl_divergence(const Tensor& mean, const Tensor& log_variance) {
  return 0.5 * (mean.square() + log_variance.exp() - 1 - log_variance).sum(1).mean();
}

void train(Vae& network, const Tensor& images, const Options& options, const VaeOptions& vae) {
  if (vae.first_epochs < 0 || vae.first_epochs >= options.epochs) {
    throw std::invalid_argument("first-epochs must be from 0 to epochs - 1, got " +
                                std::to_string(vae.first_epochs));
  }
  const Tensor some = images.slice(0, 0, options.batch);
  const auto make_loss = [&](const std::string& name) {
    return losses().at(name).make(network.decode(network.encode(some).first), some);
  };
  Criterion loss = make_loss(first_choice);
  // crisp's losses are means over pixels, so the divergence is divided by them, too.
  const double divergence_weight = vae.beta / static_cast<double>(images[0].numel());
  torch::optim::Adam adam(network.parameters(), torch::optim::AdamOptions(options.rate));
  for (std::int64_t epoch = 1; epoch <= options.epochs; ++epoch) {
    double sum = 0, divergences = 0;
    if (epoch == vae.first_epochs + 1) loss = make_loss(vae.loss);
    for (const Tensor& chosen : torch::randperm(images.size(0), torch::kInt64).split(options.batch)) {
      const Tensor batch = images.index_select(0, chosen);
      adam.zero_grad();
      const auto [mean, log_variance] = network.encode(batch);
      const Tensor latents = mean + (0.5 * log_variance).exp() * torch::randn_like(mean);
      const Tensor value = loss(network.decode(latents), batch);
      const Tensor divergence = kl_divergence(mean, log_variance);
      (value + divergence_weight * divergence).backward();
      adam.step();
      const auto share = static_cast<double>(batch.size(0)) / static_cast<double>(images.size(0));
      sum += share * value.item<double>();
      divergences += share * divergence.item<double>();
    }
    std::cout << "epoch " << epoch << "/" << options.epochs << "  loss " << sum << "  KL " << divergences
              << std::endl;
  }
}

void add_options(CLI::App& app, VaeOptions& vae) {
  std::string names;
  for (const auto& [name, loss] : losses()) names += "\n  " + name + ": " + loss.meaning;
  app.add_option("--loss", vae.loss, "What to train with:" + names)
      ->check(CLI::IsMember(losses()))
      ->capture_default_str();
  app.add_option("--first-epochs", vae.first_epochs,
                 std::string("Epochs with ") + first_choice +
                     " before the loss: what terms are weighed by comes after them")
      ->capture_default_str();
  app.add_option("--latent", vae.latent, "Numbers that stand for an image")
      ->check(CLI::Range(1, 1024))
      ->capture_default_str();
  app.add_option("--beta", vae.beta, "Weight of the KL divergence a pixel")->capture_default_str();
  app.add_option("--seed", vae.seed, "Of weights, order and noise")->capture_default_str();
}

}  // namespace

int main(int argc, char** argv) {
  VaeOptions vae;
  std::unique_ptr<Vae> network;  // made once its size is known
  return autoencoders::run_trial(
      argc, argv,
      {"torch_vae", "A variational autoencoder of libtorch, trained with one of several losses of crisp.",
       6000,
       [&](crisp::Images<float>& images, const Options& options) {
         torch::manual_seed(vae.seed);
         network = std::make_unique<Vae>(vae.latent);
         train(*network, autoencoders::to_tensor(images), options, vae);
       },
       [&](crisp::Images<float>& images) {
         const torch::NoGradGuard no_gradients;
         return autoencoders::to_images(
             network->decode(network->encode(autoencoders::to_tensor(images)).first));
       },
       [&](CLI::App& app) { add_options(app, vae); }});
}
