// The whole command line.
#pragma once

#include <CLI/CLI.hpp>

#include "commands/compare_command.hpp"
#include "commands/evaluate_command.hpp"
#include "commands/sample_command.hpp"
#include "commands/train_command.hpp"

namespace vae_mnist {

class CommandLine {
 public:
  CommandLine();

  /// Throws CLI::ParseError for what it does not understand, and for --help. Does nothing yet.
  void parse(int count, const char* const* arguments) { program_.parse(count, arguments); }
  /// Does what was asked for. The exit status.
  int run();

  const CLI::App& program() const { return program_; }

 private:
  CLI::App program_;
  TrainCommand train_;
  CompareCommand compare_;
  EvaluateCommand evaluate_;
  SampleCommand sample_;
};

}  // namespace vae_mnist
