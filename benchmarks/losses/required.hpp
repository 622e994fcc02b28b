// The work that crisp's speed is judged by.
#pragma once

#include <vector>

#include "crisp/core/images.hpp"

namespace crisp_benchmarks {

/// A loss of every_loss.hpp, value and gradient in float, and how many times as fast as libtorch it has to be.
struct RequiredLoss {
  const char* name;
  crisp::Shape shape;
  double times_as_fast;
  double margin = 2;  ///< how many times worse ends a run; more where what is required is not reached
};

/// With 16 large images, or with fewer to be quick. Fewer leave the requirement on STFT open: it is for as much
/// memory as 16 images take in libtorch.
inline std::vector<RequiredLoss> required_losses(crisp::Index large_batch) {
  const crisp::Shape small{128, 1, 28, 28};
  const crisp::Shape large{large_batch, 3, 256, 256};
  return {{"STFT 16/4", small, 20, 4},
          {"STFT 16/4", large, large_batch < 16 ? 0.0 : 60.0, 4},
          {"DFT", large, 4},
          {"SSIM", small, 15},
          {"SSIM", large, 8},
          {"MS-SSIM", large, 8},
          {"focal frequency", small, 8, 3},
          {"focal frequency", large, 5}};
}
inline constexpr double vae_times_as_fast = 2.5;

}  // namespace crisp_benchmarks
