#include "app/stop_signals.hpp"

#include <csignal>

namespace vae_mnist {
namespace {

volatile std::sig_atomic_t last_signal = 0;

extern "C" void take_note(int signal) { last_signal = signal; }

}  // namespace

StopSignals::StopSignals() {
  last_signal = 0;
  struct sigaction action = {};
  action.sa_handler = take_note;
  action.sa_flags = static_cast<int>(SA_RESTART | SA_RESETHAND);  // the second signal finds the default again
  sigaction(SIGINT, &action, nullptr);
  sigaction(SIGTERM, &action, nullptr);
}

StopSignals::~StopSignals() {
  std::signal(SIGINT, SIG_DFL);
  std::signal(SIGTERM, SIG_DFL);
}

int StopSignals::received() const { return last_signal; }

}  // namespace vae_mnist
