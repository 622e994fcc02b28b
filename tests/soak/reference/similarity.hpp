// References of SSIM, MS-SSIM and MS-SSIM + L1: every window summed on its own.
#pragma once

#include <crisp/crisp.hpp>

#include "soak/estimate.hpp"

namespace soak {

Estimate ssim(const Pair& pair, const Precision& precision, const crisp::SsimOptions& options);
Estimate ms_ssim(const Pair& pair, const Precision& precision, const crisp::MsSsimOptions& options);
Estimate ms_ssim_l1(const Pair& pair, const Precision& precision, const crisp::MsSsimL1Options& options);

}  // namespace soak
