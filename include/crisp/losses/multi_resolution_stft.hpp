// Short-time spectra at several window sizes in one loss.
#pragma once

#include <cstddef>
#include <initializer_list>
#include <vector>

#include "crisp/losses/stft.hpp"

namespace crisp {

/// One StftOptions a window size: square windows, a stride of a quarter of the window (at least 1), each resolution
/// reduced to the mean over its frames and bins of ortho-normalised spectra, so that they weigh alike.
inline std::vector<StftOptions> stft_resolutions(std::initializer_list<Index> windows) {
  std::vector<StftOptions> resolutions;
  for (const Index window : windows) {
    StftOptions options;
    options.window = window;
    options.stride = window < 8 ? 1 : window / 4;
    options.normalization = Normalization::ortho;
    options.bin_reduction = Reduction::mean;
    resolutions.push_back(options);
  }
  return resolutions;
}

/// What MultiResolutionStftLoss measures with.
struct MultiResolutionStftOptions {
  std::vector<StftOptions> resolutions =
      stft_resolutions({4, 8, 16});  ///< one and more, each with its own options
};

/// plane value = mean over the resolutions of StftLoss's plane value
///
/// Small windows see where an edge is, large ones which frequencies a texture has; several together leave neither
/// free. Everything else (formulas, padding, weights, kinks, non-finite input, accuracy) is StftLoss's, per resolution.
///
/// Errors: OptionError for no resolution at all; StftLoss's for each.
/// Cost: the sum of the resolutions' costs; each keeps its own workspace.
/// Source: R. Yamamoto, E. Song, J.-M. Kim, Parallel WaveGAN, ICASSP 2020, where the idea serves audio. The spectral
/// convergence and log-amplitude terms used there are not part of it.
template <typename T>
class MultiResolutionStftLoss : public PlaneLoss<T> {
 public:
  static constexpr const char* name = "MultiResolutionStftLoss";
  static constexpr bool takes_weights = true;
  using Workspace = std::vector<typename StftLoss<T>::Workspace>;

  explicit MultiResolutionStftLoss(const MultiResolutionStftOptions& options = {}) : options_(options) {
    if (options.resolutions.empty()) {
      detail::fail<OptionError>("a multi-resolution STFT loss needs at least 1 resolution, got 0");
    }
    for (const StftOptions& resolution : options.resolutions) losses_.emplace_back(resolution);
  }

  const MultiResolutionStftOptions& options() const { return options_; }

  const MultiResolutionStftLoss& swapped() const { return *this; }

  void check(Index height, Index width) const {
    for (const StftLoss<T>& loss : losses_) loss.check(height, width);
  }
  void prepare(Workspace& workspace, Index height, Index width) const {
    workspace.resize(losses_.size());
    for (std::size_t i = 0; i < losses_.size(); ++i) losses_[i].prepare(workspace[i], height, width);
  }
  T plane(const PlanePair<T>& images, PlaneGradient<T> gradient, Workspace& workspace) const {
    const T share = T(1) / static_cast<T>(losses_.size());
    T sum = 0;
    for (std::size_t i = 0; i < losses_.size(); ++i) {
      sum += losses_[i].plane(images, gradient.scaled(share), workspace[i]);
    }
    return share * sum;
  }

 private:
  MultiResolutionStftOptions options_;
  std::vector<StftLoss<T>> losses_;
};

}  // namespace crisp
