// vae_mnist sample.
#pragma once

#include <cstdint>
#include <filesystem>

#include "commands/command.hpp"
#include "crisp/core/images.hpp"

namespace vae_mnist {

class SampleCommand : public Command {
 public:
  explicit SampleCommand(CLI::App& program);
  int run() override;

 private:
  std::filesystem::path checkpoint_;
  std::filesystem::path out_;
  crisp::Index count_ = 100;
  std::uint64_t seed_ = 1;
  int threads_ = 1;
};

}  // namespace vae_mnist
