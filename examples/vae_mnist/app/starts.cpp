#include "app/starts.hpp"

#include <algorithm>
#include <csignal>
#include <iostream>
#include <vector>

#include "app/trainer.hpp"
#include "files/file_error.hpp"
#include "files/history_csv.hpp"

namespace vae_mnist {
namespace {

std::filesystem::path notes(const TrainOptions& options) { return options.out / "starts.csv"; }

std::uint64_t best_seed(const TrainOptions& options, const std::vector<double>& losses) {
  const auto best = std::min_element(losses.begin(), losses.end());
  return seed_of_start(options, best - losses.begin());
}

/// The mean loss of the last epoch of a start, or the signal that ended it.
struct Trial {
  double loss = 0;
  int signal = 0;
};

Trial try_one(const TrainOptions& options, const crisp::Images<float>& images, const crisp::Threads& threads,
              Communicator& communicator, const StopSignals& signals) {
  Trainer trainer(options, images, threads, communicator);
  double sum = 0;
  for (Index epoch = 0; epoch < options.start_epochs; ++epoch) {
    sum = 0;
    for (std::int64_t step = 0; step < trainer.steps_per_epoch(); ++step) {
      const Trainer::Step made = trainer.step(signals.received() != 0);
      sum += made.objective;
      if (made.stop) return {0, signals.received() != 0 ? signals.received() : SIGTERM};
    }
  }
  return {sum / static_cast<double>(trainer.steps_per_epoch()), 0};
}

}  // namespace

std::uint64_t seed_of_start(const TrainOptions& options, Index start) {
  return options.seed + (static_cast<std::uint64_t>(start) << 32);
}

BestStart try_starts(const TrainOptions& options, const crisp::Images<float>& images,
                     const crisp::Threads& threads, Communicator& communicator) {
  const StopSignals signals;
  const bool is_writer = communicator.rank() == 0;
  HistoryCsv notes_of_losses(notes(options), {"start", "loss"});
  std::vector<double> losses;
  for (Index start = 0; start < options.starts; ++start) {
    TrainOptions of_start = options;
    of_start.seed = seed_of_start(options, start);
    const Trial trial = try_one(of_start, images, threads, communicator, signals);
    if (trial.signal != 0) {
      if (is_writer) std::cerr << "\nstopped while trying starts, of which none is kept\n";
      return {0, trial.signal};
    }
    losses.push_back(trial.loss);
    if (!is_writer) continue;
    notes_of_losses.add({static_cast<double>(start), trial.loss});
    std::cerr << "start " << start + 1 << "/" << options.starts << "  loss " << trial.loss << " in epoch "
              << options.start_epochs << "\n";
  }
  return {best_seed(options, losses), 0};
}

std::uint64_t best_start_noted(const TrainOptions& options) {
  const std::vector<double> losses = read_history(notes(options)).column("loss");
  if (static_cast<Index>(losses.size()) != options.starts) {
    fail_at(notes(options), "has ", losses.size(), " starts, not ", options.starts);
  }
  return best_seed(options, losses);
}

}  // namespace vae_mnist
