// A training that is killed just before any one of the calls by which it writes its files, or in which they fail from any one
// of them on, goes on to the same weights.
#include <cerrno>
#include <csignal>
#include <string>

#include "app/few_digits.hpp"
#include "app/outcome.hpp"
#include "app/train.hpp"
#include "child.hpp"
#include "faulty_calls.hpp"
#include "files/read_file.hpp"
#include "support/catch.hpp"
#include "support/file_error_of.hpp"
#include "support/temporary_folder.hpp"

using namespace vae_mnist;
using namespace vae_mnist_test;

namespace {

const DataSplit& very_few_digits() {
  static const DataSplit split = drawn_digits({3, 12, 2});
  return split;
}

/// As short as a training with every file is: three steps, a state after each.
TrainOptions short_training(const std::filesystem::path& out) {
  TrainOptions options;
  options.loss.name = "l2";
  options.epochs = 2;
  options.batch = 8;
  options.latent = 1;  // without a picture of the plane, which takes longest
  options.save_every = 1;
  options.out = out;
  options.resume = true;
  return options;
}

/// Resumes a training, which must go on from a state if it left one: the same weights could come of a new one as well.
void train_to_the_end(const std::filesystem::path& out) {
  const bool has_state =
      exists(out / "training.safetensors") || exists(out / "training.previous.safetensors");
  const std::filesystem::path log = out.string() + ".log";
  const int status = in_child([&] { train(short_training(out), very_few_digits()); }, log);
  REQUIRE(WIFEXITED(status));
  REQUIRE(WEXITSTATUS(status) == 0);
  const bool went_on = read_file(log).find("going on training on ") != std::string::npos;
  CHECK(went_on == has_state);
}

/// Between these calls nothing changes on the disk.
bool changes_disk(Call call) { return call == Call::open || call == Call::write || call == Call::rename; }

/// How many of them an undisturbed training makes.
int changes_of_a_training(const std::filesystem::path& out) {
  int count = 0;
  const FaultyCalls counts([&](Call call) {
    count += changes_disk(call) ? 1 : 0;
    return 0;
  });
  train(short_training(out), very_few_digits());
  return count;
}

}  // namespace

TEST_CASE("Killed before any call that writes a file, a training resumes to the same weights",
          "[faults][resume]") {
  const TemporaryFolder folder;
  const int calls = changes_of_a_training(folder / "undisturbed");
  REQUIRE(calls > 50);
  for (int number = 0; number < calls; ++number) {
    CAPTURE(number);
    const auto out = folder / std::to_string(number);
    const int status = in_child([&] {
      int count = 0;
      const FaultyCalls kills([&](Call call) {
        if (changes_disk(call) && count++ == number) raise(SIGKILL);
        return 0;
      });
      train(short_training(out), very_few_digits());
    });
    REQUIRE(WIFSIGNALED(status));
    REQUIRE(WTERMSIG(status) == SIGKILL);
    train_to_the_end(out);
    check_same_outcome(folder / "undisturbed", out);
    for (const auto& entry : std::filesystem::directory_iterator(out)) {
      CHECK(entry.path().extension() != ".tmp");
    }
    std::filesystem::remove_all(out);
  }
}

TEST_CASE(
    "On a disk that is full from any call on, a training ends with an error, and resumes to the same weights",
    "[faults][resume]") {
  const TemporaryFolder folder;
  const int calls = changes_of_a_training(folder / "undisturbed");
  int failures = 0;
  for (int number = 0; number < calls; ++number) {
    CAPTURE(number);
    const auto out = folder / std::to_string(number);
    std::string message;
    {
      int count = 0;
      const FaultyCalls full([&](Call call) { return changes_disk(call) && count++ >= number ? ENOSPC : 0; });
      message = file_error_of([&] { train(short_training(out), very_few_digits()); });
    }
    if (message != "no FileError") {
      ++failures;
      CHECK_THAT(message, Catch::StartsWith("'" + out.string() + "/") &&
                              Catch::EndsWith("' cannot be written: No space left on device"));
    }
    train_to_the_end(out);
    check_same_outcome(folder / "undisturbed", out);
    std::filesystem::remove_all(out);
  }
  CHECK(failures == calls - 1);  // the last is of the folder, to sync it
}
