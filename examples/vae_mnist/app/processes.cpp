#include "app/processes.hpp"

#include <cstdlib>
#include <exception>
#include <iostream>
#include <stdexcept>
#include <string>

#ifdef CRISP_WITH_MPI
#include <mpi.h>

#include <limits>
#endif

namespace vae_mnist {
namespace {

/// Whether this is one of the processes of mpirun, by what Open MPI, MPICH and PMIx tell them.
bool is_started_by_mpirun() {
  const auto is_set = [](const char* name) { return std::getenv(name) != nullptr; };
  return is_set("OMPI_COMM_WORLD_SIZE") || is_set("PMI_SIZE") || is_set("PMIX_RANK");
}

#ifdef CRISP_WITH_MPI

class MpiCommunicator : public Communicator {
 public:
  MpiCommunicator() {
    MPI_Comm_size(MPI_COMM_WORLD, &size_);
    MPI_Comm_rank(MPI_COMM_WORLD, &rank_);
  }
  int size() const override { return size_; }
  int rank() const override { return rank_; }

  void add_up(double* numbers, crisp::Index count) override {
    if (count > std::numeric_limits<int>::max()) {
      throw std::length_error(std::to_string(count) + " numbers are more than MPI adds up at once");
    }
    // To one and back, as MPI_Allreduce only advises implementations to give all processes the same bits.
    const auto numbers_at_once = static_cast<int>(count);
    const bool is_root = rank_ == 0;
    MPI_Reduce(is_root ? MPI_IN_PLACE : numbers, is_root ? numbers : nullptr, numbers_at_once, MPI_DOUBLE,
               MPI_SUM, 0, MPI_COMM_WORLD);
    MPI_Bcast(numbers, numbers_at_once, MPI_DOUBLE, 0, MPI_COMM_WORLD);
  }

 private:
  int size_ = 1;
  int rank_ = 0;
};

void with_mpi(const std::function<void(Communicator&)>& run) {
  int provided = MPI_THREAD_SINGLE;
  MPI_Init_thread(nullptr, nullptr, MPI_THREAD_FUNNELED, &provided);
  MpiCommunicator communicator;
  try {
    run(communicator);
  } catch (const std::exception& error) {
    if (communicator.size() > 1) {
      std::cerr << "vae_mnist, process " << communicator.rank() << ": " << error.what() << std::endl;
      MPI_Abort(MPI_COMM_WORLD, 1);
    }
    MPI_Finalize();
    throw;
  }
  MPI_Finalize();
}

#endif

}  // namespace

void with_all_processes(const std::function<void(Communicator&)>& run) {
  if (is_started_by_mpirun()) {
#ifdef CRISP_WITH_MPI
    return with_mpi(run);
#else
    throw std::runtime_error("was started by mpirun, but built without MPI; build it where MPI is found");
#endif
  }
  Communicator alone;
  run(alone);
}

}  // namespace vae_mnist
