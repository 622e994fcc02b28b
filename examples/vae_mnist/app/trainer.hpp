// The steps of a training. What happens in a step follows from the options, the images, the network, the optimiser's
// moments and the number of the step, and from nothing else: order and noise are drawn anew for every epoch and step. So
// these are all that has to be kept for a training to go on.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "app/communicator.hpp"
#include "app/train.hpp"

namespace vae_mnist {

class Trainer {
 public:
  /// What it is given must outlive it. Throws as train() does for options.
  Trainer(const TrainOptions& options, const crisp::Images<float>& images, const crisp::Threads& threads,
          Communicator& communicator);

  std::int64_t steps_per_epoch() const {
    return (images_.dimension(0) + options_.batch - 1) / options_.batch;
  }
  std::int64_t steps_in_all() const { return options_.epochs * steps_per_epoch(); }
  std::int64_t steps() const { return optimizer_.steps(); }  ///< made so far
  double rate() const { return rate_(steps()); }             ///< of the next step

  Vae<float>& vae() { return vae_; }
  const VaeOptions& vae_options() const { return vae_options_; }
  Optimizer<float>& optimizer() { return optimizer_; }

  struct Step {
    Index images;      ///< in the batch, of all processes
    double objective;  ///< β KL + reconstruction loss of the batch, before the step
    bool stop;         ///< whether some process wishes to stop
  };
  /// Every image once an epoch, in an order of its own, the last batch of an epoch being what is left. Throws
  /// std::runtime_error where the objective is not finite; no weight has changed then.
  Step step(bool wishes_to_stop);

 private:
  struct Share {
    Index first;
    Index count;
  };

  void shuffle_epoch(std::int64_t epoch);
  /// This process's part of a batch of so many images.
  Share share_of(Index batch) const;
  void gather(Index first, Index count);
  template <typename Complete>
  void differentiate(Index count, Index batch, double& objective, const Complete& complete);
  /// Over all processes.
  void add_up(std::vector<double>& sums, double& objective, bool& stop);
  float frequency_share() const;

  const TrainOptions& options_;
  const crisp::Images<float>& images_;
  const crisp::Threads& threads_;
  Communicator& communicator_;
  VaeOptions vae_options_;
  Vae<float> vae_;
  std::unique_ptr<ReconstructionLoss> loss_;
  Optimizer<float> optimizer_;
  Rate rate_;
  std::int64_t shuffled_epoch_ = -1;
  std::vector<Index> order_;
  crisp::Images<float> batch_;
  Latent<float> noise_;
  crisp::Images<float> gradient_;
  Latent<float> mean_gradient_;
  Latent<float> log_variance_gradient_;
  std::vector<double> message_;  // to the other processes
};

}  // namespace vae_mnist
