// dlib_autoencoder: a small convolutional autoencoder in dlib, trained with crisp's losses. What is crisp's here are the
// lines with Loss; the rest is any dlib trainer.
#include <dlib/dnn.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <crisp/adapters/dlib.hpp>
#include <crisp/core/compose.hpp>
#include <crisp/losses/ssim.hpp>
#include <crisp/losses/stft.hpp>
#include <crisp/metrics/psnr.hpp>
#include <crisp/metrics/ssim.hpp>
#include <filesystem>
#include <iostream>
#include <stdexcept>
#include <string>
#include <vector>

#include "app/exit_status.hpp"
#include "data/drawn_digits.hpp"
#include "data/mnist.hpp"
#include "files/image_grid.hpp"
#include "files/png.hpp"

namespace {

using crisp::Images;
using Eigen::Index;

struct Options {
  std::string data;
  std::filesystem::path out = "dlib_autoencoder.png";
  Index train_images = 3000;
  Index epochs = 3;
  Index batch = 64;
  double rate = 2e-3;
  double frequency_weight = 5e-5;
};

// 28x28 pixels to 4 planes of 6x6 numbers, and back.
template <long planes, long side, typename Below>
using halve = dlib::relu<dlib::con<planes, side, side, 2, 2, Below>>;
using Encoder = halve<4, 3, halve<16, 4, dlib::input<dlib::matrix<float>>>>;
using Decoder = dlib::cont<1, 4, 4, 2, 2, dlib::relu<dlib::cont<16, 3, 3, 2, 2, Encoder>>>;

auto make_loss(const Options& options) {
  return options.frequency_weight * crisp::StftLoss<float>() + crisp::SsimLoss<float>();
}
using Loss = crisp::adapters::DlibLoss<decltype(make_loss({}))>;
using Net = dlib::add_loss_layer<Loss, Decoder>;
using Label = Loss::training_label_type;

std::vector<Label> to_labels(const Images<float>& images) {
  std::vector<Label> labels;
  const Index size = images.dimension(2) * images.dimension(3);
  for (Index i = 0; i < images.dimension(0); ++i) {
    labels.push_back({dlib::mat(images.data() + i * size, images.dimension(2), images.dimension(3))});
  }
  return labels;
}

std::vector<dlib::matrix<float>> to_inputs(const std::vector<Label>& labels) {
  std::vector<dlib::matrix<float>> inputs;
  inputs.reserve(labels.size());
  for (const Label& label : labels) inputs.push_back(label[0]);
  return inputs;
}

void train(Net& net, const Images<float>& images, const Options& options) {
  const std::vector<Label> labels = to_labels(images);
  const std::vector<dlib::matrix<float>> inputs = to_inputs(labels);
  dlib::dnn_trainer<Net, dlib::adam> trainer(net, dlib::adam(0, 0.9F, 0.999F));
  trainer.set_learning_rate(options.rate);
  dlib::rand random;
  for (Index epoch = 1; epoch <= options.epochs; ++epoch) {
    for (Index seen = 0; seen < images.dimension(0); seen += options.batch) {
      std::vector<dlib::matrix<float>> batch;
      std::vector<Label> targets;
      for (Index i = 0; i < options.batch; ++i) {
        const auto chosen = random.get_random_64bit_number() % inputs.size();
        batch.push_back(inputs[chosen]);
        targets.push_back(labels[chosen]);
      }
      trainer.train_one_step(batch, targets);
    }
    std::cout << "epoch " << epoch << "/" << options.epochs << "  loss " << trainer.get_average_loss()
              << std::endl;
    trainer.clear_average_loss();
  }
  trainer.get_net();  // waits for the last step
}

void report(Net& net, const Images<float>& originals, const Options& options) {
  const std::vector<Label> outputs = net(to_inputs(to_labels(originals)));
  Images<float> reconstructions(originals.dimensions());
  float* pixels = reconstructions.data();
  for (const Label& output : outputs) pixels = std::copy(output[0].begin(), output[0].end(), pixels);
  crisp::metrics::Psnr<float> psnr;
  crisp::metrics::Ssim<float> ssim;
  psnr.add(reconstructions, originals);
  ssim.add(reconstructions, originals);
  std::cout << "PSNR " << psnr.value() << " dB, SSIM " << ssim.value() << " on " << originals.dimension(0)
            << " images that it was not trained on\n";

  vae_mnist::GridOptions grid;
  grid.columns = 20;
  const Index shown = std::min<Index>(80, originals.dimension(0) / grid.columns * grid.columns);
  vae_mnist::write_png(
      options.out, vae_mnist::image_grid(
                       vae_mnist::alternating_rows(vae_mnist::slice(originals, 0, shown),
                                                   vae_mnist::slice(reconstructions, 0, shown), grid.columns),
                       grid));
  std::cout << "wrote " << options.out.string() << ": originals above their reconstructions\n";
}

vae_mnist::DataSplit load(const Options& options) {
  for (const Index count : {options.train_images, options.epochs, options.batch}) {
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
  CLI::App app("A convolutional autoencoder in dlib, trained with crisp's StftLoss + SsimLoss.",
               "dlib_autoencoder");
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
  return vae_mnist::exit_status_of("dlib_autoencoder", app, [&] {
    app.parse(argc, argv);
    const vae_mnist::DataSplit split = load(options);
    Net net{Loss(make_loss(options))};
    train(net, split.train.images, options);
    report(net, split.test.images, options);
  });
}
