// The states of a training in its folder: training.safetensors, the newest, and training.previous.safetensors, the one
// before it, which is there for when the newest is damaged.
#pragma once

#include <filesystem>
#include <ostream>
#include <string>

#include "app/training_state.hpp"

namespace vae_mnist {

class SavedStates {
 public:
  explicit SavedStates(const std::filesystem::path& folder);

  bool any() const;

  /// Saves the newest; what was that becomes the previous one, unless `load` found it damaged. Whenever this is killed, or
  /// fails, a whole state stays. Throws FileError.
  void save(Vae<float>& vae, Optimizer<float>& optimizer, const TrainingState& state);

  /// Loads the newest as load_training() does, or, where that is missing or damaged, the previous one, which it notes with
  /// the reason. Changes no file. Throws FileError, which names both files, if neither can be loaded, and
  /// OtherTrainingError for another training's.
  TrainingState load(const std::string& expected_description, Vae<float>& vae, Optimizer<float>& optimizer,
                     std::ostream& notes);

  /// Removes both. Throws FileError.
  void remove() const;

 private:
  std::filesystem::path newest_;
  std::filesystem::path previous_;
  bool newest_is_damaged_ = false;
};

}  // namespace vae_mnist
