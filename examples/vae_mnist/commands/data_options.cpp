#include "commands/data_options.hpp"

#include <crisp/core/errors.hpp>
#include <optional>

#include "commands/option_kinds.hpp"
#include "data/drawn_digits.hpp"
#include "data/drawn_faces.hpp"
#include "data/mnist.hpp"

namespace vae_mnist {

void DataOptions::add_to(CLI::App& command) {
  command
      .add_option(
          "--data", folder_,
          "Folder with the four MNIST files, plain or gzipped; without it, digits that the program draws")
      ->envname("CRISP_MNIST_DIR");
  add_number(command, "--faces", face_side_,
             "Instead of digits, cartoon faces of so many pixels a side, in colour, that the program "
             "draws; 0 for digits");
}

void DataOptions::add_training_options_to(CLI::App& command) {
  add_number(command, "--train-images", train_limit_, "Train on the first so many images; 0 for all");
  add_validation_to(command);
}

void DataOptions::add_validation_to(CLI::App& command) {
  add_number(
      command, "--validation", validation_,
      "Evaluate on the last so many training images, held out, instead of the test images; 0 for none");
}

DataSplit DataOptions::load() const {
  if (train_limit_ < 0) {
    crisp::detail::fail<crisp::OptionError>("--train-images must be at least 0, got ", train_limit_);
  }
  return validation_ == 0 ? load_all() : hold_out(load_all(), validation_);
}

DataSplit DataOptions::load_all() const {
  if (face_side_ != 0) {
    DrawnFacesOptions drawn;
    drawn.side = face_side_;
    if (train_limit_ > 0) drawn.train_count = train_limit_;
    return drawn_faces(drawn);
  }
  if (folder_.empty()) {
    DrawnDigitsOptions drawn;
    if (train_limit_ > 0) drawn.train_count = train_limit_;
    return drawn_digits(drawn);
  }
  return load_mnist(folder_,
                    train_limit_ > 0 ? std::optional(static_cast<std::size_t>(train_limit_)) : std::nullopt);
}

}  // namespace vae_mnist
