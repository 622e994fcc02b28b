// torch_autoencoder: a small convolutional autoencoder in libtorch, trained with crisp's losses. What is crisp's here are
// the lines with criterion; the rest is any libtorch trainer.
#include <torch/torch.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <crisp/adapters/torch.hpp>
#include <crisp/core/compose.hpp>
#include <crisp/losses/ssim.hpp>
#include <crisp/losses/stft.hpp>
#include <crisp/metrics/psnr.hpp>
#include <crisp/metrics/ssim.hpp>
#include <filesystem>
#include <iostream>
#include <stdexcept>
#include <string>

#include "app/exit_status.hpp"
#include "data/drawn_digits.hpp"
#include "data/mnist.hpp"
#include "files/image_grid.hpp"
#include "files/png.hpp"

namespace {

using torch::Tensor;

struct Options {
  std::string data;
  std::filesystem::path out = "torch_autoencoder.png";
  std::int64_t train_images = 6000;
  std::int64_t epochs = 3;
  std::int64_t batch = 64;
  double rate = 2e-3;
  double frequency_weight = 5e-5;
};

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

void report(Autoencoder& network, crisp::Images<float>& originals, const Options& options) {
  const torch::NoGradGuard no_gradients;
  const crisp::Images<float> reconstructions = to_images(network.forward(to_tensor(originals)));
  crisp::metrics::Psnr<float> psnr;
  crisp::metrics::Ssim<float> ssim;
  psnr.add(reconstructions, originals);
  ssim.add(reconstructions, originals);
  std::cout << "PSNR " << psnr.value() << " dB, SSIM " << ssim.value() << " on " << originals.dimension(0)
            << " images that it was not trained on\n";

  constexpr Eigen::Index columns = 20;
  vae_mnist::GridOptions grid;
  grid.columns = columns;
  const Eigen::Index shown = std::min<Eigen::Index>(80, originals.dimension(0) / columns * columns);
  vae_mnist::write_png(
      options.out,
      vae_mnist::image_grid(vae_mnist::alternating_rows(vae_mnist::slice(originals, 0, shown),
                                                        vae_mnist::slice(reconstructions, 0, shown), columns),
                            grid));
  std::cout << "wrote " << options.out.string() << ": originals above their reconstructions\n";
}

vae_mnist::DataSplit load(const Options& options) {
  for (const std::int64_t count : {options.train_images, options.epochs, options.batch}) {
    if (count < 1) {
      throw std::invalid_argument("images, epochs and batch must be at least 1, got " +
                                  std::to_string(count));
    }
  }
  if (!options.data.empty()) {
    return vae_mnist::load_mnist(options.data, static_cast<std::size_t>(options.train_images));
  }
  vae_mnist::DrawnDigitsOptions drawn;
  drawn.train_count = options.train_images;
  return vae_mnist::drawn_digits(drawn);
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app("A convolutional autoencoder in libtorch, trained with crisp's StftLoss + SsimLoss.",
               "torch_autoencoder");
  Options options;
  app.add_option("--data", options.data,
                 "Folder with the four MNIST files; without it, digits that the program draws")
      ->envname("CRISP_MNIST_DIR");
  app.add_option("--out", options.out, "Picture of reconstructions")->capture_default_str();
  app.add_option("--train-images", options.train_images, "Images to train on")->capture_default_str();
  app.add_option("--epochs", options.epochs, "Times through them")->capture_default_str();
  app.add_option("--batch", options.batch, "Images a step")->capture_default_str();
  app.add_option("--rate", options.rate, "Adam's learning rate")->capture_default_str();
  app.add_option("--frequency-weight", options.frequency_weight, "Weight of the STFT loss beside 1 - SSIM")
      ->capture_default_str();
  return vae_mnist::exit_status_of("torch_autoencoder", app, [&] {
    app.parse(argc, argv);
    vae_mnist::DataSplit split = load(options);
    torch::manual_seed(1);
    Autoencoder network;
    train(network, to_tensor(split.train.images), options);
    report(network, split.test.images, options);
  });
}
