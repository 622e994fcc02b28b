// Training: the objective β KL + reconstruction loss, and what minimises it.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

#include "app/communicator.hpp"
#include "app/reconstruction_loss.hpp"
#include "data/dataset.hpp"
#include "network/vae.hpp"
#include "training/optimizer.hpp"
#include "training/rate.hpp"

namespace vae_mnist {

/// The defaults are the paper's, but for the initial log-variance: the paper's code starts from 0, where
/// noise drowns the latent code for the first epochs.
struct TrainOptions {
  ReconstructionLossOptions loss;
  std::int64_t frequency_warm_up = 0;  ///< steps in which λ rises from 0 to frequency_weight
  double beta = 0.005;                 ///< weight of the KL divergence
  Index latent = 2;
  double initial_log_variance = -8;
  std::optional<OutputActivation> output;  ///< sigmoid for bce, which trains on logits; else linear
  Index epochs = 50;
  Index batch = 128;
  OptimizerOptions optimizer;
  RateOptions rate;
  std::uint64_t seed = 1;
  Index starts = 1;        ///< networks to begin with, of which the best goes on (starts.hpp)
  Index start_epochs = 3;  ///< after so many epochs, if there are several
  int threads = 1;
  std::filesystem::path out = "run";
  bool overwrite = false;  ///< whether a training that is in the folder already may be lost
  bool resume = false;     ///< whether to go on with the training that is in the folder, if there is one
  std::int64_t save_every =
      500;  ///< steps from one saved state to the next; one is saved after every epoch, too
};

/// The activation of the reconstructions that such a training is after.
OutputActivation shown_output(const TrainOptions& options);

/// All that decides what comes of a training: a text, a line an option, and what tells the images from others.
std::string describe(const TrainOptions& options, const DataSplit& split);

/// Trains on split.train and, after every epoch, evaluates on split.test and writes to the folder `out` (made
/// if it is missing): checkpoint.safetensors, history.csv, reconstructions.png, samples.png and manifold.png; and every
/// `save_every` steps training.safetensors, all that it takes to go on, and training.previous.safetensors, the one before that.
/// Progress goes to the standard error.
///
/// The same options and images give the same weights, for any number of threads, and however often the training was
/// stopped, or killed, and resumed. SIGINT and SIGTERM end it after the current step, its state saved; returns the
/// signal then, and 0 once all epochs are done. Where the newest state is missing or damaged, the previous one is gone on
/// from; a damaged checkpoint of a finished epoch is written anew from the state. Both are said on the standard error.
///
/// With several processes, each works on its share of every batch, and gradients are added up: the same weights but for
/// rounding, for any number of them. The process of rank 0 alone writes; all read its folder to resume.
///
/// Of several starts, the one is trained whose loss is the lowest after a few epochs; starts.csv has all. What is stopped
/// while they are tried begins anew.
///
/// Throws, before it trains, std::invalid_argument for options outside their range and FileError for a folder
/// that cannot be written to, holds a training already, or one of other options or images; std::runtime_error, the last
/// saved state standing, once the loss is not finite. While it trains, FileError for a file that cannot be written, such as on
/// a full disk: what the file held stands, and so does the last saved state.
int train(const TrainOptions& options, const DataSplit& split, Communicator& communicator);
int train(const TrainOptions& options, const DataSplit& split);

}  // namespace vae_mnist
