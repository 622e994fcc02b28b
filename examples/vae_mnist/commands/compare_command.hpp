// vae_mnist compare.
#pragma once

#include "commands/command.hpp"
#include "commands/data_options.hpp"
#include "compare/compare.hpp"

namespace vae_mnist {

class CompareCommand : public Command {
 public:
  explicit CompareCommand(CLI::App& program);
  int run() override;

 private:
  CompareOptions options_;
  DataOptions data_;
};

}  // namespace vae_mnist
