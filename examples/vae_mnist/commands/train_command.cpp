#include "commands/train_command.hpp"

#include <crisp/losses/presets.hpp>
#include <iostream>
#include <string>

#include "app/processes.hpp"
#include "commands/option_kinds.hpp"

namespace vae_mnist {

TrainCommand::TrainCommand(CLI::App& program)
    : Command(program, "train", "Train a network, evaluate it after every epoch, draw pictures") {
  options_.loss.stft = crisp::presets::dalal_2024_code();
  add_general_options();
  add_objective();
  add_frequency_loss();
  add_network_and_optimiser();
}

int TrainCommand::run() {
  const DataSplit split = data_.load();
  int signal = 0;
  with_all_processes([&](Communicator& processes) {
    signal = train(options_, split, processes);
    if (signal == 0 && processes.rank() == 0) {
      std::cerr << "checkpoint, history and pictures are in " << options_.out << "\n";
    }
  });
  return status_of_signal(signal);
}

void TrainCommand::add_general_options() {
  CLI::App& command = subcommand();
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
  add_number(command, "--starts", options_.starts,
             "Networks to begin with; the one of the lowest loss is trained to the end");
  add_number(command, "--start-epochs", options_.start_epochs, "Epochs after which that is decided");
  add_threads(command, options_.threads);
}

void TrainCommand::add_objective() {
  CLI::App& command = subcommand();
  command.option_defaults()->group("Objective: beta KL + frequency-weight * frequency loss + weight * loss");
  add_number(command, "--weight", options_.loss.weight, "Weight of the other loss");
  add_number(command, "--frequency-weight", options_.loss.frequency_weight,
             "Weight of the DFT, STFT or focal frequency loss");
  add_number(command, "--frequency-warm-up", options_.frequency_warm_up,
             "Steps in which that weight rises from 0");
  add_number(command, "--beta", options_.beta, "Weight of the KL divergence");
}

void TrainCommand::add_frequency_loss() {
  CLI::App& command = subcommand();
  command.option_defaults()->group("Frequency loss");
  crisp::StftOptions& stft = options_.loss.stft;
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
          "--windows", options_.loss.windows,
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

void TrainCommand::add_network_and_optimiser() {
  CLI::App& command = subcommand();
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
}

}  // namespace vae_mnist
