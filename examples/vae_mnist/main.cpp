// vae_mnist: train, evaluate and sample the paper's variational autoencoder. This file is the command line
// alone.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <iomanip>
#include <iostream>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "app/checkpoint.hpp"
#include "app/choices.hpp"
#include "app/evaluation.hpp"
#include "app/exit_status.hpp"
#include "app/pictures.hpp"
#include "app/processes.hpp"
#include "app/train.hpp"
#include "compare/compare.hpp"
#include "compare/measures.hpp"
#include "compare/rows.hpp"
#include "crisp/losses/presets.hpp"
#include "data/drawn_digits.hpp"
#include "data/drawn_faces.hpp"
#include "data/mnist.hpp"

namespace {

using namespace vae_mnist;

/// An option that takes one of a few names.
template <typename Value, typename Variable>
void add_choice(CLI::App& command, const std::string& option, Variable& variable, const std::string& help) {
  std::string names;
  for (const auto& [name, value] : choices<Value>()) {
    names += (names.empty() ? "" : ", ") + name;
    if (variable == value) names += " (default)";
  }
  command
      .add_option_function<std::string>(
          option,
          [&variable, option, names](const std::string& name) {
            const auto found = choices<Value>().find(name);
            if (found == choices<Value>().end())
              throw CLI::ValidationError(option, "is one of " + names + ", got '" + name + "'");
            variable = found->second;
          },
          help + ": " + names)
      ->type_name("NAME");
}

template <typename Variable>
void add_number(CLI::App& command, const std::string& option, Variable& variable, const std::string& help) {
  command.add_option(option, variable, help)->capture_default_str();
}

struct DataOptions {
  std::string folder;
  Index face_side = 0;    // 0: no faces
  Index train_limit = 0;  // 0: all
  Index validation = 0;

  void add_to(CLI::App& command) {
    command
        .add_option(
            "--data", folder,
            "Folder with the four MNIST files, plain or gzipped; without it, digits that the program draws")
        ->envname("CRISP_MNIST_DIR");
    add_number(command, "--faces", face_side,
               "Instead of digits, cartoon faces of so many pixels a side, in colour, that the program "
               "draws; 0 for digits");
  }

  void add_training_options_to(CLI::App& command) {
    add_number(command, "--train-images", train_limit, "Train on the first so many images; 0 for all");
    add_validation_to(command);
  }

  void add_validation_to(CLI::App& command) {
    add_number(
        command, "--validation", validation,
        "Evaluate on the last so many training images, held out, instead of the test images; 0 for none");
  }

  DataSplit load() const {
    if (train_limit < 0) {
      crisp::detail::fail<crisp::OptionError>("--train-images must be at least 0, got ", train_limit);
    }
    return validation == 0 ? load_all() : hold_out(load_all(), validation);
  }

 private:
  DataSplit load_all() const {
    if (face_side != 0) {
      DrawnFacesOptions drawn;
      drawn.side = face_side;
      if (train_limit > 0) drawn.train_count = train_limit;
      return drawn_faces(drawn);
    }
    if (folder.empty()) {
      DrawnDigitsOptions drawn;
      if (train_limit > 0) drawn.train_count = train_limit;
      return drawn_digits(drawn);
    }
    return load_mnist(folder,
                      train_limit > 0 ? std::optional(static_cast<std::size_t>(train_limit)) : std::nullopt);
  }
};

void add_threads(CLI::App& command, int& threads) {
  threads = static_cast<int>(std::max(1U, std::thread::hardware_concurrency()));
  add_number(command, "--threads", threads, "Threads to work with; results do not depend on it");
}

void add_spectral_options(CLI::App& command, ReconstructionLossOptions& loss) {
  crisp::StftOptions& stft = loss.stft;
  const auto add_size = [&](const std::string& option, crisp::Size2& size, const std::string& help) {
    command
        .add_option_function<Index>(
            option, [&size](Index pixels) { size = pixels; }, help)
        ->default_str(std::to_string(size.height));
  };
  add_size("--window", stft.window, "Side of the STFT's window, in pixels");
  add_size("--stride", stft.stride, "Pixels from one frame of the STFT to the next");
  command
      .add_option(
          "--windows", loss.windows,
          "Sides of several windows, such as 4,8,16, whose STFT losses are averaged; strides are a quarter")
      ->delimiter(',');
  add_choice<crisp::Padding>(command, "--padding", stft.padding,
                             "How the STFT continues images past their border");
  add_choice<crisp::WindowShape>(command, "--window-shape", stft.window_shape, "Window function");
  add_choice<crisp::FrequencyWeight>(command, "--frequency-weighting", stft.frequency_weight,
                                     "How frequencies weigh");
  add_choice<crisp::SpectralDistance>(command, "--distance", stft.distance, "Distance of two bins");
  add_number(command, "--amplitude-weight", stft.amplitude_weight, "Weight of amplitudes");
  add_number(command, "--phase-weight", stft.phase_weight, "Weight of phases");
  add_choice<crisp::PhaseDistance>(command, "--phase-distance", stft.phase_distance,
                                   "Distance of two phases");
  add_number(command, "--phase-gate", stft.phase_gate,
             "Amplitude below which phases fade out; 0 for no gate");
  add_number(command, "--phase-bias", stft.phase_bias, "Added to bins before their raw phase is taken");
  add_choice<crisp::Normalization>(command, "--normalization", stft.normalization,
                                   "Normalisation of spectra");
  add_choice<crisp::Reduction>(command, "--bin-reduction", stft.bin_reduction, "Reduction over bins");
}

class TrainCommand {
 public:
  explicit TrainCommand(CLI::App& app) {
    CLI::App& command =
        *app.add_subcommand("train", "Train a network, evaluate it after every epoch, draw pictures");
    options_.loss.stft = crisp::presets::dalal_2024_code();
    std::string losses;
    for (const std::string& name : reconstruction_loss_names()) losses += (losses.empty() ? "" : ", ") + name;
    command.add_option("--loss", options_.loss.name, "Reconstruction loss: " + losses)->capture_default_str();
    data_.add_to(command);
    data_.add_training_options_to(command);
    command.add_option("--out", options_.out, "Folder for the checkpoint, history and pictures")
        ->capture_default_str();
    command.add_flag("--overwrite", options_.overwrite, "Lose a training that is in that folder already");
    command.add_flag("--resume", options_.resume,
                     "Go on with the training that is in that folder, if there is one");
    add_number(command, "--save-every", options_.save_every, "Steps from one saved state to the next");
    add_number(command, "--epochs", options_.epochs, "Times through the training images");
    add_number(command, "--batch", options_.batch, "Images a step");
    add_number(command, "--seed", options_.seed, "Seed of weights, order and noise");
    add_threads(command, options_.threads);

    command.option_defaults()->group(
        "Objective: beta KL + frequency-weight * frequency loss + weight * loss");
    add_number(command, "--weight", options_.loss.weight, "Weight of the other loss");
    add_number(command, "--frequency-weight", options_.loss.frequency_weight,
               "Weight of the DFT, STFT or focal frequency loss");
    add_number(command, "--frequency-warm-up", options_.frequency_warm_up,
               "Steps in which that weight rises from 0");
    add_number(command, "--beta", options_.beta, "Weight of the KL divergence");

    command.option_defaults()->group("Frequency loss");
    add_spectral_options(command, options_.loss);

    command.option_defaults()->group("Network and optimiser");
    add_number(command, "--latent", options_.latent, "Latent dimensions");
    add_number(command, "--initial-log-variance", options_.initial_log_variance,
               "Log-variance of the posterior to start from; 0 in the paper's code");
    add_choice<OutputActivation>(command, "--output", options_.output,
                                 "Last activation; by default sigmoid for bce, else linear");
    add_choice<RateSchedule>(command, "--rate-schedule", options_.rate.schedule,
                             "Learning rate: cycles that halve, or a warm-up and half a cosine");
    add_number(command, "--rate-minimum", options_.rate.minimum,
               "Learning rate at the cycles' or the cosine's end");
    add_number(command, "--rate-maximum", options_.rate.maximum, "Learning rate at the first peak");
    add_number(command, "--rate-step", options_.rate.step_size,
               "Steps from the minimum to the peak of a cycle");
    add_number(command, "--rate-warm-up", options_.rate.warm_up, "Steps to the peak of the cosine");
    OptimizerOptions& optimizer = options_.optimizer;
    add_choice<OptimizerMethod>(
        command, "--optimizer", optimizer.method,
        "What moves the parameters: Adam, or Muon for hidden filters and Adam for the rest");
    add_number(command, "--adam-beta1", optimizer.adam.beta1, "Adam's decay of the first moment");
    add_number(command, "--adam-beta2", optimizer.adam.beta2, "Adam's decay of the second moment");
    add_number(command, "--adam-epsilon", optimizer.adam.epsilon, "Adam's epsilon");
    add_number(command, "--momentum", optimizer.momentum, "Muon's momentum");
    command.callback([this] { run(); });
  }

  /// What a shell makes of a program that a signal ended; 0 otherwise.
  int exit_status() const { return signal_ == 0 ? 0 : 128 + signal_; }

 private:
  void run() {
    const DataSplit split = data_.load();
    with_all_processes([&](Communicator& processes) {
      signal_ = train(options_, split, processes);
      if (signal_ == 0 && processes.rank() == 0) {
        std::cerr << "checkpoint, history and pictures are in " << options_.out << "\n";
      }
    });
  }

  TrainOptions options_;
  DataOptions data_;
  int signal_ = 0;
};

class CompareCommand {
 public:
  explicit CompareCommand(CLI::App& app) {
    CLI::App& command = *app.add_subcommand("compare",
                                            "Train a network for every row of the comparison and every seed; "
                                            "write table.md, table.csv, report.html");
    std::string names;
    for (const Row& row : comparison_rows()) names += (names.empty() ? "" : ", ") + row.name;
    command.add_option("--rows", options_.rows, "Rows, such as l2,ssim; by default all: " + names)
        ->delimiter(',');
    command.add_option("--seeds", options_.seeds, "Seeds, such as 1,2,3")
        ->delimiter(',')
        ->capture_default_str();
    data_.add_to(command);
    data_.add_training_options_to(command);
    add_number(command, "--epochs", options_.epochs, "Times through the training images, for every run");
    command.add_option("--references", options_.references,
                       "Folder with the authors' checkpoints, to be measured too");
    command
        .add_option("--out", options_.out,
                    "Folder for runs, tables and report; what is done there is not done again")
        ->capture_default_str();
    add_threads(command, options_.threads);
    command.callback([this] { run(); });
  }

  int exit_status() const { return signal_ == 0 ? 0 : 128 + signal_; }

 private:
  void run() {
    signal_ = compare(options_, data_.load());
    if (signal_ == 0) std::cerr << "table.md, table.csv and report.html are in " << options_.out << "\n";
  }

  CompareOptions options_;
  DataOptions data_;
  int signal_ = 0;
};

class EvaluateCommand {
 public:
  explicit EvaluateCommand(CLI::App& app) {
    CLI::App& command =
        *app.add_subcommand("evaluate", "PSNR, SSIM and KL of a checkpoint on the test images");
    command.add_option("checkpoint", checkpoint_, "A checkpoint, as train writes it")->required();
    data_.add_to(command);
    data_.add_validation_to(command);
    command.add_flag("--json", json_, "Print one JSON object: psnr, ssim, kl, images");
    command.add_flag("--sharpness", sharpness_,
                     "Measure MS-SSIM, fine detail and phase coherence, too, which takes longer");
    add_threads(command, threads_);
    command.callback([this] { run(); });
  }

 private:
  void run() const {
    const crisp::Threads threads(threads_);
    Vae<float> vae = load_checkpoint(checkpoint_);
    const Dataset test = data_.load().test;
    std::vector<std::pair<std::string, double>> results;
    if (sharpness_) {
      const Measures measures = Measurer(test.images, threads)(vae);
      for (const MeasureColumn& column : measure_columns()) {
        results.emplace_back(json_ ? column.key : column.title, measures.*column.field);
      }
    } else {
      const Evaluation result = evaluate(vae, test.images, threads);
      results = {{json_ ? "psnr" : "PSNR, dB", result.psnr},
                 {json_ ? "ssim" : "SSIM", result.ssim},
                 {json_ ? "kl" : "KL", result.kl}};
    }
    print(results, test);
  }

  void print(const std::vector<std::pair<std::string, double>>& results, const Dataset& test) const {
    if (json_) {
      nlohmann::ordered_json object;
      for (const auto& [name, value] : results) object[name] = value;
      object["images"] = test.images.dimension(0);
      std::cout << object << "\n";
      return;
    }
    std::cout << std::fixed << std::setprecision(4);
    for (const auto& [name, value] : results) std::cout << name << ": " << value << "; ";
    std::cout << "means over " << test.images.dimension(0) << " images (" << test.name << ")\n";
  }

  std::string checkpoint_;
  DataOptions data_;
  bool json_ = false;
  bool sharpness_ = false;
  int threads_ = 1;
};

class SampleCommand {
 public:
  explicit SampleCommand(CLI::App& app) {
    CLI::App& command =
        *app.add_subcommand("sample", "Draw samples.png and, of two latent dimensions, manifold.png");
    command.add_option("checkpoint", checkpoint_, "A checkpoint, as train writes it")->required();
    command.add_option("--out", out_, "Folder for the pictures; by default the checkpoint's");
    add_number(command, "--count", count_, "Samples to draw");
    add_number(command, "--seed", seed_, "Seed of the samples");
    add_threads(command, threads_);
    command.callback([this] { run(); });
  }

 private:
  void run() const {
    if (count_ < 1) crisp::detail::fail<crisp::OptionError>("--count must be at least 1, got ", count_);
    const crisp::Threads threads(threads_);
    Vae<float> vae = load_checkpoint(checkpoint_);
    const std::filesystem::path folder = out_.empty() ? checkpoint_.parent_path() : out_;
    draw_samples(folder, vae, count_, seed_, threads);
    const bool has_manifold = draw_manifold(folder, vae, threads);
    std::cout << "wrote " << (folder / "samples.png").string()
              << (has_manifold ? " and " + (folder / "manifold.png").string() : "") << "\n";
  }

  std::filesystem::path checkpoint_;
  std::filesystem::path out_;
  Index count_ = 100;
  std::uint64_t seed_ = 1;
  int threads_ = 1;
};

}  // namespace

int main(int argc, char** argv) {
  CLI::App app("The variational autoencoder of arXiv 2401.03166 on MNIST, trained with crisp's gradients.",
               "vae_mnist");
  app.require_subcommand(1);
  TrainCommand train_command(app);
  CompareCommand compare_command(app);
  const EvaluateCommand evaluate_command(app);
  const SampleCommand sample_command(app);
  const int status = exit_status_of("vae_mnist", app, [&] { app.parse(argc, argv); });
  return std::max({status, train_command.exit_status(), compare_command.exit_status()});
}
