#include "crisp/losses/focal_frequency.hpp"
#include "crisp/losses/wiener.hpp"
#include "photographs/compared_loss.hpp"

namespace photographs {

using namespace crisp;

namespace {

FocalFrequencyOptions focal(double alpha, Index patch_factor = 1, bool log_matrix = false,
                            bool batch_matrix = false, bool average_spectrum = false) {
  FocalFrequencyOptions options;
  options.alpha = alpha;
  options.patch_factor = patch_factor;
  options.log_matrix = log_matrix;
  options.batch_matrix = batch_matrix;
  options.average_spectrum = average_spectrum;
  return options;
}

/// A blur that does not sum to 1.
WienerOptions bright_kernel() {
  WienerOptions options;
  options.kernel = Eigen::ArrayXXd::Constant(5, 7, 1);
  return options;
}

}  // namespace

std::vector<ComparedLoss> residual_spectrum_losses() {
  std::vector<ComparedLoss> losses = {
      compared<FocalFrequencyLoss>("focal frequency", "focal frequency", focal(1)),
      compared<FocalFrequencyLoss>("focal frequency", "focal frequency, alpha 0", focal(0)),
      compared<FocalFrequencyLoss>("focal frequency", "focal frequency, alpha 0.5", focal(0.5)),
      compared<FocalFrequencyLoss>("focal frequency", "focal frequency, alpha 2", focal(2)),
      compared<FocalFrequencyLoss>("focal frequency", "focal frequency, log", focal(1, 1, true)),
      compared<FocalFrequencyLoss>("focal frequency", "focal frequency, batch", focal(1, 1, false, true)),
      compared<FocalFrequencyLoss>("focal frequency", "focal frequency, average",
                                   focal(1, 1, false, false, true)),
      compared<FocalFrequencyLoss>("focal frequency", "focal frequency, patches", focal(1, 2)),
      compared<FocalFrequencyLoss>("focal frequency", "focal frequency, all options, patches",
                                   focal(0.5, 2, true, true, true)),
      compared<WienerLoss>("Wiener", "Wiener", WienerOptions()),
      compared<WienerLoss>("Wiener", "Wiener, kernel of sum 35", bright_kernel()),
  };
  losses.push_back(with(Weighting::smooth, losses[0]));
  losses.push_back(with(Weighting::mask, losses[7]));
  losses.push_back(with(Weighting::smooth, losses[9]));
  return losses;
}

}  // namespace photographs
