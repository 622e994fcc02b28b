// vae_mnist train.
#pragma once

#include "app/train.hpp"
#include "commands/command.hpp"
#include "commands/data_options.hpp"

namespace vae_mnist {

class TrainCommand : public Command {
 public:
  explicit TrainCommand(CLI::App& program);
  int run() override;

 private:
  void add_general_options();
  void add_objective();
  void add_frequency_loss();
  void add_network_and_optimiser();

  TrainOptions options_;
  DataOptions data_;
};

}  // namespace vae_mnist
