// All that it takes to go on with a training, as a safetensors file: the parameters by their names, beside them what the
// optimiser keeps of each, as NAME.m, NAME.v and NAME.momentum, and the rest in the metadata.
#pragma once

#include <filesystem>
#include <string>

#include "app/progress.hpp"
#include "files/file_error.hpp"
#include "network/vae.hpp"
#include "training/optimizer.hpp"

namespace vae_mnist {

struct TrainingState {
  std::string description;  ///< of the options and images: another training's state is of no use
  Progress::Past past;
  std::string history;  ///< the text of history.csv
};

/// What a file of another training is, however sound.
struct OtherTrainingError : FileError {
  using FileError::FileError;
};

/// The bytes of a file of it.
std::string training_to_bytes(Vae<float>& vae, Optimizer<float>& optimizer, const TrainingState& state);

/// Restores network and optimiser, to the bit. Throws, these being as they were, FileError for a file that is not whole, and
/// OtherTrainingError for one whose description is not the expected one, naming the first line in which they differ.
TrainingState load_training(const std::filesystem::path& path, const std::string& expected_description,
                            Vae<float>& vae, Optimizer<float>& optimizer);

/// Throws OtherTrainingError, naming the first line in which they differ, unless a file's description is the expected one.
void check_same_training(const std::filesystem::path& path, const std::string& description,
                         const std::string& expected);

}  // namespace vae_mnist
