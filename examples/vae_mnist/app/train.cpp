#include "app/train.hpp"

#include <unistd.h>

#include <cmath>
#include <crisp/core/errors.hpp>
#include <csignal>
#include <iostream>
#include <stdexcept>
#include <string>

#include "app/checkpoint.hpp"
#include "app/evaluation.hpp"
#include "app/pictures.hpp"
#include "app/progress.hpp"
#include "app/saved_states.hpp"
#include "app/starts.hpp"
#include "app/stop_signals.hpp"
#include "app/trainer.hpp"
#include "files/atomic_file.hpp"
#include "files/file_error.hpp"
#include "files/history_csv.hpp"
#include "files/presence.hpp"

namespace vae_mnist {
namespace {

void check(bool holds, const char* what, double value) {
  if (!holds) crisp::detail::fail<crisp::OptionError>(what, ", got ", value);
}

void check_options(const TrainOptions& options, const DataSplit& split) {
  check(std::isfinite(options.beta) && options.beta >= 0, "beta must be finite and at least 0", options.beta);
  check(options.frequency_warm_up >= 0, "the warm-up of the frequency loss must be at least 0 steps",
        static_cast<double>(options.frequency_warm_up));
  check(options.epochs >= 1, "there must be at least 1 epoch", static_cast<double>(options.epochs));
  check(options.batch >= 1, "a batch must have at least 1 image", static_cast<double>(options.batch));
  check(options.starts >= 1, "there must be at least 1 start", static_cast<double>(options.starts));
  check(options.starts == 1 || (options.start_epochs >= 1 && options.start_epochs <= options.epochs),
        "the epochs of a start must be at least 1 and no more than all",
        static_cast<double>(options.start_epochs));
  check(options.save_every >= 1, "there must be at least 1 step from one saved state to the next",
        static_cast<double>(options.save_every));
  const AdamOptions& adam = options.optimizer.adam;
  check(adam.beta1 >= 0 && adam.beta1 < 1, "Adam's beta1 must be at least 0 and below 1", adam.beta1);
  check(adam.beta2 >= 0 && adam.beta2 < 1, "Adam's beta2 must be at least 0 and below 1", adam.beta2);
  check(adam.epsilon > 0 && std::isfinite(adam.epsilon), "Adam's epsilon must be finite and above 0",
        adam.epsilon);
  const double momentum = options.optimizer.momentum;
  check(momentum >= 0 && momentum < 1, "Muon's momentum must be at least 0 and below 1", momentum);
  check(split.train.images.dimension(0) >= 1, "there must be at least 1 training image", 0);
  check(split.test.images.dimension(0) >= 1, "there must be at least 1 test image", 0);
}

constexpr const char* checkpoint_name = "checkpoint.safetensors";

/// The network as it is to be seen: with its sigmoid, even where training leaves that to the loss.
class ShownNetwork {
 public:
  ShownNetwork(Vae<float>& trained, VaeOptions trained_options, OutputActivation shown_output)
      : trained_(trained), differs_(trained_options.output != shown_output), twin_([&] {
          trained_options.output = shown_output;
          return Vae<float>(trained_options, 0);
        }()) {}

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

TrainOptions with_seed(TrainOptions options, std::uint64_t seed) {
  options.seed = seed;
  return options;
}

/// A training with its folder.
class Run {
 public:
  /// The seed is that of the start that is trained.
  Run(const TrainOptions& options, std::uint64_t seed, const DataSplit& split, Communicator& communicator)
      : options_(options),
        trained_options_(with_seed(options, seed)),
        split_(split),
        is_writer_(communicator.rank() == 0),
        processes_(communicator.size()),
        description_(describe(options, split)),
        threads_(options.threads),
        trainer_(trained_options_, split.train.images, threads_, communicator),
        shown_(trainer_.vae(), trainer_.vae_options(), shown_output(options)),
        history_(options.out / "history.csv", {"epoch", "steps", "loss", "psnr", "ssim", "kl",
                                               "learning_rate", "seconds", "images_per_second"}),
        progress_(std::cerr, isatty(STDERR_FILENO) == 1, options.epochs, trainer_.steps_per_epoch()),
        states_(options.out) {
    open_folder();
    check_that_all_are_at_one_step(communicator);
  }

  /// Returns the signal that ended it, or 0.
  int train() {
    const StopSignals signals;
    announce();
    while (trainer_.steps() < trainer_.steps_in_all()) {
      progress_.resume();
      const Trainer::Step step = trainer_.step(signals.received() != 0);
      progress_.step(step.images, step.objective);
      progress_.pause();
      const bool is_saved = progress_.epoch_is_complete();
      if (is_saved) finish_epoch();
      if (is_writer_ && (is_saved || step.stop || trainer_.steps() % options_.save_every == 0)) save_state();
      if (step.stop && trainer_.steps() < trainer_.steps_in_all()) {
        if (is_writer_) {
          std::cerr << "\nstopped after step " << trainer_.steps() << " of " << trainer_.steps_in_all()
                    << ", which is saved; --resume goes on from there\n";
        }
        return signals.received() != 0 ? signals.received() : SIGTERM;  // another process got it
      }
    }
    return 0;
  }

 private:
  std::filesystem::path file(const char* name) const { return options_.out / name; }

  void open_folder() {
    if (is_writer_) remove_abandoned_files(options_.out);
    if (options_.resume && states_.any()) return go_on();
    if (is_writer_) begin();
  }

  void go_on() {
    const TrainingState state = states_.load(description_, trainer_.vae(), trainer_.optimizer(), std::cerr);
    history_.go_on_from(state.history);
    progress_.go_on_from(state.past);
    if (is_writer_ && trainer_.steps() % trainer_.steps_per_epoch() == 0) mend_checkpoint();
  }

  void begin() {
    std::error_code error;
    std::filesystem::create_directories(options_.out, error);
    if (error) fail_at(options_.out, "cannot be made a folder: ", error.message());
    const bool holds_training = is_there(file(checkpoint_name)) || states_.any();
    // A training that was killed before its first state leaves an untrained network, which may be lost.
    if (holds_training && !options_.overwrite && !options_.resume) {
      fail_at(options_.out,
              "holds a training already; give another folder, --resume to go on with it, or --overwrite to "
              "lose it");
    }
    // An untrained network is written first, so that a folder that cannot be written to is known at once, and before
    // anything of an earlier training is lost.
    save_network(0);
    states_.remove();
  }

  /// The checkpoint of the epoch that the state is at the end of. In the midst of an epoch the next end writes a new one.
  void mend_checkpoint() {
    try {
      load_checkpoint(file(checkpoint_name));
    } catch (const FileError& problem) {
      std::cerr << problem.what() << "; writing it anew\n";
      save_network(trainer_.steps() / trainer_.steps_per_epoch());
    }
  }

  /// Each process has read the folder for itself, and one may have met a damaged state, or an old one.
  void check_that_all_are_at_one_step(Communicator& communicator) const {
    const auto own = static_cast<double>(trainer_.steps());
    double sum = own;
    if (processes_ > 1) communicator.add_up(&sum, 1);
    if (sum != own * processes_) {
      throw std::runtime_error("the processes found states of different steps in '" + options_.out.string() +
                               "'; this one is at step " + std::to_string(trainer_.steps()));
    }
  }

  void announce() const {
    if (!is_writer_) return;
    std::cerr << (trainer_.steps() == 0 ? "training on " : "going on training on ")
              << split_.train.images.dimension(0) << " images (" << split_.train.name << "), testing on "
              << split_.test.images.dimension(0) << ", threads: " << options_.threads;
    if (processes_ > 1) std::cerr << " in each of " << processes_ << " processes";
    if (trainer_.steps() > 0) {
      std::cerr << ", after step " << trainer_.steps() << " of " << trainer_.steps_in_all();
    }
    std::cerr << "\n";
  }

  void save_network(std::int64_t epoch) {
    save_checkpoint(
        file(checkpoint_name), trainer_.vae(), shown_output(options_),
        {{"loss", options_.loss.name}, {"data", split_.train.name}, {"epoch", std::to_string(epoch)}});
  }

  void save_state() {
    states_.save(trainer_.vae(), trainer_.optimizer(), {description_, progress_.past(), history_.text()});
  }

  void finish_epoch() {
    if (!is_writer_) return progress_.start_epoch();
    Vae<float>& network = shown_.current();
    const Evaluation test = evaluate(network, split_.test.images, threads_);
    const std::int64_t epoch = trainer_.steps() / trainer_.steps_per_epoch();
    save_network(epoch);
    history_.add({static_cast<double>(epoch), static_cast<double>(trainer_.steps()), progress_.epoch_loss(),
                  test.psnr, test.ssim, test.kl, trainer_.rate(), progress_.seconds(),
                  progress_.images_per_second()});
    draw_reconstructions(options_.out, network, split_.test.images, threads_);
    draw_samples(options_.out, network, 100, options_.seed, threads_);
    draw_manifold(options_.out, network, threads_);
    progress_.finish_epoch(test.psnr, test.ssim, test.kl);
    progress_.start_epoch();
  }

  const TrainOptions& options_;
  const TrainOptions trained_options_;
  const DataSplit& split_;
  bool is_writer_;
  int processes_;
  std::string description_;
  crisp::Threads threads_;
  Trainer trainer_;
  ShownNetwork shown_;
  HistoryCsv history_;
  Progress progress_;
  SavedStates states_;
};

}  // namespace

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

int train(const TrainOptions& options, const DataSplit& split, Communicator& communicator) {
  check_options(options, split);
  if (options.starts == 1) return Run(options, options.seed, split, communicator).train();
  if (options.resume && SavedStates(options.out).any()) {
    return Run(options, best_start_noted(options), split, communicator).train();
  }
  {  // So that what is wrong with the folder is known at once.
    const Run opens_folder(options, options.seed, split, communicator);
  }
  const BestStart best =
      try_starts(options, split.train.images, crisp::Threads(options.threads), communicator);
  if (best.signal != 0) return best.signal;
  TrainOptions opened = options;
  opened.overwrite = true;
  return Run(opened, best.seed, split, communicator).train();
}

int train(const TrainOptions& options, const DataSplit& split) {
  Communicator alone;
  return train(options, split, alone);
}

}  // namespace vae_mnist
