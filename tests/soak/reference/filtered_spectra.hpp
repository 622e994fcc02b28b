// References of the focal frequency loss and of the Wiener loss.
#pragma once

#include <crisp/crisp.hpp>

#include "soak/estimate.hpp"

namespace soak {

std::vector<Estimate> focal_frequency(const Batch& batch, const Precision& precision,
                                      const crisp::FocalFrequencyOptions& options);
/// `kernel` is the blur.
Estimate wiener(const Pair& pair, const Precision& precision, const Eigen::ArrayXXd& kernel,
                Real regularization);

}  // namespace soak
