#include "app/saved_states.hpp"

#include "files/atomic_file.hpp"
#include "files/file_error.hpp"
#include "files/presence.hpp"

namespace vae_mnist {

SavedStates::SavedStates(const std::filesystem::path& folder)
    : newest_(folder / "training.safetensors"), previous_(folder / "training.previous.safetensors") {}

bool SavedStates::any() const { return is_there(newest_) || is_there(previous_); }

void SavedStates::save(Vae<float>& vae, Optimizer<float>& optimizer, const TrainingState& state) {
  const std::string bytes = training_to_bytes(vae, optimizer, state);
  if (newest_is_damaged_) {
    write_atomically(newest_, bytes);
  } else {
    write_atomically(newest_, bytes, previous_);
  }
  newest_is_damaged_ = false;
}

TrainingState SavedStates::load(const std::string& expected_description, Vae<float>& vae,
                                Optimizer<float>& optimizer, std::ostream& notes) {
  std::string reason;
  try {
    return load_training(newest_, expected_description, vae, optimizer);
  } catch (const OtherTrainingError&) {
    throw;
  } catch (const FileError& error) {
    if (!is_there(previous_)) throw;
    reason = error.what();
  }
  try {
    TrainingState state = load_training(previous_, expected_description, vae, optimizer);
    notes << reason << "; going on from '" << previous_.string() << "'\n";
    newest_is_damaged_ = true;
    return state;
  } catch (const OtherTrainingError&) {
    throw;
  } catch (const FileError& error) {
    throw FileError(reason + "; and " + error.what());
  }
}

void SavedStates::remove() const {
  remove_file(newest_);
  remove_file(previous_);
}

}  // namespace vae_mnist
