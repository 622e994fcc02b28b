// The mean over all windows of how similar two planes are in them, and its gradient.
//
// With s = x + y and d = x - y, E a window's Gaussian mean, f what a comparison (similarity.hpp) makes of the windows'
// statistics, and m the mean of f over the windows:
//
//   forward   s, d, s², d² filtered by E;  σs² = E[s²] - E[s]², σd² = E[d²] - E[d]²;  then f, window by window
//   backward  ∂m/∂x = Eᵀ[a] + s Eᵀ[b] + d Eᵀ[c],  b = 2 ∂f/∂σs², c = 2 ∂f/∂σd²,
//             a = ∂f/∂μs + ∂f/∂μd - b E[s] - c E[d]   (all over the number of windows)
//
// so four maps go forward and three back, where x, y, x², y², xy would take five. With weights w, what is filtered is
// w s, w d, w s², w d²; the means are divided by g * w; and
//
//   backward  ∂m/∂x = w Eᵀ[a / (g * w)] + w s Eᵀ[b / (g * w)] + w d Eᵀ[c / (g * w)].
//
// At several scales (windows of one size, Gaussians of several widths) this happens once a scale. All of it streams
// over the rows of a plane: as soon as n rows have come in, a row of windows is compared, and a row of the gradient
// leaves.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <utility>
#include <vector>

#include "crisp/core/aligned.hpp"
#include "crisp/core/lane_sum.hpp"
#include "crisp/core/loss.hpp"
#include "crisp/losses/similarity.hpp"
#include "crisp/losses/similarity_weights.hpp"

namespace crisp::detail {

/// Streams pairs of planes through windows. Immutable and shared between threads.
template <typename T>
class SimilarityStream {
 public:
  /// What one thread keeps from plane to plane.
  struct Workspace {
    RowWindow<T> moments;   // rows of s, d, s² and d², side by side
    RowWindow<T> adjoints;  // of every scale, rows of the three derivative maps, filtered along the row
    AlignedVector<T> derivatives;  // of every scale, a row of the maps a, b, c
    AlignedVector<T> along;        // of every scale, a row of the windows' means; scratch before that
    AlignedVector<T> down;         // a row filtered down the columns; scratch in between
    WindowWeights<T> weights;
  };

  /// The windows of all scales are of one size.
  explicit SimilarityStream(std::vector<WindowGaussian<T>> scales) : scales_(std::move(scales)) {
    for (const auto& scale : scales_) filters_.emplace_back(scale.padded());
  }

  /// Pixels along a side of a window.
  Index window() const { return filters_.front().size(); }
  const std::vector<SeparableFilter<T>>& filters() const { return filters_; }

  void prepare(Workspace& workspace, Index height, Index width) const {
    const Index n = window();
    const Index stride = padded<T>(width);
    const auto count = static_cast<Index>(scales_.size());
    if (workspace.moments.fits(n, height, 4 * stride) &&
        workspace.adjoints.fits(n, height + n - 1, count * adjoint_length(stride))) {
      workspace.weights.prepare(filters_, height, width);
      return;
    }
    const auto shifted = static_cast<std::size_t>(row_length(stride));
    workspace.moments.release();  // which says that nothing fits, should an allocation fail
    workspace.down.assign(shifted, T(0));
    workspace.along.assign(scales_.size() * shifted, T(0));
    workspace.derivatives.assign(scales_.size() * shifted, T(0));
    workspace.weights.prepare(filters_, height, width);
    workspace.adjoints.resize(n, height + n - 1, count * adjoint_length(stride));
    workspace.moments.resize(n, height, 4 * stride);  // last: now all of it fits
  }

  /// What the windows of a pair come to.
  struct Means {
    double loss = 0;
    double similarity = 0;  ///< where the comparison measures it
  };

  /// The means over the windows of what `comparison` makes of a pair; with weights, over the windows that have any, a loss of 0 if
  /// none has. Adds the derivative of the loss with respect to x. The workspace is prepared for the shape.
  template <typename Pair, typename Comparison>
  Means means(const Pair& pair, const Comparison& comparison, const PlaneGradient<T>& gradient,
              Workspace& workspace) const {
    if (pair.weights.data() == nullptr) {
      return gradient ? stream<true, false>(pair, comparison, gradient, workspace)
                      : stream<false, false>(pair, comparison, gradient, workspace);
    }
    return gradient ? stream<true, true>(pair, comparison, gradient, workspace)
                    : stream<false, true>(pair, comparison, gradient, workspace);
  }

 private:
  /// Where things lie.
  struct Geometry {
    Index width;
    Index stride;  // from one map to the next in a row of several
    Index valid_height;
    Index valid_width;
  };

  /// Over all windows. The last register of a row has some that are none.
  struct Sums {
    LaneSum<T> loss, similarity;
    Batch<T> last_lanes;

    explicit Sums(Index row_length) : last_lanes(T(0)) {
      std::array<T, Batch<T>::size> lane_counts{};
      std::fill_n(lane_counts.begin(), (row_length - 1) % lanes<T> + 1, T(1));
      last_lanes = load(lane_counts.data());
    }
    Batch<T> of_last(const Batch<T>& values) const {
      return xsimd::select(last_lanes > Batch<T>(T(0)), values, Batch<T>(T(0)));
    }
  };

  static Index adjoint_length(Index stride) { return padded_to_blocks<T>(3 * stride); }
  /// Rows are read up to n-1 pixels on.
  Index row_length(Index stride) const { return 4 * stride + window() - 1; }

  template <bool with_gradient, bool weighted, typename Pair, typename Comparison>
  Means stream(const Pair& pair, const Comparison& comparison, const PlaneGradient<T>& gradient,
               Workspace& workspace) const {
    const Index height = pair.first.rows();
    const Index width = pair.first.cols();
    const Index n = window();
    const Geometry geometry{width, padded<T>(width), height - n + 1, width - n + 1};
    Index windows = geometry.valid_height * geometry.valid_width;
    if constexpr (weighted) {
      windows = workspace.weights.take(pair.weights, filters_);
      if (windows == 0) return {0, 1};
    }
    const T scale = gradient.scale() / static_cast<T>(windows);
    workspace.moments.start();
    if constexpr (with_gradient) workspace.adjoints.start_with_zeros();
    Sums sums(geometry.valid_width);
    for (Index row = 0; row < height; ++row) {
      append_moments<weighted>(pair, row, geometry, workspace);
      const Index valid_row = row + 1 - n;
      if (valid_row < 0) continue;
      filter_moments(geometry, workspace);
      if (comparison.zero_constants().any()) {
        compare<with_gradient, weighted, true>(pair, comparison, valid_row, geometry, workspace, sums);
      } else {
        compare<with_gradient, weighted, false>(pair, comparison, valid_row, geometry, workspace, sums);
      }
      if constexpr (with_gradient) {
        filter_derivatives(geometry, workspace);
        add_gradient<weighted>(workspace.moments.oldest(), valid_row, geometry, gradient.plane(), scale,
                               workspace);
      }
    }
    if constexpr (with_gradient) {
      for (Index row = geometry.valid_height; row < height; ++row) {
        workspace.adjoints.push_zeros();
        add_gradient<weighted>(
            workspace.moments.oldest() + (row + 1 - geometry.valid_height) * 4 * geometry.stride, row,
            geometry, gradient.plane(), scale, workspace);
      }
    }
    return {sums.loss.total() / static_cast<double>(windows),
            sums.similarity.total() / static_cast<double>(windows)};
  }

  template <bool weighted, typename Pair>
  void append_moments(const Pair& pair, Index row, const Geometry& geometry, Workspace& workspace) const {
    const Index stride = geometry.stride;
    T* const x_row = workspace.down.data();
    T* const y_row = workspace.along.data();
    std::copy_n(pair.first.data() + row * geometry.width, geometry.width, x_row);
    std::copy_n(pair.second.data() + row * geometry.width, geometry.width, y_row);
    T* const moments = workspace.moments.push();
    for (Index i = 0; i < stride; i += lanes<T>) {
      auto [s, d] = pair.sum_and_difference(load(x_row + i), load(y_row + i));
      Batch<T> ws = s;
      Batch<T> wd = d;
      if constexpr (weighted) {
        const Batch<T> zero(T(0));
        const Batch<T> weight = load(workspace.weights.row(row) + i);
        s = xsimd::select(weight > zero, s, zero);  // it may be NaN
        d = xsimd::select(weight > zero, d, zero);
        ws = weight * s;
        wd = weight * d;
      }
      ws.store_unaligned(moments + i);
      wd.store_unaligned(moments + stride + i);
      (ws * s).store_unaligned(moments + 2 * stride + i);
      (wd * d).store_unaligned(moments + 3 * stride + i);
    }
  }

  void filter_moments(const Geometry& geometry, Workspace& workspace) const {
    const Index length = 4 * geometry.stride;
    for (std::size_t k = 0; k < scales_.size(); ++k) {
      const auto& [taps, margin] = scales_[k];
      symmetric_sum(taps, workspace.moments.oldest() + margin * length, length, length,
                    workspace.down.data());
      symmetric_sum(taps, workspace.down.data() + margin, 1, length, row_of(workspace.along, k, geometry));
    }
  }

  /// One row of windows: what they add to the sums, and the maps a, b, c. `rounds` takes care of constants of 0.
  template <bool with_gradient, bool weighted, bool rounds, typename Pair, typename Comparison>
  void compare(const Pair& pair, const Comparison& comparison, Index row, const Geometry& geometry,
               Workspace& workspace, Sums& sums) const {
    const std::size_t count = Comparison::most_scales == 1 ? 1 : scales_.size();
    if (count == 0)
      return;  // never so, which the compiler cannot know: it would warn of statistics that nobody has set
    const Index stride = geometry.stride;
    const Index valid_width = geometry.valid_width;
    const Index n = window();
    const Batch<T> sum_centre(pair.sum_centre());
    const Batch<T> difference_centre(pair.difference_centre());
    const Batch<T> zero(T(0)), one(T(1)), two(T(2));
    const StatisticsRounding<T> rounding(n, std::abs(pair.sum_centre()) + std::abs(pair.difference_centre()),
                                         comparison.zero_constants());
    Batch<T> losses(zero), similarities(zero);  // of a stretch of the row
    int batches = 0;
    for (Index i = 0; i < valid_width; i += lanes<T>) {
      Statistics<T> of[Comparison::most_scales];
      Statistics<T> by[Comparison::most_scales];
      Batch<T> inverses[Comparison::most_scales];
      Batch<T> sum_means[Comparison::most_scales];  // less the centre
      Batch<T> difference_means[Comparison::most_scales];
      for (std::size_t k = 0; k < count; ++k) {
        const T* const along = row_of(workspace.along, k, geometry) + i;
        inverses[k] = one;
        if constexpr (weighted) inverses[k] = load(workspace.weights.inverses_row(k, row) + i);
        const auto mean = [&](Index map) {
          return weighted ? load(along + map * stride) * inverses[k] : load(along + map * stride);
        };
        const auto variance = [&](const Batch<T>& square, const Batch<T>& mean_of_it) {
          const Batch<T> difference = square - mean_of_it * mean_of_it;
          return xsimd::select(difference < zero, zero, difference);  // unlike max, keeps NaN
        };
        sum_means[k] = mean(0);
        difference_means[k] = mean(1);
        of[k] = {sum_means[k] + sum_centre, difference_means[k] + difference_centre,
                 variance(mean(2), sum_means[k]), variance(mean(3), difference_means[k])};
        if constexpr (rounds) rounding.clear(mean(2), mean(3), of[k]);
      }
      Batch<T> value = comparison.template compare<with_gradient>(of, by, count);
      if constexpr (weighted) value = xsimd::select(inverses[count - 1] > zero, value, zero);
      const bool is_last = i + lanes<T> >= valid_width;
      losses += is_last ? sums.of_last(value) : value;
      if constexpr (Comparison::measures_similarity) {
        Batch<T> similarity = comparison.template similarity<rounds>(of[0]);
        if constexpr (weighted) similarity = xsimd::select(inverses[0] > zero, similarity, zero);
        similarities += is_last ? sums.of_last(similarity) : similarity;
      }
      if (++batches == registers_of_a_stretch || is_last) {
        sums.loss.add(losses, batches);
        if constexpr (Comparison::measures_similarity) sums.similarity.add(similarities, batches);
        losses = similarities = zero;
        batches = 0;
      }
      if constexpr (with_gradient) {
        for (std::size_t k = 0; k < count; ++k) {
          T* const derivatives = row_of(workspace.derivatives, k, geometry) + n - 1 + i;
          Batch<T> b = two * by[k].sum_variance;
          Batch<T> c = two * by[k].difference_variance;
          Batch<T> a = by[k].sum_mean + by[k].difference_mean - b * sum_means[k] - c * difference_means[k];
          if constexpr (weighted) {
            a *= inverses[k];
            b *= inverses[k];
            c *= inverses[k];
          }
          a.store_unaligned(derivatives);
          b.store_unaligned(derivatives + stride);
          c.store_unaligned(derivatives + 2 * stride);
        }
      }
    }
  }

  void filter_derivatives(const Geometry& geometry, Workspace& workspace) const {
    const Index length = adjoint_length(geometry.stride);
    const Index excess = geometry.stride - geometry.valid_width;  // a wider image may have left its own there
    T* const adjoints = workspace.adjoints.push();
    for (std::size_t k = 0; k < scales_.size(); ++k) {
      T* const derivatives = row_of(workspace.derivatives, k, geometry);
      for (Index map = 0; map < 3; ++map) {
        std::fill_n(derivatives + window() - 1 + map * geometry.stride + geometry.valid_width, excess, T(0));
      }
      const auto& [taps, margin] = scales_[k];
      symmetric_sum(taps, derivatives + margin, 1, length, adjoints + static_cast<Index>(k) * length);
    }
  }

  template <bool weighted>
  void add_gradient(const T* moments, Index row, const Geometry& geometry, MutablePlane<T> gradient, T scale,
                    Workspace& workspace) const {
    const Index stride = geometry.stride;
    const Index length = adjoint_length(stride);
    T* const down = workspace.down.data();
    T* const total = workspace.along.data();
    for (std::size_t k = 0; k < scales_.size(); ++k) {
      const auto& [taps, margin] = scales_[k];
      const T* const adjoints =
          workspace.adjoints.oldest() + margin * workspace.adjoints.length() + static_cast<Index>(k) * length;
      symmetric_sum(taps, adjoints, workspace.adjoints.length(), length, down);
      for (Index i = 0; i < stride; i += lanes<T>) {
        Batch<T> a = load(down + i);
        if constexpr (weighted) a *= load(workspace.weights.row(row) + i);
        const Batch<T> of_scale =
            Batch<T>(scale) * xsimd::fma(load(moments + stride + i), load(down + 2 * stride + i),
                                         xsimd::fma(load(moments + i), load(down + stride + i), a));
        (k == 0 ? of_scale : load(total + i) + of_scale).store_unaligned(total + i);
      }
    }
    gradient.row(row) += row_at(total, geometry.width);
  }

  static Batch<T> load(const T* data) { return Batch<T>::load_unaligned(data); }
  static MutablePlane<T> row_at(T* data, Index width) { return {data, 1, width}; }
  T* row_of(AlignedVector<T>& rows, std::size_t scale, const Geometry& geometry) const {
    return rows.data() + static_cast<Index>(scale) * row_length(geometry.stride);
  }

  std::vector<WindowGaussian<T>> scales_;
  std::vector<SeparableFilter<T>> filters_;
};

}  // namespace crisp::detail
