// How a large plane is shared among threads: as bands of rows.
//
// Most losses are a sum or a mean over windows of a few rows: pixels, SSIM's windows, frames. Their value over a plane
// is then that over each of its bands, a band being some windows after each other and the rows that they cover:
//
//   value(plane) = Σ_b share_b value(band b),   share_b = 1 for a sum, windows in b / windows for a mean.
//
// Neighbouring bands share rows where windows overlap, but those two apart do not: their gradients can be added at the
// same time. A plane's bands follow from its shape alone, so results have the same bits for any number of threads.
#pragma once

#include <algorithm>

#include "crisp/core/images.hpp"

namespace crisp {

/// Windows down a plane: window i covers rows [i * stride, i * stride + length), and every row that fits counts. The
/// default, a length of 0, says that the loss cannot be taken apart like this.
struct RowWindows {
  Index length = 0;
  Index stride = 1;
  bool mean = true;  ///< or a sum

  /// Those of a mean over pixels.
  static RowWindows pixels() { return {1, 1, true}; }
};

namespace detail {

/// Planes of fewer pixels than two such bands are one piece of work.
inline constexpr Index pixels_of_a_band = Index(1) << 18;

class Bands {
 public:
  Bands(const RowWindows& windows, Index height, Index width) : windows_(windows), height_(height) {
    if (windows.length == 0) return;
    total_ = (height - windows.length) / windows.stride + 1;
    // Long enough for the rows that bands share to matter little.
    const Index rows = std::max((pixels_of_a_band + width - 1) / width, 32 * windows.length);
    const Index wanted = std::max(rows / windows.stride, Index(1));
    const Index count = std::max(total_ / wanted, Index(1));
    per_band_ = (total_ + count - 1) / count;
    count_ = (total_ + per_band_ - 1) / per_band_;
  }

  Index count() const { return count_; }
  /// Whether neighbours share rows.
  bool overlap() const { return windows_.length > windows_.stride; }

  Index first_row(Index band) const { return band * per_band_ * windows_.stride; }
  Index row_count(Index band) const { return end_row(band) - first_row(band); }
  /// Those of them before the next band.
  Index own_row_count(Index band) const {
    return (is_last(band) ? height_ : first_row(band + 1)) - first_row(band);
  }

  double share(Index band) const {
    if (!windows_.mean || total_ == 0) return 1;
    const Index windows = (is_last(band) ? total_ : (band + 1) * per_band_) - band * per_band_;
    return static_cast<double>(windows) / static_cast<double>(total_);
  }

 private:
  bool is_last(Index band) const { return band == count_ - 1; }
  /// The last band has what is left of the plane; a stride may be longer than a window.
  Index end_row(Index band) const {
    if (is_last(band)) return height_;
    return first_row(band + 1) + std::max(windows_.length - windows_.stride, Index(0));
  }

  RowWindows windows_;
  Index height_;
  Index total_ = 0;
  Index per_band_ = 0;
  Index count_ = 1;
};

}  // namespace detail
}  // namespace crisp
