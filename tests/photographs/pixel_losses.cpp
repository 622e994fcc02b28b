#include "crisp/losses/bce_with_logits.hpp"
#include "crisp/losses/charbonnier.hpp"
#include "crisp/losses/huber.hpp"
#include "crisp/losses/l1.hpp"
#include "crisp/losses/mse.hpp"
#include "crisp/losses/total_variation.hpp"
#include "photographs/compared_loss.hpp"

namespace photographs {

using namespace crisp;

std::vector<ComparedLoss> pixel_losses(double data_range) {
  std::vector<ComparedLoss> losses = {
      compared<L1Loss>("pixels", "L1"),
      compared<MseLoss>("pixels", "MSE"),
      compared<HuberLoss>("pixels", "Huber, delta 0.02", HuberOptions{0.02 * data_range}),
      compared<HuberLoss>("pixels", "Huber", HuberOptions{data_range}),
      compared<CharbonnierLoss>("pixels", "Charbonnier", CharbonnierOptions{1e-3 * data_range}),
      compared<CharbonnierLoss>("pixels", "Charbonnier, epsilon 1e-6", CharbonnierOptions{1e-6 * data_range}),
      compared<BceWithLogitsLoss>("logits", "BCE with logits"),
      compared<TotalVariationLoss>("variation", "TV anisotropic",
                                   TotalVariationOptions{VariationNorm::anisotropic}),
      compared<TotalVariationLoss>("variation", "TV isotropic",
                                   TotalVariationOptions{VariationNorm::isotropic}),
      compared<TotalVariationLoss>("variation", "TV squared", TotalVariationOptions{VariationNorm::squared}),
  };
  losses[6].takes_logits = true;
  const std::size_t unweighted = losses.size();
  for (std::size_t i = 0; i < unweighted; ++i) {
    losses.push_back(with(Weighting::mask, losses[i]));
    losses.push_back(with(Weighting::smooth, losses[i]));
  }
  return losses;
}

}  // namespace photographs
