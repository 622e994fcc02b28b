#include "crisp/losses/l1.hpp"
#include "crisp/losses/presets.hpp"
#include "photographs/compared_loss.hpp"

namespace photographs {

std::vector<ComparedLoss> sums(double data_range) {
  if (data_range != 1) return {};  // they have SSIM for images in [0, 1]
  return {
      {"presets::crisp", "presets::crisp", evaluation(crisp::presets::crisp<float>()),
       evaluation(crisp::presets::crisp<double>())},
      {"STFT polar", "0.01 STFT + L1", evaluation(0.01F * crisp::StftLoss<float>() + crisp::L1Loss<float>()),
       evaluation(0.01 * crisp::StftLoss<double>() + crisp::L1Loss<double>())}};
}

}  // namespace photographs
