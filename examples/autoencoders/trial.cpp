#include "trial.hpp"

#include <algorithm>
#include <crisp/metrics/psnr.hpp>
#include <crisp/metrics/ssim.hpp>
#include <iostream>
#include <stdexcept>

#include "app/exit_status.hpp"
#include "data/drawn_digits.hpp"
#include "data/mnist.hpp"
#include "files/image_grid.hpp"
#include "files/png.hpp"

namespace autoencoders {
namespace {

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

void report(const crisp::Images<float>& originals, const crisp::Images<float>& reconstructions,
            const Options& options) {
  crisp::metrics::Psnr<float> psnr;
  crisp::metrics::Ssim<float> ssim;
  psnr.add(reconstructions, originals);
  ssim.add(reconstructions, originals);
  std::cout << "PSNR " << psnr.value() << " dB, SSIM " << ssim.value() << " on " << originals.dimension(0)
            << " images that it was not trained on\n";

  vae_mnist::GridOptions grid;
  grid.columns = 20;
  const Eigen::Index shown = std::min<Eigen::Index>(80, originals.dimension(0) / grid.columns * grid.columns);
  vae_mnist::write_png(
      options.out, vae_mnist::image_grid(
                       vae_mnist::alternating_rows(vae_mnist::slice(originals, 0, shown),
                                                   vae_mnist::slice(reconstructions, 0, shown), grid.columns),
                       grid));
  std::cout << "wrote " << options.out.string() << ": originals above their reconstructions\n";
}

}  // namespace

int run_trial(int argc, char** argv, const std::string& name, std::int64_t train_images, const Train& train,
              const Reconstruct& reconstruct) {
  CLI::App app("A convolutional autoencoder, trained with crisp's StftLoss + SsimLoss.", name);
  Options options;
  options.out = name + ".png";
  options.train_images = train_images;
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
  return vae_mnist::exit_status_of(name.c_str(), app, [&] {
    app.parse(argc, argv);
    vae_mnist::DataSplit split = load(options);
    train(split.train.images, options);
    report(split.test.images, reconstruct(split.test.images), options);
  });
}

}  // namespace autoencoders
