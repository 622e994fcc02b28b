#include "crisp/losses/ms_ssim.hpp"
#include "crisp/losses/ms_ssim_l1.hpp"
#include "crisp/losses/ssim.hpp"
#include "photographs/compared_loss.hpp"

namespace photographs {

using namespace crisp;

namespace {

SsimOptions ssim(double data_range, Index window, double sigma = 1.5, double k1 = 0.01, double k2 = 0.03) {
  SsimOptions options;
  options.data_range = data_range;
  options.window = window;
  options.sigma = sigma;
  options.k1 = k1;
  options.k2 = k2;
  return options;
}

MsSsimOptions ms_ssim(double data_range, OddSizes odd_sizes, Index window = 11,
                      const std::vector<double>& weights = MsSsimOptions().weights) {
  MsSsimOptions options;
  options.data_range = data_range;
  options.odd_sizes = odd_sizes;
  options.window = window;
  options.weights = weights;
  return options;
}

MsSsimL1Options ms_ssim_l1(double data_range, double alpha, Index window = 31) {
  MsSsimL1Options options;
  options.data_range = data_range;
  options.alpha = alpha;
  options.window = window;
  return options;
}

}  // namespace

std::vector<ComparedLoss> similarity_losses(double range) {
  std::vector<ComparedLoss> losses = {
      compared<SsimLoss>("SSIM", "SSIM", ssim(range, 11)),
      compared<SsimLoss>("SSIM", "SSIM, window 8", ssim(range, 8)),
      compared<SsimLoss>("SSIM", "SSIM, window 3", ssim(range, 3)),
      compared<SsimLoss>("SSIM", "SSIM, window 33", ssim(range, 33, 5)),
      compared<SsimLoss>("SSIM, k1 = 0", "SSIM, k1 = 0", ssim(range, 11, 1.5, 0, 0.03)),
      compared<SsimLoss>("SSIM, k2 = 0", "SSIM, k2 = 0", ssim(range, 11, 1.5, 0.01, 0)),
      compared<MsSsimLoss>("MS-SSIM", "MS-SSIM", ms_ssim(range, OddSizes::zero_padding)),
      compared<MsSsimLoss>("MS-SSIM", "MS-SSIM, symmetric", ms_ssim(range, OddSizes::symmetric_padding)),
      compared<MsSsimLoss>("MS-SSIM", "MS-SSIM, drop last", ms_ssim(range, OddSizes::drop_last)),
      compared<MsSsimLoss>("MS-SSIM", "MS-SSIM, window 7, two levels",
                           ms_ssim(range, OddSizes::zero_padding, 7, {0.5, 0.5})),
      compared<MsSsimL1Loss>("MS-SSIM+L1", "MS-SSIM+L1", ms_ssim_l1(range, 0.025)),
      compared<MsSsimL1Loss>("MS-SSIM+L1", "MS-SSIM+L1, alpha 0.84", ms_ssim_l1(range, 0.84)),
      compared<MsSsimL1Loss>("MS-SSIM+L1", "MS-SSIM+L1, alpha 1, window 11", ms_ssim_l1(range, 1, 11)),
  };
  for (const std::size_t i : {0U, 1U, 6U, 10U}) {
    losses.push_back(with(Weighting::mask, losses[i]));
    losses.push_back(with(Weighting::smooth, losses[i]));
  }
  return losses;
}

}  // namespace photographs
