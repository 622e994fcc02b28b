#include "trial.hpp"

#include <algorithm>
#include <cmath>
#include <crisp/metrics/psnr.hpp>
#include <crisp/metrics/ssim.hpp>
#include <iostream>
#include <stdexcept>

#include "app/exit_status.hpp"
#include "data/drawn_digits.hpp"
#include "data/drawn_faces.hpp"
#include "data/mnist.hpp"
#include "files/image_grid.hpp"
#include "files/png.hpp"

namespace autoencoders {
namespace {

using crisp::Images;
using Eigen::Index;

struct Split {
  Images<float> train;
  Images<float> test;
};

/// The mean of the channels.
Images<float> gray(const Images<float>& colored) {
  const Eigen::array<Index, 4> shape{colored.dimension(0), 1, colored.dimension(2), colored.dimension(3)};
  return colored.mean(Eigen::array<Index, 1>{1}).eval().reshape(shape);
}

Split gray_faces(Index train_count) {
  vae_mnist::DrawnFacesOptions drawn;
  drawn.side = vae_mnist::image_side;
  drawn.train_count = train_count;
  const vae_mnist::DataSplit split = vae_mnist::drawn_faces(drawn);
  return {gray(split.train.images), gray(split.test.images)};
}

Split digits(const Options& options) {
  vae_mnist::DataSplit split;
  if (options.data.empty()) {
    vae_mnist::DrawnDigitsOptions drawn;
    drawn.train_count = options.train_images;
    split = vae_mnist::drawn_digits(drawn);
  } else {
    split = vae_mnist::load_mnist(options.data, static_cast<std::size_t>(options.train_images));
  }
  return {split.train.images, split.test.images};
}

Split load(const Options& options) {
  for (const std::int64_t count : {options.train_images, options.epochs, options.batch}) {
    if (count < 1) {
      throw std::invalid_argument("images, epochs and batch must be at least 1, got " +
                                  std::to_string(count));
    }
  }
  return options.faces ? gray_faces(options.train_images) : digits(options);
}

/// The mean of |difference| over the outermost row or column on every side, which windows easily neglect.
double rim_error(const Images<float>& originals, const Images<float>& reconstructions) {
  const Index height = originals.dimension(2), width = originals.dimension(3);
  double sum = 0;
  Index count = 0;
  for (Index i = 0; i < originals.size(); ++i) {
    const Index x = i % width, y = i / width % height;
    if (x > 0 && y > 0 && x < width - 1 && y < height - 1) continue;
    sum += std::abs(double{originals.data()[i]} - double{reconstructions.data()[i]});
    ++count;
  }
  return sum / static_cast<double>(count);
}

void report(const Images<float>& originals, const Images<float>& reconstructions, const Options& options) {
  crisp::metrics::Psnr<float> psnr;
  crisp::metrics::Ssim<float> ssim;
  psnr.add(reconstructions, originals);
  ssim.add(reconstructions, originals);
  std::cout << "PSNR " << psnr.value() << " dB, SSIM " << ssim.value() << ", error of the rim "
            << rim_error(originals, reconstructions) << " on " << originals.dimension(0)
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

}  // namespace

int run_trial(int argc, char** argv, const Trial& trial) {
  CLI::App app(trial.description, trial.name);
  Options options;
  options.out = trial.name + ".png";
  options.train_images = trial.train_images;
  CLI::Option* data = app.add_option(
      "--data", options.data, "Folder with the four MNIST files; without it, digits that the program draws");
  data->envname("CRISP_MNIST_DIR");
  app.add_flag("--faces", options.faces, "Cartoon faces in gray, which the program draws, instead of digits");
  app.add_option("--out", options.out, "Picture of reconstructions")->capture_default_str();
  app.add_option("--train-images", options.train_images, "Images to train on")->capture_default_str();
  app.add_option("--epochs", options.epochs, "Times through them")->capture_default_str();
  app.add_option("--batch", options.batch, "Images a step")->capture_default_str();
  app.add_option("--rate", options.rate, "Adam's learning rate")->capture_default_str();
  trial.add_options(app);
  return vae_mnist::exit_status_of(trial.name.c_str(), app, [&] {
    app.parse(argc, argv);
    Split split = load(options);
    trial.train(split.train, options);
    report(split.test, trial.reconstruct(split.test), options);
  });
}

}  // namespace autoencoders
