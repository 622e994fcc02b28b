// Separable symmetric filters of planes, and their adjoints.
#pragma once

#include <algorithm>
#include <cstddef>
#include <utility>

#include "crisp/core/aligned.hpp"
#include "crisp/core/errors.hpp"
#include "crisp/core/images.hpp"
#include "crisp/filters/gaussian.hpp"
#include "crisp/filters/symmetric_sum.hpp"

namespace crisp {

/// The same symmetric taps t of odd or even size n down the columns and along the rows:
///
///   valid:    [H, W] → [H-n+1, W-n+1],  out(i, j) = Σ_{k,l} t_k t_l in(i+k, j+l)
///   adjoint:  [H-n+1, W-n+1] → [H, W],  out(i, j) = Σ_{k,l} t_k t_l in(i-k, j-l), in being 0 outside
///
/// so that Σ valid(a)·b = Σ a·adjoint(b): the adjoint carries a derivative with respect to the filtered plane
/// back to the plane. Neither sees pixels outside a plane.
///
/// Immutable and shared between threads; the workspace is one thread's. Both overwrite `out`, which must not
/// overlap `in`, and allocate nothing after the first call with a width. Accuracy: a sum of n² products, so
/// within (2n + 2) ε of Σ |t_k t_l in|. Cost: 2n multiply-adds a pixel, half of them by symmetry.
template <typename T>
class SeparableFilter {
 public:
  /// What one thread keeps between calls.
  struct Workspace {
    detail::RowWindow<T> rows;
    detail::AlignedVector<T> down;
    detail::AlignedVector<T> along;
  };

  /// Throws OptionError for taps that are empty or not symmetric.
  explicit SeparableFilter(Taps<T> taps) : taps_(std::move(taps)) {
    if (taps_.size() < 1) detail::fail<OptionError>("a filter needs at least 1 tap, got ", taps_.size());
    for (Index k = 0; k < taps_.size() / 2; ++k) {
      const T first = taps_[k];
      const T last = taps_[taps_.size() - 1 - k];
      if (!(first == last)) {
        detail::fail<OptionError>("the taps of a filter must be symmetric, got ", first, " and ", last,
                                  " at distance ", k, " from the ends");
      }
    }
  }

  const Taps<T>& taps() const { return taps_; }
  Index size() const { return taps_.size(); }

  /// Allocates what planes of height x width need, where the workspace does not have it; the filters do so too.
  void prepare(Workspace& workspace, Index height, Index width) const {
    const Index length = detail::padded_to_blocks<T>(width);
    if (workspace.rows.fits(size(), height + size() - 1, length)) return;
    const auto shifted = static_cast<std::size_t>(length + size() - 1);  // rows are read up to n-1 pixels on
    workspace.rows.release();  // which says that nothing fits, should an allocation fail
    workspace.down.assign(shifted, T(0));
    workspace.along.assign(shifted, T(0));
    workspace.rows.resize(size(), height + size() - 1, length);  // last: now all of it fits
  }

  /// Throws ShapeError unless in is [H, W] with H, W >= size(), and out [H-n+1, W-n+1].
  void valid(const Plane<T>& in, MutablePlane<T> out, Workspace& workspace) const {
    check(in.rows(), in.cols(), out.rows(), out.cols());
    prepare(workspace, in.rows(), in.cols());
    workspace.rows.start();
    for (Index row = 0; row < in.rows(); ++row) {
      row_at(workspace.rows.push(), in.cols()) = in.row(row);
      if (row + 1 < size()) continue;
      workspace.rows.filter(taps_, workspace.down.data());
      detail::symmetric_sum(taps_, workspace.down.data(), 1, detail::padded_to_blocks<T>(out.cols()),
                            workspace.along.data());
      out.row(row + 1 - size()) = row_at(workspace.along.data(), out.cols());
    }
  }

  /// Throws ShapeError unless out is [H, W] with H, W >= size(), and in [H-n+1, W-n+1].
  void valid_adjoint(const Plane<T>& in, MutablePlane<T> out, Workspace& workspace) const {
    check(out.rows(), out.cols(), in.rows(), in.cols());
    prepare(workspace, out.rows(), out.cols());
    workspace.rows.start_with_zeros();
    std::fill(workspace.along.begin(), workspace.along.end(), T(0));
    for (Index row = 0; row < out.rows(); ++row) {
      if (row < in.rows()) {
        row_at(workspace.along.data() + size() - 1, in.cols()) = in.row(row);
        detail::symmetric_sum(taps_, workspace.along.data(), 1, workspace.rows.length(),
                              workspace.rows.push());
      } else {
        workspace.rows.push_zeros();
      }
      workspace.rows.filter(taps_, workspace.down.data());
      out.row(row) = row_at(workspace.down.data(), out.cols());
    }
  }

 private:
  static MutablePlane<T> row_at(T* data, Index width) { return {data, 1, width}; }

  void check(Index height, Index width, Index valid_height, Index valid_width) const {
    if (height < size() || width < size()) {
      detail::fail<ShapeError>("a filter of ", size(), " taps does not fit a plane of ", height, " x ",
                               width);
    }
    if (valid_height != height - size() + 1 || valid_width != width - size() + 1) {
      detail::fail<ShapeError>("a filter of ", size(), " taps makes ", height - size() + 1, " x ",
                               width - size() + 1, " out of ", height, " x ", width, ", not ", valid_height,
                               " x ", valid_width);
    }
  }

  Taps<T> taps_;
};

}  // namespace crisp
