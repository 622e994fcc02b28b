// vae_mnist evaluate.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "commands/command.hpp"
#include "commands/data_options.hpp"

namespace vae_mnist {

class EvaluateCommand : public Command {
 public:
  explicit EvaluateCommand(CLI::App& program);
  int run() override;

 private:
  void print(const std::vector<std::pair<std::string, double>>& results, const Dataset& test) const;

  std::string checkpoint_;
  DataOptions data_;
  bool json_ = false;
  bool sharpness_ = false;
  int threads_ = 1;
};

}  // namespace vae_mnist
