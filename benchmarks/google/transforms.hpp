// crisp::Stft and gaussian_kl on their own, registered with Google Benchmark.
#pragma once

#include <string>
#include <vector>

#include "crisp/core/images.hpp"

namespace crisp_benchmarks {

/// Returns the names registered, which begin with the scalar: "float Stft forward, …".
std::vector<std::string> register_transforms(const std::vector<crisp::Shape>& shapes);

}  // namespace crisp_benchmarks
