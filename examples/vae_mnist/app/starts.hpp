// Several starts of a training, of which the most promising is trained to the end.
//
// A latent space of few dimensions is laid out in the first epochs, and what is folded badly then stays so: networks that differ
// in their seed alone keep their distance to the end. So it pays to begin several times, for a few epochs each, and to go on
// with the start whose training loss is the lowest. Neither validation nor test images have a part in that.
#pragma once

#include <cstdint>

#include "app/communicator.hpp"
#include "app/stop_signals.hpp"
#include "app/train.hpp"

namespace vae_mnist {

/// The seed of a start, counted from 0: the first is the training's own.
std::uint64_t seed_of_start(const TrainOptions& options, Index start);

/// What came of trying them.
struct BestStart {
  std::uint64_t seed = 0;
  int signal = 0;  ///< that ended it before it was done, or 0
};

/// Trains options.starts networks for options.start_epochs epochs of the schedule each, notes their mean loss in the last of these
/// in starts.csv, in the folder options.out, and returns the best seed. Deterministic, for any number of threads.
BestStart try_starts(const TrainOptions& options, const crisp::Images<float>& images,
                     const crisp::Threads& threads, Communicator& communicator);

/// The best seed by the starts.csv that an earlier run has left. Throws FileError unless it has all starts.
std::uint64_t best_start_noted(const TrainOptions& options);

}  // namespace vae_mnist
