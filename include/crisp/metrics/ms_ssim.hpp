// Multi-scale structural similarity as a metric.
#pragma once

#include "crisp/losses/ms_ssim.hpp"
#include "crisp/metrics/ssim.hpp"

namespace crisp::metrics {

namespace detail {

template <>
inline void check_same_options(const MsSsimOptions& mine, const MsSsimOptions& others) {
  check_same_options<SsimOptions>(mine, others);
  check_same("weights", mine.weights, others.weights);
  check_same("odd_sizes", static_cast<double>(mine.odd_sizes), static_cast<double>(others.odd_sizes));
}

}  // namespace detail

/// The MS-SSIM of images, mean over channels and images; see MsSsimLoss.
template <typename T>
using MsSsim = MeanSimilarity<MsSsimLoss<T>>;

}  // namespace crisp::metrics
