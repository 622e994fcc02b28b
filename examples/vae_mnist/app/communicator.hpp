// What the processes of a training have to say to each other. A training in one process talks to itself.
#pragma once

#include "crisp/core/images.hpp"

namespace vae_mnist {

class Communicator {
 public:
  virtual ~Communicator() = default;

  virtual int size() const { return 1; }
  virtual int rank() const { return 0; }

  /// Puts into every process's numbers the sums over all processes, the same bits everywhere.
  virtual void add_up(double* /*numbers*/, crisp::Index /*count*/) {}
};

}  // namespace vae_mnist
