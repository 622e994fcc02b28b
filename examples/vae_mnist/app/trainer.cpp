#include "app/trainer.hpp"

#include <algorithm>
#include <cmath>
#include <crisp/losses/gaussian_kl.hpp>
#include <numeric>
#include <stdexcept>
#include <string>

#include "network/random.hpp"

namespace vae_mnist {
namespace {

// Seeds of what is random, apart from each other and from the numbers that the network starts from.
constexpr std::uint64_t order_stream = 1;
constexpr std::uint64_t noise_stream = 2;

Random stream(std::uint64_t seed, std::uint64_t what, std::int64_t index) {
  return random_of(seed * 4 + what, static_cast<std::uint64_t>(index));
}

/// bce trains on logits: its network has no sigmoid of its own.
OutputActivation trained_output(const TrainOptions& options) {
  return options.loss.name == "bce" ? OutputActivation::linear : shown_output(options);
}

VaeOptions to_vae_options(const TrainOptions& options, const crisp::Images<float>& images) {
  VaeOptions network;
  network.image = {images.dimension(1), images.dimension(2), images.dimension(3)};
  network.latent = options.latent;
  network.output = trained_output(options);
  network.initial_log_variance = options.initial_log_variance;
  return network;
}

}  // namespace

Trainer::Trainer(const TrainOptions& options, const crisp::Images<float>& images,
                 const crisp::Threads& threads, Communicator& communicator)
    : options_(options),
      images_(images),
      threads_(threads),
      communicator_(communicator),
      vae_options_(to_vae_options(options, images)),
      vae_(vae_options_, options.seed),
      loss_(make_reconstruction_loss(options.loss)),
      optimizer_(vae_.parameters(), options.optimizer),
      rate_(options.rate, steps_in_all()),
      order_(static_cast<std::size_t>(images.dimension(0))) {}

Trainer::Step Trainer::step(bool wishes_to_stop) {
  const std::int64_t epoch = steps() / steps_per_epoch();
  if (epoch != shuffled_epoch_) shuffle_epoch(epoch);
  const Index first = steps() % steps_per_epoch() * options_.batch;
  const Index batch = std::min(options_.batch, images_.dimension(0) - first);
  const Share mine = share_of(batch);

  // Everyone draws the noise of the whole batch, and takes its part.
  Random random = stream(options_.seed, noise_stream, steps());
  noise_.resize(mine.count, vae_.latent());
  for (Index i = 0; i < batch * vae_.latent(); ++i) {
    const auto number = static_cast<float>(random.normal());
    const Index place = i - mine.first * vae_.latent();
    if (place >= 0 && place < noise_.size()) noise_.data()[place] = number;
  }

  if (mine.count > 0) gather(first + mine.first, mine.count);
  double objective = 0;
  bool stop = wishes_to_stop;
  const auto complete = [&](std::vector<double>& sums) {
    if (communicator_.size() > 1) add_up(sums, objective, stop);
  };
  differentiate(mine.count, batch, objective, complete);
  if (!std::isfinite(objective)) {
    throw std::runtime_error("the loss is not finite at step " + std::to_string(steps() + 1) +
                             "; the state that was saved last stands");
  }
  optimizer_.step(rate(), threads_);
  return {batch, objective, stop};
}

void Trainer::shuffle_epoch(std::int64_t epoch) {
  Random random = stream(options_.seed, order_stream, epoch);
  std::iota(order_.begin(), order_.end(), Index(0));
  shuffle(order_.begin(), order_.end(), random);
  shuffled_epoch_ = epoch;
}

Trainer::Share Trainer::share_of(Index batch) const {
  // Whole shards, so that the sums within them are the same for any number of processes.
  constexpr Index shard = Vae<float>::shard_images;
  const Index shards = (batch + shard - 1) / shard;
  const auto start_of = [&](Index rank) {
    return std::min(shards * rank / communicator_.size() * shard, batch);
  };
  const Index first = start_of(communicator_.rank());
  return {first, start_of(communicator_.rank() + 1) - first};
}

void Trainer::gather(Index first, Index count) {
  const Index pixels = images_.size() / images_.dimension(0);
  batch_.resize(count, images_.dimension(1), images_.dimension(2), images_.dimension(3));
  for (Index i = 0; i < count; ++i) {
    std::copy_n(images_.data() + order_[static_cast<std::size_t>(first + i)] * pixels, pixels,
                batch_.data() + i * pixels);
  }
}

/// Of the images gathered, which are `count` of the batch: their part of the objective, and its gradients, which
/// `complete` makes those of the whole batch.
template <typename Complete>
void Trainer::differentiate(Index count, Index batch, double& objective, const Complete& complete) {
  if (count == 0) return vae_.backward_without_images(complete);
  const VaeOutput<float>& output = vae_.forward(batch_, noise_, threads_);
  gradient_.resize(batch_.dimensions());
  const float reconstruction =
      loss_->value_and_gradient(output.reconstruction, batch_, gradient_, frequency_share(), threads_);
  mean_gradient_.resize(count, vae_.latent());
  log_variance_gradient_.resize(count, vae_.latent());
  const float kl =
      crisp::gaussian_kl(output.mean, output.log_variance, mean_gradient_, log_variance_gradient_);

  const float share = static_cast<float>(count) / static_cast<float>(batch);
  const auto beta = static_cast<float>(options_.beta) * share;
  mean_gradient_ = mean_gradient_ * beta;
  log_variance_gradient_ = log_variance_gradient_ * beta;
  if (share != 1) gradient_ = gradient_ * share;
  objective = (options_.beta * static_cast<double>(kl) + static_cast<double>(reconstruction)) *
              static_cast<double>(share);
  vae_.backward(gradient_, mean_gradient_, log_variance_gradient_, threads_, complete);
}

void Trainer::add_up(std::vector<double>& sums, double& objective, bool& stop) {
  message_ = sums;
  message_.push_back(objective);
  message_.push_back(stop ? 1 : 0);
  communicator_.add_up(message_.data(), static_cast<Index>(message_.size()));
  std::copy_n(message_.begin(), sums.size(), sums.begin());
  objective = message_[sums.size()];
  stop = message_.back() > 0;
}

float Trainer::frequency_share() const {
  if (steps() >= options_.frequency_warm_up) return 1;
  return static_cast<float>(steps()) / static_cast<float>(options_.frequency_warm_up);
}

}  // namespace vae_mnist
