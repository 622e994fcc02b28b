#include "app/progress.hpp"

#include <cmath>
#include <iomanip>
#include <sstream>
#include <string>

namespace vae_mnist {
namespace {

std::string minutes(double seconds) {
  const auto whole = static_cast<std::int64_t>(std::lround(seconds));
  std::ostringstream text;
  text << whole / 60 << ':' << std::setw(2) << std::setfill('0') << whole % 60;
  return text.str();
}

}  // namespace

Progress::Progress(std::ostream& stream, bool is_terminal, std::int64_t epochs, std::int64_t steps_per_epoch)
    : stream_(stream), is_terminal_(is_terminal), epochs_(epochs), steps_per_epoch_(steps_per_epoch) {}

Progress::Past Progress::past() const {
  return {(epoch_ - 1) * steps_per_epoch_ + epoch_steps_, images_, loss_sum_, seconds()};
}

void Progress::go_on_from(const Past& past) {
  epoch_ = past.steps / steps_per_epoch_ + 1;
  epoch_steps_ = past.steps % steps_per_epoch_;
  images_ = past.images;
  loss_sum_ = past.loss_sum;
  trained_ = std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(past.seconds));
}

void Progress::step(std::int64_t images, double loss) {
  ++epoch_steps_;
  images_ += images;
  loss_sum_ += loss;
  last_loss_ = loss;
  if (is_terminal_ && Clock::now() - shown_ > std::chrono::milliseconds(250)) show();
}

double Progress::seconds() const {
  const Clock::duration running = running_since_ ? Clock::now() - *running_since_ : Clock::duration::zero();
  return std::chrono::duration<double>(trained_ + running).count();
}

double Progress::images_per_second() const { return static_cast<double>(images_) / seconds(); }

double Progress::seconds_left() const {
  const double done = static_cast<double>((epoch_ - 1) * steps_per_epoch_ + epoch_steps_);
  const double all = static_cast<double>(epochs_ * steps_per_epoch_);
  return seconds() * (all - done) / done;
}

void Progress::pause() {
  if (running_since_) trained_ += Clock::now() - *running_since_;
  running_since_.reset();
}

void Progress::show() {
  shown_ = Clock::now();
  std::ostringstream line;
  line << "epoch " << epoch_ << '/' << epochs_ << "  step " << epoch_steps_ << '/' << steps_per_epoch_
       << "  loss " << std::setprecision(5) << last_loss_ << "  " << std::lround(images_per_second())
       << " images/s  " << minutes(seconds_left()) << " left";
  stream_ << '\r' << std::left << std::setw(78) << line.str() << std::flush;
}

void Progress::finish_epoch(double psnr, double ssim, double kl) {
  std::ostringstream line;
  line << "epoch " << epoch_ << '/' << epochs_ << "  loss " << std::setprecision(5) << epoch_loss()
       << std::fixed << "  test PSNR " << std::setprecision(3) << psnr << " dB  SSIM " << std::setprecision(4)
       << ssim << "  KL " << std::setprecision(3) << kl << "  " << std::lround(images_per_second())
       << " images/s  " << minutes(seconds_left()) << " left";
  stream_ << (is_terminal_ ? "\r" : "") << std::left << std::setw(78) << line.str() << std::endl;
}

void Progress::start_epoch() {
  ++epoch_;
  epoch_steps_ = 0;
  loss_sum_ = 0;
}

}  // namespace vae_mnist
