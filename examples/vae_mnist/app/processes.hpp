// The processes that a training runs in: those that mpirun started, where the program was built with MPI, or this one.
#pragma once

#include <functional>

#include "app/communicator.hpp"

namespace vae_mnist {

/// Calls run with a communicator of all processes. What it throws ends the others, too, which may be waiting for this
/// one. Throws std::runtime_error where mpirun has started a program without MPI: each process would train on its own, and
/// write to the same folder.
void with_all_processes(const std::function<void(Communicator&)>& run);

}  // namespace vae_mnist
