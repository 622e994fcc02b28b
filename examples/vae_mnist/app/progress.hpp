// One line that says how far a training has come.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <ostream>

namespace vae_mnist {

/// Shows steps, loss, speed and the time left. On a terminal the line is redrawn in place, at most a few
/// times a second; elsewhere only finish_epoch prints.
class Progress {
 public:
  Progress(std::ostream& stream, bool is_terminal, std::int64_t epochs, std::int64_t steps_per_epoch);

  /// What is known of the steps before this run.
  struct Past {
    std::int64_t steps = 0;
    std::int64_t images = 0;
    double loss_sum = 0;  ///< of the steps since the last epoch ended
    double seconds = 0;   ///< in training
  };
  Past past() const;
  void go_on_from(const Past& past);

  /// A step of `images` images was made, with this loss.
  void step(std::int64_t images, double loss);

  /// The mean loss of the steps since the last epoch ended.
  double epoch_loss() const { return loss_sum_ / static_cast<double>(epoch_steps_); }

  /// Images a second in training, over everything so far.
  double images_per_second() const;
  double seconds() const;
  bool epoch_is_complete() const { return epoch_steps_ == steps_per_epoch_; }

  /// Time counts between these.
  void resume() { running_since_ = Clock::now(); }
  void pause();

  /// Prints a line of its own for the epoch.
  void finish_epoch(double psnr, double ssim, double kl);
  void start_epoch();

 private:
  using Clock = std::chrono::steady_clock;

  void show();
  double seconds_left() const;

  std::ostream& stream_;
  bool is_terminal_;
  std::int64_t epochs_;
  std::int64_t steps_per_epoch_;
  std::int64_t epoch_ = 1;
  std::int64_t epoch_steps_ = 0;
  std::int64_t images_ = 0;
  double loss_sum_ = 0;
  double last_loss_ = 0;
  Clock::duration trained_{};                       // up to the last pause
  std::optional<Clock::time_point> running_since_;  // unless paused
  Clock::time_point shown_{};
};

}  // namespace vae_mnist
