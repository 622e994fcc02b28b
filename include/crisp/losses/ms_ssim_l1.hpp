// Multi-scale structural similarity without downsampling, mixed with L1: what Zhao et al. train restoration with.
//
// The similarity part is a comparison at several scales of one stream of windows. The L1 part is linear in |x - y|, so
// its mean over patches is Σ_pixels κ |x - y|, κ being a pixel's share in it: what the adjoint of the Gaussian filter
// makes of 1 / patches. So it takes no filter of its own; with weights w, κ = w Eᵀ[1 / (g * w)] / patches.
#pragma once

#include <algorithm>
#include <cstddef>
#include <utility>
#include <vector>

#include "crisp/core/aligned.hpp"
#include "crisp/core/errors.hpp"
#include "crisp/core/loss.hpp"
#include "crisp/losses/l1.hpp"
#include "crisp/losses/similarity_pair.hpp"
#include "crisp/losses/similarity_stream.hpp"
#include "crisp/losses/ssim.hpp"

namespace crisp {

/// What MsSsimL1Loss measures with.
struct MsSsimL1Options {
  double data_range = 1;                           ///< as in SsimOptions; > 0
  Index window = 31;                               ///< side of a square patch, in pixels; 1 to 65536
  std::vector<double> sigmas = {0.5, 1, 2, 4, 8};  ///< of the Gaussians, in pixels; 1 to 16 of them, each > 0
  double k1 = 0.01;                                ///< as in SsimOptions
  double k2 = 0.03;                                ///< as in SsimOptions
  double alpha = 0.025;  ///< share of MS-SSIM, 1 - alpha being that of L1; in [0, 1]
};

/// plane value = mean over the patches of  α (1 - l_M Π_i cs_i) + (1 - α) Σ_pixels g_M |x - y| / data_range
///
/// with x the prediction and y the target. A patch is `window` x `window` pixels, and lies wholly inside the plane;
/// where the plane is smaller, its smaller side is the patch's. l_M and cs_i are the two factors of SSIM (see
/// SsimLoss), from the statistics of the patch weighted by normalised Gaussians g_i of sigmas[i]; l_M and g_M are of
/// the last. There are no exponents, and no downsampling.
///
/// Options: see MsSsimL1Options. L1 is divided by data_range, so that a change of the pixels' unit changes nothing.
/// Errors: OptionError for an option out of its range. Images of any size will do.
///
/// Weights: every Gaussian mean, that of |x - y| too, is a normalised convolution, as in SsimLoss. A scale whose
/// Gaussian finds no weight in a patch (its taps below 1e-16 of the largest count as 0) is left out of that patch's
/// product; a patch for which that is the last scale, out of the mean.
///
/// Gradient: exact; smooth but for kinks at equal pixels, where the subgradient of |x - y| is 0 (and if k1 or k2 is
/// 0, see SsimLoss).
/// Non-finite input: the value of the plane is NaN or infinite.
///
/// Accuracy: in double, value to 1e-12 relative and gradient to 1e-10 of its largest entry. In float, against
/// double on the same pixels: value to 1e-6 relative, 5e-6 on nearly equal photographs, and gradient to 3e-5 of its largest entry, 2e-5 of
/// its root mean square. k1 and k2 of 0: see SsimLoss.
///
/// Cost: 7 passes of a filter a sigma, both ways along rows and columns, with `window` taps or, if that is less, some
/// 17 sigma. Memory a thread: at most 3 `window` rows of 4 maps and of 3 a sigma; and for weights, one plane a sigma
/// and two.
///
/// Source: H. Zhao, O. Gallo, I. Frosio, J. Kautz, Loss functions for image restoration with neural networks, IEEE TCI
/// 3 (2017). On planes of exactly window x window pixels and data_range 1 this is the layer MSSSIML1 of NVlabs/PL4NN,
/// whose patches are 31 x 31 and whose alpha is 0.025; the paper states 0.84. On larger planes it is what
/// training that layer on random patches minimises.
template <typename T>
class MsSsimL1Loss : public PlaneLoss<T> {
  using Stream = detail::SimilarityStream<T>;
  static constexpr std::size_t most_sigmas = 16;

 public:
  static constexpr const char* name = "MsSsimL1Loss";
  static constexpr bool takes_weights = true;

  /// What one thread keeps from plane to plane. The filters are here since the patch fits the planes.
  struct Workspace {
    std::vector<double> sigmas;
    Index window = 0;
    Index height = 0;
    Index width = 0;
    std::vector<Stream> filters;  // one, once there is any
    typename Stream::Workspace stream;
    detail::AlignedVector<T> shares, weighted_shares;  // κ
    typename SeparableFilter<T>::Workspace shares_filter;
  };

  explicit MsSsimL1Loss(const MsSsimL1Options& options = {})
      : options_(checked(options)),
        comparison_{detail::similarity_constant<T>(options.k1, options.data_range),
                    detail::similarity_constant<T>(options.k2, options.data_range)} {}

  const MsSsimL1Options& options() const { return options_; }

  const MsSsimL1Loss& swapped() const { return *this; }

  void prepare(Workspace& workspace, Index height, Index width) const {
    const Index window = std::min({options_.window, height, width});
    const bool same_filters = window == workspace.window && options_.sigmas == workspace.sigmas;
    if (same_filters && height == workspace.height && width == workspace.width) return;
    workspace.window = 0;  // should an allocation fail
    if (!same_filters) {
      std::vector<detail::WindowGaussian<T>> scales;
      for (const double sigma : options_.sigmas) {
        scales.push_back(detail::WindowGaussian<T>::cut(window, sigma));
      }
      workspace.filters.clear();
      workspace.filters.emplace_back(std::move(scales));
      workspace.sigmas = options_.sigmas;
    }
    const Stream& filters = workspace.filters.front();
    filters.prepare(workspace.stream, height, width);
    const SeparableFilter<T>& last = filters.filters().back();
    last.prepare(workspace.shares_filter, height, width);
    const Taps<T> row_shares = shares_of_line(last.taps(), height);
    const Taps<T> column_shares = shares_of_line(last.taps(), width);
    for (auto* shares : {&workspace.shares, &workspace.weighted_shares}) {
      shares->resize(static_cast<std::size_t>(height * width));
    }
    MutablePlane<T>(workspace.shares.data(), height, width) =
        (row_shares.matrix() * column_shares.matrix().transpose()).array();
    workspace.height = height;
    workspace.width = width;
    workspace.window = window;
  }

  RowWindows row_windows(Index height, Index width) const {
    return {std::min({options_.window, height, width}), 1, true};
  }
  T plane(const PlanePair<T>& images, PlaneGradient<T> gradient, Workspace& workspace) const {
    const Stream& filters = workspace.filters.front();
    const double l1_factor = (1 - options_.alpha) / options_.data_range;
    const double similarity = filters
                                  .means(detail::ImagePair<T>(images), comparison_,
                                         gradient.scaled(static_cast<T>(options_.alpha)), workspace.stream)
                                  .loss;
    if (images.weighted() && !share_by_weights(workspace)) return 0;
    const auto& shares = images.weighted() ? workspace.weighted_shares : workspace.shares;
    // Σ κ |x - y|, since κ has a sum of 1.
    const T l1 = L1Loss<T>().plane(
        {images.prediction, images.target, {shares.data(), workspace.height, workspace.width}},
        gradient.scaled(static_cast<T>(l1_factor)));
    return static_cast<T>(options_.alpha * similarity + l1_factor * static_cast<double>(l1));
  }

 private:
  /// κ along a line of `size` pixels, one row of a plane being as good as another: κ is the product of two of these.
  static Taps<T> shares_of_line(const Taps<T>& taps, Index size) {
    const Index windows = size - taps.size() + 1;
    Taps<T> shares(size);
    for (Index pixel = 0; pixel < size; ++pixel) {
      double sum = 0;
      const Index first = std::max<Index>(pixel - taps.size() + 1, 0);
      const Index last = std::min(pixel, windows - 1);
      for (Index window = first; window <= last; ++window) sum += static_cast<double>(taps[pixel - window]);
      shares[pixel] = static_cast<T>(sum / static_cast<double>(windows));
    }
    return shares;
  }

  /// κ of the weights that the stream has taken. Returns whether any patch has weight.
  bool share_by_weights(Workspace& workspace) const {
    const detail::WindowWeights<T>& weights = workspace.stream.weights;
    if (weights.count() == 0) return false;
    const MutablePlane<T> shares(workspace.weighted_shares.data(), workspace.height, workspace.width);
    workspace.filters.front().filters().back().valid_adjoint(weights.inverses(options_.sigmas.size() - 1),
                                                             shares, workspace.shares_filter);
    MutablePlane<T>(shares) *= weights.plane() / static_cast<T>(weights.count());
    return true;
  }

  static const MsSsimL1Options& checked(const MsSsimL1Options& options) {
    constexpr const char* title = "MS-SSIM with L1";
    detail::check_similarity(title, options.data_range, options.window, options.k1, options.k2);
    if (options.sigmas.empty() || options.sigmas.size() > most_sigmas) {
      detail::fail<OptionError>("the sigmas of ", title, " must be 1 to ", most_sigmas, ", got ",
                                options.sigmas.size());
    }
    for (const double sigma : options.sigmas) detail::check_similarity_sigma(title, sigma);
    if (!(options.alpha >= 0 && options.alpha <= 1)) {
      detail::fail<OptionError>("the alpha of ", title, " must be in [0, 1], got ", options.alpha);
    }
    return options;
  }

  MsSsimL1Options options_;
  detail::SimilarityComparison<T, most_sigmas> comparison_;
};

}  // namespace crisp
