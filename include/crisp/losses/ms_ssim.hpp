// Multi-scale structural similarity.
//
// With m_i = 1 - mean(cs_i) of the levels before the last, m_M = 1 - mean(ssim_M) of that, and c_i = max(0, 1 - m_i),
//
//   value = 1 - Π_i c_i^{w_i} = -expm1(Σ_i w_i log1p(-m_i)),  ∂value/∂m_i = w_i c_i^{w_i - 1} Π_{j≠i} c_j^{w_j}
//
// Every level is gone through once: its m_i and ∂m_i/∂(its pixels) are kept; when all m_i are known, the gradients are
// weighted and carried up, level by level, by the adjoint of pooling. The levels are planes of the centred sum x + y
// and difference x - y, not of x and y: the difference of nearly equal images keeps its digits in float.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <vector>

#include "crisp/core/aligned.hpp"
#include "crisp/core/errors.hpp"
#include "crisp/core/loss.hpp"
#include "crisp/filters/pooling.hpp"
#include "crisp/losses/similarity_pair.hpp"
#include "crisp/losses/similarity_stream.hpp"
#include "crisp/losses/ssim.hpp"

namespace crisp {

/// What MsSsimLoss measures with.
struct MsSsimOptions : SsimOptions {
  /// The exponents of the levels, the finest first; as many levels as weights. Not empty, each from 0 to 100.
  std::vector<double> weights = {0.0448, 0.2856, 0.3001, 0.2363, 0.1333};
  OddSizes odd_sizes = OddSizes::zero_padding;  ///< how a level with an odd side is halved
};

/// plane value = 1 - Π_{i<M} mean(cs_i)^{w_i} · mean(SSIM_M)^{w_M}
///
/// with the means over the windows of level i, level 1 being the plane and every further one the 2x2 average pooling of
/// that before, and cs = (2 σxy + C2) / (σx² + σy² + C2); SSIM, its statistics and its options as in SsimLoss. A mean
/// below 0 counts as 0. The value is 0 for equal images, and at most 1.
///
/// Options: see MsSsimOptions. Errors: OptionError for an option out of its range; ShapeError for images some level of
/// which is smaller than the window, saying how many levels would fit. (Five levels with a window of 11 need sides
/// of 161 with padding, 176 with OddSizes::drop_last.)
///
/// Weights of pixels: the local means are normalised convolutions, and windows without weight are left out, as in
/// SsimLoss; a level takes the weighted mean of the pixels of each block, and its weights are the blocks' mean weights. Padding
/// weighs as much as the pixel it stands beside. A level left without any weight is left out of the product.
///
/// Gradient: exact. Where a mean is below 0, and so the value 1, it is 0: nothing pulls images apart that are as unlike
/// as that. At a mean of 0 the power has an infinite slope; the gradient there is 0, and large close above.
/// Non-finite input: the value of the plane is NaN.
///
/// Accuracy: in double, value to 1e-12 relative and, unless a mean is within 1e-5 of 0, gradient to 1e-10 of its largest entry. In float,
/// against double on the same pixels, however bright: value to 1e-6 relative, 3e-6 on nearly equal photographs, and gradient to 2e-5 of
/// its largest entry, 1e-5 of its root mean square; 3e-6 and 1e-2 on noise that has nothing in common. Next to a mean of 0 the power
/// magnifies what rounding leaves: a mean c is known to some ε, in double too, and a factor to w ε / c of itself; within rounding of 0
/// the gradient has no digit. k1 and k2 of 0: see SsimLoss.
///
/// Cost: 4/3 of SsimLoss, and some 4 passes over the pixels. Memory a thread: some 9 planes, half of them for
/// weights.
///
/// Source: Z. Wang, E. P. Simoncelli, A. C. Bovik, Multi-scale structural similarity for image quality assessment,
/// Asilomar 2003. The golden cases prove it equal to 1 - pytorch_msssim.ms_ssim, whose treatment of odd sizes is the
/// default. tf.image.ssim_multiscale states the same formula with OddSizes::symmetric_padding.
template <typename T>
class MsSsimLoss : public PlaneLoss<T> {
  /// A level's planes, and what became of it.
  struct Level {
    Index height = 0;
    Index width = 0;
    detail::AlignedVector<T> sum, difference;
    detail::AlignedVector<T> weights, shares;  // of pixels, and of them in their blocks
    detail::AlignedVector<T> gradient;
    typename detail::SimilarityStream<T>::Workspace stream;
    double dissimilarity = 0;  // m_i
    double similarity = 0;     // 1 - m_i, in which nothing cancels where m_i is next to 1

    MutablePlane<T> plane(detail::AlignedVector<T>& pixels) const { return {pixels.data(), height, width}; }
    Plane<T> read(const detail::AlignedVector<T>& pixels) const { return {pixels.data(), height, width}; }
  };

 public:
  static constexpr const char* name = "MsSsimLoss";
  static constexpr bool takes_weights = true;

  /// What one thread keeps from plane to plane.
  struct Workspace {
    std::vector<Level> levels;
  };

  explicit MsSsimLoss(const MsSsimOptions& options = {})
      : options_(checked(options)),
        pooling_(options.odd_sizes),
        stream_({detail::WindowGaussian<T>::whole(options.window, options.sigma)}),
        similarity_{{detail::similarity_constant<T>(options.k1, options.data_range),
                     detail::similarity_constant<T>(options.k2, options.data_range)}},
        contrast_{similarity_.c2} {}

  const MsSsimOptions& options() const { return options_; }

  const MsSsimLoss& swapped() const { return *this; }

  void check(Index height, Index width) const {
    const std::size_t fit = levels_that_fit(height, width);
    if (fit < level_count()) {
      detail::fail<ShapeError>("MS-SSIM of ", level_count(), " levels with a window of ", options_.window,
                               " x ", options_.window, " does not fit images of height ", height,
                               " and width ", width, ", which have room for ", fit,
                               fit == 1 ? " level" : " levels");
    }
  }

  void prepare(Workspace& workspace, Index height, Index width) const {
    if (workspace.levels.size() < level_count()) workspace.levels.resize(level_count());
    for (std::size_t i = 0; i < level_count(); ++i) {
      Level& level = workspace.levels[i];
      level.height = height;
      level.width = width;
      const auto size = static_cast<std::size_t>(height * width);
      for (auto* pixels : {&level.sum, &level.difference, &level.weights, &level.shares, &level.gradient})
        pixels->resize(size);
      stream_.prepare(level.stream, height, width);
      height = pooling_.pooled_size(height);
      width = pooling_.pooled_size(width);
    }
  }

  T plane(const PlanePair<T>& images, PlaneGradient<T> gradient, Workspace& workspace) const {
    const double logarithm = compare_levels(images, static_cast<bool>(gradient), workspace);
    if (gradient) add_gradient(images.weighted(), gradient, workspace);
    return static_cast<T>(-std::expm1(logarithm));
  }

 private:
  std::size_t level_count() const { return options_.weights.size(); }

  std::size_t levels_that_fit(Index height, Index width) const {
    std::size_t levels = 0;
    for (; std::min(height, width) >= options_.window && levels < level_count(); ++levels) {
      height = pooling_.pooled_size(height);
      width = pooling_.pooled_size(width);
    }
    return levels;
  }

  /// Fills the levels with pixels and what comes of them. Returns Σ_i w_i log c_i.
  double compare_levels(const PlanePair<T>& images, bool with_gradient, Workspace& workspace) const {
    const detail::ImagePair<T> pair(images);
    Level& finest = workspace.levels.front();
    finest.plane(finest.sum) = (images.prediction - pair.first_centre) + (images.target - pair.second_centre);
    if (pair.are_near) {
      finest.plane(finest.difference) = (images.prediction - images.target) - pair.difference_centre();
    } else {
      finest.plane(finest.difference) =
          (images.prediction - pair.first_centre) - (images.target - pair.second_centre);
    }
    double logarithm = 0;
    for (std::size_t i = 0; i < level_count(); ++i) {
      Level& level = workspace.levels[i];
      if (i > 0) pool(pair, workspace.levels[i - 1], level);
      compare(pair, i, with_gradient, level);
      logarithm += log_factor(i, level);
    }
    return logarithm;
  }

  /// Fills a level's planes from those of the finer one. Pixels of zero padding are centred too.
  void pool(const detail::ImagePair<T>& pair, Level& fine, Level& level) const {
    const T sum_outside = -pair.sum_centre();
    const T difference_outside = -pair.difference_centre();
    if (pair.weights.data() == nullptr) {
      pooling_.pool(fine.read(fine.sum), sum_outside, level.plane(level.sum));
      pooling_.pool(fine.read(fine.difference), difference_outside, level.plane(level.difference));
    } else {
      const Plane<T> shares = fine.read(fine.shares);
      pooling_.pool_weights(fine.stream.weights.plane(), level.plane(level.weights), fine.plane(fine.shares));
      pooling_.pool(fine.read(fine.sum), shares, sum_outside, level.plane(level.sum));
      pooling_.pool(fine.read(fine.difference), shares, difference_outside, level.plane(level.difference));
    }
  }

  void compare(const detail::ImagePair<T>& pair, std::size_t i, bool with_gradient, Level& level) const {
    const bool weighted = pair.weights.data() != nullptr;
    const Plane<T> weights = !weighted || i == 0 ? pair.weights : level.read(level.weights);
    const detail::SumAndDifference<T> planes{level.read(level.sum), level.read(level.difference), weights,
                                             pair.sum_centre(), pair.difference_centre()};
    PlaneGradient<T> gradient;
    if (with_gradient) {
      std::fill(level.gradient.begin(), level.gradient.end(), T(0));
      gradient = {level.gradient.data(), level.height, level.width, T(1)};
    }
    const auto means = i + 1 == level_count() ? stream_.means(planes, similarity_, gradient, level.stream)
                                              : stream_.means(planes, contrast_, gradient, level.stream);
    level.dissimilarity = means.loss;
    level.similarity = means.similarity;
  }

  /// w_i log c_i
  double log_factor(std::size_t i, const Level& level) const {
    const double weight = options_.weights[i];
    if (weight == 0 && level.similarity <= 0) return 0;
    if (level.dissimilarity <= 0.5) return weight * std::log1p(-level.dissimilarity);
    return weight *
           std::log(level.similarity > 0 ? level.similarity : level.similarity * 0);  // NaN stays NaN
  }

  /// ∂value/∂m_i
  double slope(std::size_t i, const Workspace& workspace) const {
    const double weight = options_.weights[i];
    const double mean = workspace.levels[i].similarity;
    if (mean <= 0) return 0;
    double product = weight * std::pow(mean, weight - 1);
    for (std::size_t j = 0; j < level_count(); ++j) {
      if (j != i) product *= std::exp(log_factor(j, workspace.levels[j]));
    }
    return product;
  }

  void add_gradient(bool weighted, const PlaneGradient<T>& gradient, Workspace& workspace) const {
    for (std::size_t i = level_count(); i-- > 0;) {
      Level& level = workspace.levels[i];
      level.plane(level.gradient) *= static_cast<T>(slope(i, workspace));
      if (i + 1 == level_count()) continue;
      const Level& coarse = workspace.levels[i + 1];
      if (weighted) {
        pooling_.add_adjoint(coarse.read(coarse.gradient), level.read(level.shares),
                             level.plane(level.gradient));
      } else {
        pooling_.add_adjoint(coarse.read(coarse.gradient), level.plane(level.gradient));
      }
    }
    Level& finest = workspace.levels.front();
    gradient.add(finest.plane(finest.gradient));
  }

  static const MsSsimOptions& checked(const MsSsimOptions& options) {
    detail::check_similarity("MS-SSIM", options.data_range, options.window, options.k1, options.k2);
    detail::check_similarity_sigma("MS-SSIM", options.sigma);
    if (options.weights.empty()) {
      detail::fail<OptionError>("the weights of MS-SSIM must be at least 1, one a level, got 0");
    }
    for (std::size_t i = 0; i < options.weights.size(); ++i) {
      const double weight = options.weights[i];
      if (!(weight >= 0 && weight <= 100)) {  // beyond, rounding alone would decide between 1 and 0
        detail::fail<OptionError>("the weights of MS-SSIM must be from 0 to 100, got ", weight, " for level ",
                                  i + 1);
      }
    }
    return options;
  }

  MsSsimOptions options_;
  Pooling<T> pooling_;
  detail::SimilarityStream<T> stream_;
  detail::MeasuredSimilarity<T> similarity_;
  detail::ContrastComparison<T> contrast_;
};

}  // namespace crisp
