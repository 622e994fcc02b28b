// Training: the objective β KL + reconstruction loss, minimised by Adam at a cyclical rate.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>

#include "app/reconstruction_loss.hpp"
#include "data/dataset.hpp"
#include "network/vae.hpp"
#include "training/adam.hpp"
#include "training/learning_rate.hpp"

namespace vae_mnist {

/// The defaults are the paper's, but for the initial log-variance: the paper's code starts from 0, where
/// noise drowns the latent code for the first epochs.
struct TrainOptions {
  ReconstructionLossOptions loss;
  double beta = 0.005;  ///< weight of the KL divergence
  Index latent = 2;
  double initial_log_variance = -8;
  std::optional<OutputActivation> output;  ///< sigmoid for bce, which trains on logits; else linear
  Index epochs = 50;
  Index batch = 128;
  AdamOptions adam;
  CyclicalRateOptions rate;
  std::uint64_t seed = 1;
  int threads = 1;
  std::filesystem::path out = "run";
  bool overwrite = false;  ///< whether a training that is in the folder already may be lost
};

/// Trains on split.train and, after every epoch, evaluates on split.test and writes to the folder `out` (made
/// if it is missing): checkpoint.safetensors, history.csv, reconstructions.png, samples.png and manifold.png.
/// Progress goes to the standard error.
///
/// The same options and images give the same weights, for any number of threads.
/// Throws, before it trains, std::invalid_argument for options outside their range and FileError for a folder
/// that cannot be written to or holds a training already; std::runtime_error, the last epoch's files
/// standing, once the loss is not finite.
void train(const TrainOptions& options, const DataSplit& split);

}  // namespace vae_mnist
