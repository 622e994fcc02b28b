// The steps of a training in several processes, played by threads.
#include "app/trainer.hpp"

#include <cmath>
#include <condition_variable>
#include <mutex>
#include <thread>

#include "data/drawn_digits.hpp"
#include "support/catch.hpp"

using namespace vae_mnist;

namespace {

/// What the members of a group have in common.
class Group {
 public:
  explicit Group(int size) : size_(size) {}

  int size() const { return size_; }

  void add_up(double* numbers, crisp::Index count) {
    std::unique_lock<std::mutex> lock(mutex_);
    if (arrived_ == 0) sum_.assign(static_cast<std::size_t>(count), 0.0);
    for (std::size_t i = 0; i < sum_.size(); ++i) sum_[i] += numbers[i];
    const int round = round_;
    if (++arrived_ == size_) {
      arrived_ = 0;
      left_ = size_;
      ++round_;
      changed_.notify_all();
    } else {
      changed_.wait(lock, [&] { return round_ != round; });
    }
    std::copy(sum_.begin(), sum_.end(), numbers);
    if (--left_ == 0) changed_.notify_all();
    changed_.wait(lock, [&] { return left_ == 0; });
  }

 private:
  int size_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<double> sum_;
  int arrived_ = 0;
  int left_ = 0;
  int round_ = 0;
};

class Member : public Communicator {
 public:
  Member(Group& group, int rank) : group_(group), rank_(rank) {}
  int size() const override { return group_.size(); }
  int rank() const override { return rank_; }
  void add_up(double* numbers, crisp::Index count) override { group_.add_up(numbers, count); }

 private:
  Group& group_;
  int rank_;
};

const crisp::Images<float>& digits() {
  static const crisp::Images<float> images = drawn_digits({3, 200, 1}).train.images;
  return images;
}

TrainOptions options_of_batch(Index batch) {
  TrainOptions options;
  options.loss.name = "ssim";
  options.batch = batch;
  return options;
}

using Weights = std::vector<Eigen::ArrayXf>;

Weights weights_of(Trainer& trainer) {
  Weights weights;
  for (const auto& parameter : trainer.vae().parameters()) weights.emplace_back(parameter.value);
  return weights;
}

/// The weights after some steps, of every member of a group.
std::vector<Weights> train_in_group(int size, const TrainOptions& options, int steps) {
  Group group(size);
  std::vector<Weights> weights(static_cast<std::size_t>(size));
  std::vector<std::thread> processes;
  for (int rank = 0; rank < size; ++rank) {
    processes.emplace_back([&, rank] {
      Member member(group, rank);
      const crisp::Threads one(1);
      Trainer trainer(options, digits(), one, member);
      for (int i = 0; i < steps; ++i) trainer.step(false);
      weights[static_cast<std::size_t>(rank)] = weights_of(trainer);
    });
  }
  for (std::thread& process : processes) process.join();
  return weights;
}

/// ‖a - b‖ / ‖b‖ over all weights.
double relative_difference(const Weights& a, const Weights& b) {
  double difference = 0;
  double size = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    difference += (a[i] - b[i]).cast<double>().square().sum();
    size += b[i].cast<double>().square().sum();
  }
  return std::sqrt(difference / size);
}

}  // namespace

TEST_CASE("Processes that share a batch come to the same weights", "[train][parallel]") {
  // The STFT loss makes much of rounding: phases of what is almost black are anything.
  for (const char* loss : {"ssim", "stft+ssim"}) {
    TrainOptions options = options_of_batch(32);
    options.loss.name = loss;
    const Weights alone = train_in_group(1, options, 50)[0];
    for (const int size : {2, 4}) {
      CAPTURE(loss, size);
      const std::vector<Weights> together = train_in_group(size, options, 50);
      for (const Weights& weights : together) {
        CHECK(relative_difference(weights, together[0]) == 0);
        CHECK(relative_difference(weights, alone) < 1e-5);
      }
    }
  }
}

TEST_CASE("A batch too small for all processes leaves some of them idle", "[train][parallel]") {
  // Batches of 16, the last of 200 images being of 8.
  const TrainOptions options = options_of_batch(16);
  const Weights alone = train_in_group(1, options, 20)[0];
  CHECK(relative_difference(train_in_group(4, options, 20)[0], alone) < 1e-5);
}

TEST_CASE("All stop where one wishes to", "[train][parallel]") {
  Group group(2);
  const TrainOptions options = options_of_batch(8);
  bool stops[2] = {false, false};
  std::thread processes[2];
  for (int rank = 0; rank < 2; ++rank) {
    processes[rank] = std::thread([&, rank] {
      Member member(group, rank);
      const crisp::Threads one(1);
      Trainer trainer(options, digits(), one, member);
      const bool early = trainer.step(false).stop;
      stops[rank] = !early && trainer.step(rank == 1).stop;
    });
  }
  for (std::thread& process : processes) process.join();
  CHECK(stops[0]);
  CHECK(stops[1]);
}

TEST_CASE("The weight of the frequency loss warms up", "[train]") {
  TrainOptions without = options_of_batch(16);
  TrainOptions at_once = without;
  at_once.loss.name = "stft+ssim";
  at_once.loss.frequency_weight = 1;
  TrainOptions warmed = at_once;
  warmed.frequency_warm_up = 2;

  const crisp::Threads one(1);
  Communicator alone;
  Trainer trainer(warmed, digits(), one, alone);
  // In the first step there is none of it, in the third all of it.
  const double first = trainer.step(false).objective;
  CHECK(first == Approx(Trainer(without, digits(), one, alone).step(false).objective).epsilon(1e-6));
  CHECK(Trainer(at_once, digits(), one, alone).step(false).objective > 2 * first);
  const double second = trainer.step(false).objective;
  CHECK(second > 2 * first);
  CHECK(trainer.step(false).objective > 1.5 * second);
}
