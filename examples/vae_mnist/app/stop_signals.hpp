// Ctrl-C and a request to terminate, as something to look at between two steps.
#pragma once

namespace vae_mnist {

/// While it lives, SIGINT and SIGTERM are taken note of; a second one ends the program as it would without this.
class StopSignals {
 public:
  StopSignals();
  ~StopSignals();
  StopSignals(const StopSignals&) = delete;
  StopSignals& operator=(const StopSignals&) = delete;

  /// The signal that came, or 0.
  int received() const;
};

}  // namespace vae_mnist
