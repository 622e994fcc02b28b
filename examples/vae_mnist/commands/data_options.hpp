// Which images: MNIST's, or drawn ones, and how many.
#pragma once

#include <CLI/CLI.hpp>
#include <string>

#include "data/dataset.hpp"

namespace vae_mnist {

class DataOptions {
 public:
  void add_to(CLI::App& command);
  void add_training_options_to(CLI::App& command);
  void add_validation_to(CLI::App& command);

  /// Reads or draws them.
  DataSplit load() const;

 private:
  DataSplit load_all() const;

  std::string folder_;
  crisp::Index face_side_ = 0;    // 0: no faces
  crisp::Index train_limit_ = 0;  // 0: all
  crisp::Index validation_ = 0;
};

}  // namespace vae_mnist
