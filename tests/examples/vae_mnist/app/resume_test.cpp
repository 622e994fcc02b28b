// A training that is killed, stopped or asked to stop, and then resumed, ends as if nothing had happened.
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <regex>
#include <string>
#include <thread>
#include <vector>

#include "app/train.hpp"
#include "data/drawn_digits.hpp"
#include "few_digits.hpp"
#include "files/read_file.hpp"
#include "network/random.hpp"
#include "outcome.hpp"
#include "support/catch.hpp"
#include "support/file_error_of.hpp"
#include "support/temporary_folder.hpp"

using namespace vae_mnist;
using namespace vae_mnist_test;

namespace {

TrainOptions small_training(const std::filesystem::path& out) {
  TrainOptions options;
  options.optimizer.method = OptimizerMethod::muon;  // with Adam for what is no hidden filter
  options.loss.frequency_weight = 0.01;
  options.frequency_warm_up = 7;
  options.epochs = 6;
  options.batch = 32;
  options.threads = 2;
  options.save_every = 3;
  options.out = out;
  options.resume = true;
  return options;
}

std::filesystem::path log_of(const TrainOptions& options) { return options.out.string() + ".log"; }

/// Trains in a process of its own, which adds to the log, and exits with what train() returns.
pid_t start(const TrainOptions& options) {
  const pid_t child = fork();
  if (child != 0) return child;
  if (std::freopen(log_of(options).c_str(), "a", stderr) == nullptr) _exit(99);
  try {
    _exit(train(options, few_digits()));
  } catch (...) {
    _exit(98);
  }
}

int wait_for(pid_t child) {
  int status = 0;
  REQUIRE(waitpid(child, &status, 0) == child);
  return status;
}

/// Lets a training run for random moments until it is done, sending it the signal at the end of each. Returns how often
/// it was still running then.
int disturb(const TrainOptions& options, int signal, std::uint64_t seed) {
  std::signal(signal, SIG_DFL);  // not Catch's handler, which the processes would inherit
  Random random(seed);
  int disturbed = 0;
  // Longer and longer, so that on a slow machine, too, some live to see a step.
  for (double longest = 0.02; longest < 600; longest *= 1.1) {
    const pid_t child = start(options);
    std::this_thread::sleep_for(std::chrono::duration<double>(longest * random.uniform()));
    kill(child, signal);
    const int status = wait_for(child);
    if (WIFEXITED(status)) {
      if (WEXITSTATUS(status) == 0) return disturbed;
      REQUIRE(WEXITSTATUS(status) == signal);  // it stopped cleanly, and said why
    } else {
      REQUIRE(WTERMSIG(status) == signal);
    }
    ++disturbed;
  }
  FAIL("never done");
  return disturbed;
}

/// The numbers of steps that the log of a training names after these words.
std::vector<std::string> steps_after(const std::string& words, const TrainOptions& options) {
  const std::string log = read_file(log_of(options));
  const std::regex pattern(words + " ([1-9][0-9]*) of ");
  std::vector<std::string> steps;
  for (std::sregex_iterator match(log.begin(), log.end(), pattern); match != std::sregex_iterator();
       ++match) {
    steps.push_back((*match)[1]);
  }
  return steps;
}

/// The steps after which it was gone on with. Without any, the same weights could come of a training that began anew.
std::vector<std::string> steps_of_resumption(const TrainOptions& options) {
  return steps_after("going on training on .*, after step", options);
}

/// Sends a training a signal again and again, by which it saves the step that it is at, and at no other time.
void check_stops_and_goes_on(TrainOptions options, int signal, std::uint64_t seed) {
  options.save_every = 1000000;
  CHECK(disturb(options, signal, seed) >= 3);
  const auto resumed = steps_of_resumption(options);
  const auto stopped = steps_after("stopped after step", options);
  CHECK_FALSE(stopped.empty());
  for (const std::string& step : stopped) CHECK_THAT(resumed, Catch::VectorContains(step));
}

}  // namespace

TEST_CASE("A training that is killed again and again ends with the same weights", "[train][resume]") {
  const TemporaryFolder folder;
  REQUIRE(WEXITSTATUS(wait_for(start(small_training(folder / "undisturbed")))) == 0);
  const TrainOptions killed = small_training(folder / "killed");
  CHECK(disturb(killed, SIGKILL, 1) >= 3);
  CHECK_FALSE(steps_of_resumption(killed).empty());
  check_same_outcome(folder / "undisturbed", folder / "killed");
}

TEST_CASE("A training of several starts goes on with the one that it chose", "[train][resume][starts]") {
  const TemporaryFolder folder;
  TrainOptions undisturbed = small_training(folder / "undisturbed");
  undisturbed.starts = 3;
  undisturbed.start_epochs = 1;
  REQUIRE(WEXITSTATUS(wait_for(start(undisturbed))) == 0);
  TrainOptions killed = undisturbed;
  killed.out = folder / "killed";
  CHECK(disturb(killed, SIGKILL, 4) >= 3);
  CHECK_FALSE(steps_of_resumption(killed).empty());
  check_same_outcome(folder / "undisturbed", folder / "killed");
}

TEST_CASE("A training that is asked to stop saves the step it is at", "[train][resume]") {
  const TemporaryFolder folder;
  REQUIRE(WEXITSTATUS(wait_for(start(small_training(folder / "undisturbed")))) == 0);
  check_stops_and_goes_on(small_training(folder / "stopped"), SIGINT, 2);
  check_same_outcome(folder / "undisturbed", folder / "stopped");
  check_stops_and_goes_on(small_training(folder / "terminated"), SIGTERM, 3);
  check_same_outcome(folder / "undisturbed", folder / "terminated");
}

TEST_CASE("A finished training that is resumed stays as it is", "[train][resume]") {
  const TemporaryFolder folder;
  TrainOptions options = small_training(folder / "run");
  options.epochs = 1;
  CHECK(train(options, few_digits()) == 0);
  const std::string checkpoint = read_file(folder / "run" / "checkpoint.safetensors");
  const std::string history = read_file(folder / "run" / "history.csv");
  options.threads = 3;
  CHECK(train(options, few_digits()) == 0);
  CHECK(read_file(folder / "run" / "checkpoint.safetensors") == checkpoint);
  CHECK(read_file(folder / "run" / "history.csv") == history);
}

TEST_CASE("Another training's state is refused, and what differs named", "[train][resume][errors]") {
  const TemporaryFolder folder;
  TrainOptions options = small_training(folder / "run");
  options.epochs = 1;
  train(options, few_digits());
  const std::string state = read_file(folder / "run" / "training.safetensors");

  TrainOptions other = options;
  other.beta = 0.25;
  CHECK_THAT(file_error_of([&] { train(other, few_digits()); }),
             Catch::Contains("'beta 0.005") && Catch::Contains("not 'beta 0.25'"));
  other = options;
  other.loss.windows = {4, 8};
  CHECK_THAT(file_error_of([&] { train(other, few_digits()); }), Catch::Contains("not 'windows 4 8'"));
  CHECK_THAT(file_error_of([&] {
               train(options, drawn_digits({4, 300, 40}));
             }),
             Catch::Contains("300 images") && Catch::Contains("checksum"));
  CHECK(read_file(folder / "run" / "training.safetensors") == state);
}
