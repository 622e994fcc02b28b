// Every loss, registered with Google Benchmark.
#pragma once

#include <string>
#include <vector>

#include "crisp/core/images.hpp"

namespace crisp_benchmarks {

/// One benchmark of a loss.
struct LossCase {
  std::string loss;
  crisp::Shape shape;
  std::string scalar;
  int threads;
  bool with_gradient;

  std::string name() const;
};

/// Registers loss × {value, value and gradient} × shape × {float, double} × {1, 2 threads}, and returns them.
/// Counters: per_image, seconds; allocations, of a call after the first; workspace, the bytes that the workspace
/// holds on the heap after a call.
std::vector<LossCase> register_losses(const std::vector<crisp::Shape>& shapes);

}  // namespace crisp_benchmarks
