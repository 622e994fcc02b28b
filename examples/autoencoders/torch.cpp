// torch_autoencoder: a small convolutional autoencoder in libtorch, trained with crisp's losses. What is crisp's here are
// the lines with criterion; the rest is any libtorch trainer.
#include <torch/torch.h>

#include <algorithm>
#include <crisp/adapters/torch.hpp>
#include <crisp/core/compose.hpp>
#include <crisp/losses/ssim.hpp>
#include <crisp/losses/stft.hpp>
#include <iostream>

#include "trial.hpp"

namespace {

using autoencoders::Options;
using torch::Tensor;

class Autoencoder : public torch::nn::Module {
 public:
  Autoencoder() { register_module("layers", layers_); }

  Tensor forward(const Tensor& images) { return layers_->forward(images); }

 private:
  static torch::nn::Conv2d halve(std::int64_t in, std::int64_t out) {
    return torch::nn::Conv2d(torch::nn::Conv2dOptions(in, out, 3).stride(2).padding(1));
  }
  static torch::nn::ConvTranspose2d twice(std::int64_t in, std::int64_t out) {
    return torch::nn::ConvTranspose2d(torch::nn::ConvTranspose2dOptions(in, out, 4).stride(2).padding(1));
  }

  torch::nn::Sequential layers_{halve(1, 16),
                                torch::nn::ReLU(),
                                halve(16, 16),
                                torch::nn::ReLU(),
                                torch::nn::Flatten(),
                                torch::nn::Linear(16 * 7 * 7, 16),
                                torch::nn::Linear(16, 16 * 7 * 7),
                                torch::nn::ReLU(),
                                torch::nn::Unflatten(torch::nn::UnflattenOptions(1, {16, 7, 7})),
                                twice(16, 16),
                                torch::nn::ReLU(),
                                twice(16, 1)};
};

/// The same memory, not a copy.
Tensor to_tensor(crisp::Images<float>& images) {
  return torch::from_blob(
      images.data(), {images.dimension(0), images.dimension(1), images.dimension(2), images.dimension(3)});
}
crisp::Images<float> to_images(const Tensor& tensor) {
  const Tensor pixels = tensor.contiguous();
  crisp::Images<float> images(pixels.size(0), pixels.size(1), pixels.size(2), pixels.size(3));
  std::copy_n(pixels.data_ptr<float>(), images.size(), images.data());
  return images;
}

void train(Autoencoder& network, const Tensor& images, const Options& options) {
  const auto loss = options.frequency_weight * crisp::StftLoss<float>() + crisp::SsimLoss<float>();
  crisp::adapters::TorchLoss criterion(loss);
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
      argc, argv, "torch_autoencoder", 6000,
      [&](crisp::Images<float>& images, const Options& options) {
        train(network, to_tensor(images), options);
      },
      [&](crisp::Images<float>& images) {
        const torch::NoGradGuard no_gradients;
        return to_images(network.forward(to_tensor(images)));
      });
}
