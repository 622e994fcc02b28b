// torch_autoencoder: a small convolutional autoencoder in libtorch, trained with crisp's losses. What is crisp's here are
// the lines with criterion; the rest is any libtorch trainer.
#include <torch/torch.h>

#include <crisp/adapters/torch.hpp>
#include <crisp/core/compose.hpp>
#include <crisp/losses/charbonnier.hpp>
#include <crisp/losses/ssim.hpp>
#include <iostream>

#include "torch_parts.hpp"
#include "trial.hpp"

namespace {

using autoencoders::Options;
using torch::Tensor;

class Autoencoder : public torch::nn::Module {
 public:
  Autoencoder() {
    register_module("encoder", encoder_);
    register_module("decoder", decoder_);
  }

  Tensor forward(const Tensor& images) { return decoder_->forward(encoder_->forward(images)); }

 private:
  torch::nn::Sequential encoder_ = autoencoders::encoder(16);
  torch::nn::Sequential decoder_ = autoencoders::decoder(16);
};

void train(Autoencoder& network, const Tensor& images, const Options& options) {
  crisp::adapters::TorchLoss criterion{crisp::SsimLoss<float>() + 0.5F * crisp::CharbonnierLoss<float>()};
  torch::optim::Adam adam(network.parameters(), torch::optim::AdamOptions(options.rate));
  for (std::int64_t epoch = 1; epoch <= options.epochs; ++epoch) {
    double sum = 0;
    for (const Tensor& chosen : torch::randperm(images.size(0), torch::kInt64).split(options.batch)) {
      const Tensor batch = images.index_select(0, chosen);
      adam.zero_grad();
      const Tensor value = criterion(network.forward(batch), batch);
      value.backward();
      adam.step();
      sum += value.item<double>() * static_cast<double>(batch.size(0));
    }
    std::cout << "epoch " << epoch << "/" << options.epochs << "  loss "
              << sum / static_cast<double>(images.size(0)) << std::endl;
  }
}

}  // namespace

int main(int argc, char** argv) {
  torch::manual_seed(1);
  Autoencoder network;
  return autoencoders::run_trial(
      argc, argv,
      {"torch_autoencoder",
       "A convolutional autoencoder of libtorch, trained with crisp's SSIM + 0.5 Charbonnier.", 6000,
       [&](crisp::Images<float>& images, const Options& options) {
         train(network, autoencoders::to_tensor(images), options);
       },
       [&](crisp::Images<float>& images) {
         const torch::NoGradGuard no_gradients;
         return autoencoders::to_images(network.forward(autoencoders::to_tensor(images)));
       }});
}
