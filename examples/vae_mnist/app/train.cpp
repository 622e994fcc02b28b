#include "app/train.hpp"

#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <crisp/core/errors.hpp>
#include <crisp/losses/gaussian_kl.hpp>
#include <iostream>
#include <numeric>
#include <stdexcept>
#include <vector>

#include "app/checkpoint.hpp"
#include "app/evaluation.hpp"
#include "app/pictures.hpp"
#include "app/progress.hpp"
#include "files/file_error.hpp"
#include "files/history_csv.hpp"
#include "network/random.hpp"

namespace vae_mnist {
namespace {

void check(bool holds, const char* what, double value) {
  if (!holds) crisp::detail::fail<crisp::OptionError>(what, ", got ", value);
}

OutputActivation shown_output(const TrainOptions& options) {
  const bool logits = options.loss.name == "bce";
  const OutputActivation output =
      options.output.value_or(logits ? OutputActivation::sigmoid : OutputActivation::linear);
  if (logits && output != OutputActivation::sigmoid) {
    crisp::detail::fail<crisp::OptionError>(
        "the loss bce trains on logits, so its output must be sigmoid, got linear");
  }
  return output;
}

void check_options(const TrainOptions& options, const DataSplit& split) {
  check(std::isfinite(options.beta) && options.beta >= 0, "beta must be finite and at least 0", options.beta);
  check(options.epochs >= 1, "there must be at least 1 epoch", static_cast<double>(options.epochs));
  check(options.batch >= 1, "a batch must have at least 1 image", static_cast<double>(options.batch));
  const AdamOptions& adam = options.adam;
  check(adam.beta1 >= 0 && adam.beta1 < 1, "Adam's beta1 must be at least 0 and below 1", adam.beta1);
  check(adam.beta2 >= 0 && adam.beta2 < 1, "Adam's beta2 must be at least 0 and below 1", adam.beta2);
  check(adam.epsilon > 0 && std::isfinite(adam.epsilon), "Adam's epsilon must be finite and above 0",
        adam.epsilon);
  check(split.train.images.dimension(0) >= 1, "there must be at least 1 training image", 0);
  check(split.test.images.dimension(0) >= 1, "there must be at least 1 test image", 0);
}

constexpr const char* checkpoint_name = "checkpoint.safetensors";

void make_folder(const std::filesystem::path& folder, bool overwrite) {
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (error) fail_at(folder, "cannot be made a folder: ", error.message());
  if (!overwrite && std::filesystem::exists(folder / checkpoint_name)) {
    fail_at(folder, "holds a training already; give another folder, or --overwrite to lose it");
  }
}

/// The network as it is to be seen: with its sigmoid, even where training leaves that to the loss.
class ShownNetwork {
 public:
  ShownNetwork(Vae<float>& trained, OutputActivation trained_output, OutputActivation shown_output)
      : trained_(trained),
        differs_(trained_output != shown_output),
        twin_({trained.latent(), shown_output, 0}, 0) {}

  Vae<float>& current() {
    if (!differs_) return trained_;
    const auto from = trained_.parameters();
    auto to = twin_.parameters();
    for (std::size_t i = 0; i < from.size(); ++i) to[i].value = from[i].value;
    return twin_;
  }

 private:
  Vae<float>& trained_;
  bool differs_;
  Vae<float> twin_;
};

/// Gathers shuffled batches: every image once an epoch, the last batch being what is left.
class Batches {
 public:
  Batches(const crisp::Images<float>& images, Index batch, Random& random)
      : images_(images),
        batch_(batch),
        random_(random),
        order_(static_cast<std::size_t>(images.dimension(0))) {
    std::iota(order_.begin(), order_.end(), Index(0));
  }

  Index count() const { return (images_.dimension(0) + batch_ - 1) / batch_; }
  void start_epoch() { shuffle(order_.begin(), order_.end(), random_); }

  const crisp::Images<float>& get(Index index) {
    const Index first = index * batch_;
    const Index count = std::min(batch_, images_.dimension(0) - first);
    current_.resize(count, 1, image_side, image_side);
    for (Index i = 0; i < count; ++i) {
      std::copy_n(&images_(order_[static_cast<std::size_t>(first + i)], 0, 0, 0), image_size,
                  &current_(i, 0, 0, 0));
    }
    return current_;
  }

 private:
  const crisp::Images<float>& images_;
  Index batch_;
  Random& random_;
  std::vector<Index> order_;
  crisp::Images<float> current_;
};

/// One step of the optimiser and what it needs.
class Trainer {
 public:
  Trainer(const TrainOptions& options, Vae<float>& vae, const crisp::Threads& threads)
      : options_(options),
        vae_(vae),
        threads_(threads),
        loss_(make_reconstruction_loss(options.loss)),
        adam_(vae.parameters(), options.adam),
        rate_(options.rate) {}

  std::int64_t steps() const { return adam_.state().steps; }
  double rate() const { return rate_(steps()); }

  /// Returns β KL + reconstruction loss of the batch, before the step.
  double step(const crisp::Images<float>& images, Random& random) {
    const Index batch = images.dimension(0);
    const Index latent = vae_.latent();
    noise_.resize(batch, latent);
    for (Index i = 0; i < noise_.size(); ++i) noise_.data()[i] = static_cast<float>(random.normal());
    const VaeOutput<float>& output = vae_.forward(images, noise_, threads_);

    gradient_.resize(batch, 1, image_side, image_side);
    const float reconstruction =
        loss_->value_and_gradient(output.reconstruction, images, gradient_, threads_);
    mean_gradient_.resize(batch, latent);
    log_variance_gradient_.resize(batch, latent);
    const float kl =
        crisp::gaussian_kl(output.mean, output.log_variance, mean_gradient_, log_variance_gradient_);
    const auto beta = static_cast<float>(options_.beta);
    mean_gradient_ = mean_gradient_ * beta;
    log_variance_gradient_ = log_variance_gradient_ * beta;
    const double objective = options_.beta * static_cast<double>(kl) + static_cast<double>(reconstruction);
    if (!std::isfinite(objective)) {
      throw std::runtime_error("the loss is not finite at step " + std::to_string(steps() + 1) +
                               " (reconstruction " + std::to_string(reconstruction) + ", KL " +
                               std::to_string(kl) + "); the files of the last whole epoch stand");
    }

    vae_.backward(gradient_, mean_gradient_, log_variance_gradient_, threads_);
    adam_.step(rate(), threads_);
    return objective;
  }

 private:
  const TrainOptions& options_;
  Vae<float>& vae_;
  const crisp::Threads& threads_;
  std::unique_ptr<ReconstructionLoss> loss_;
  Adam<float> adam_;
  CyclicalRate rate_;
  Latent<float> noise_;
  crisp::Images<float> gradient_;
  Latent<float> mean_gradient_;
  Latent<float> log_variance_gradient_;
};

}  // namespace

void train(const TrainOptions& options, const DataSplit& split) {
  check_options(options, split);
  const OutputActivation shown = shown_output(options);
  const OutputActivation trained = options.loss.name == "bce" ? OutputActivation::linear : shown;
  const crisp::Threads threads(options.threads);
  Random random(~options.seed);  // apart from the numbers that the network starts from
  Vae<float> vae({options.latent, trained, options.initial_log_variance}, options.seed);
  ShownNetwork shown_network(vae, trained, shown);
  Trainer trainer(options, vae, threads);
  make_folder(options.out, options.overwrite);
  HistoryCsv history(options.out / "history.csv", {"epoch", "steps", "loss", "psnr", "ssim", "kl",
                                                   "learning_rate", "seconds", "images_per_second"});

  Batches batches(split.train.images, options.batch, random);
  Progress progress(std::cerr, isatty(STDERR_FILENO) == 1, options.epochs, batches.count());
  // An untrained network is written first, so that a folder that cannot be written to is known at once.
  const auto save = [&](Index epoch) {
    save_checkpoint(
        options.out / checkpoint_name, vae, shown,
        {{"loss", options.loss.name}, {"data", split.train.name}, {"epoch", std::to_string(epoch)}});
  };
  save(0);
  std::cerr << "training on " << split.train.images.dimension(0) << " images (" << split.train.name
            << "), testing on " << split.test.images.dimension(0) << ", threads: " << options.threads << "\n";
  for (Index epoch = 1; epoch <= options.epochs; ++epoch) {
    batches.start_epoch();
    progress.resume();
    for (Index index = 0; index < batches.count(); ++index) {
      const crisp::Images<float>& images = batches.get(index);
      progress.step(images.dimension(0), trainer.step(images, random));
    }
    progress.pause();

    Vae<float>& network = shown_network.current();
    const Evaluation test = evaluate(network, split.test.images, threads);
    save(epoch);
    history.add({static_cast<double>(epoch), static_cast<double>(trainer.steps()), progress.epoch_loss(),
                 test.psnr, test.ssim, test.kl, trainer.rate(), progress.seconds(),
                 progress.images_per_second()});
    draw_reconstructions(options.out, network, split.test.images, threads);
    draw_samples(options.out, network, 100, options.seed, threads);
    draw_manifold(options.out, network, threads);
    progress.finish_epoch(test.psnr, test.ssim, test.kl);
  }
}

}  // namespace vae_mnist
