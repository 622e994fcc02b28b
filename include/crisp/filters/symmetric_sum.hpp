// The inner loop of all separable filters, and the rows that it runs over.
//
//   out[i] = Σ_k taps[k] in[i + k d],  taps[k] = taps[n-1-k]
//
// The distance d is 1 along a row, and the length of a row down the columns. The adjoint of either is the
// same sum over n-1 zeros at both ends. So one loop does it all, and rows that stand side by side in memory
// (several maps of one image) are filtered as one long row.
#pragma once

#include <algorithm>
#include <cstddef>
#include <xsimd/xsimd.hpp>

#include "crisp/core/aligned.hpp"
#include "crisp/core/images.hpp"
#include "crisp/filters/gaussian.hpp"

namespace crisp::detail {

template <typename T>
using Batch = xsimd::batch<T>;

/// Pixels in a SIMD register, and pixels that symmetric_sum computes at a time.
template <typename T>
inline constexpr Index lanes = static_cast<Index>(Batch<T>::size);
template <typename T>
inline constexpr Index block = 4 * lanes<T>;

/// A length rounded up to whole registers, and to whole blocks: buffers of such lengths need no tails in
/// loops.
template <typename T>
constexpr Index padded(Index length) {
  return (length + lanes<T> - 1) / lanes<T> * lanes<T>;
}
template <typename T>
constexpr Index padded_to_blocks(Index length) {
  return (length + block<T> - 1) / block<T> * block<T>;
}

/// out[i] = Σ_k taps[k] in[i + k distance] for i < length, a multiple of block.
template <typename T>
void symmetric_sum(const Taps<T>& taps, const T* in, Index distance, Index length, T* out) {
  constexpr Index step = lanes<T>;
  const auto load = [](const T* pointer) { return Batch<T>::load_unaligned(pointer); };
  const T* const tap = taps.data();
  const Index pairs = taps.size() / 2;
  const bool has_centre = taps.size() % 2 == 1;

  // Each tap is loaded once for four registers, and their four sums do not wait for one another.
  for (Index i = 0; i < length; i += block<T>) {
    Batch<T> sum0(T(0)), sum1(T(0)), sum2(T(0)), sum3(T(0));
    const T* first = in + i;
    const T* last = first + (taps.size() - 1) * distance;
    for (Index k = 0; k < pairs; ++k, first += distance, last -= distance) {
      const Batch<T> weight(tap[k]);
      sum0 = xsimd::fma(weight, load(first) + load(last), sum0);
      sum1 = xsimd::fma(weight, load(first + step) + load(last + step), sum1);
      sum2 = xsimd::fma(weight, load(first + 2 * step) + load(last + 2 * step), sum2);
      sum3 = xsimd::fma(weight, load(first + 3 * step) + load(last + 3 * step), sum3);
    }
    if (has_centre) {
      const Batch<T> weight(tap[pairs]);
      sum0 = xsimd::fma(weight, load(first), sum0);
      sum1 = xsimd::fma(weight, load(first + step), sum1);
      sum2 = xsimd::fma(weight, load(first + 2 * step), sum2);
      sum3 = xsimd::fma(weight, load(first + 3 * step), sum3);
    }
    sum0.store_unaligned(out + i);
    sum1.store_unaligned(out + i + step);
    sum2.store_unaligned(out + i + 2 * step);
    sum3.store_unaligned(out + i + 3 * step);
  }
}

/// The last n rows of a stream: what a filter of n taps down the columns needs to keep. They lie one after
/// another in memory with room for more behind them, and move to the front when that is used up.
template <typename T>
class RowWindow {
 public:
  /// Makes a window of n rows of a length that is a multiple of block. A stream of at most `stream` rows is
  /// never moved, if it is short.
  void resize(Index rows, Index stream, Index length) {
    const Index room = capacity(rows, stream);
    memory_.assign(static_cast<std::size_t>(room * length), T(0));  // may throw, so first
    rows_ = rows;
    length_ = length;
    capacity_ = room;
    end_ = 0;
  }
  /// Makes it fit nothing.
  void release() { rows_ = 0; }
  bool fits(Index rows, Index stream, Index length) const {
    return rows == rows_ && length == length_ && capacity(rows, stream) <= capacity_;
  }

  /// Starts a stream; and one that n-1 rows of zeros go before.
  void start() { end_ = 0; }
  void start_with_zeros() {
    end_ = rows_ - 1;
    std::fill_n(memory_.data(), end_ * length_, T(0));
  }

  /// Appends a row, to be overwritten, and drops the oldest.
  T* push() {
    if (end_ == capacity_) {
      std::copy_n(memory_.data() + (end_ - rows_ + 1) * length_, (rows_ - 1) * length_, memory_.data());
      end_ = rows_ - 1;
    }
    return memory_.data() + length_ * end_++;
  }
  void push_zeros() { std::fill_n(push(), length_, T(0)); }

  /// The oldest of the n rows, once there are so many.
  const T* oldest() const { return memory_.data() + (end_ - rows_) * length_; }

  /// Down the columns: out = Σ_k taps[k] row_k, for n taps.
  void filter(const Taps<T>& taps, T* out) const { symmetric_sum(taps, oldest(), length_, length_, out); }

  Index length() const { return length_; }

 private:
  static Index capacity(Index rows, Index stream) { return std::max(rows, std::min(stream, 3 * rows)); }

  AlignedVector<T> memory_;
  Index rows_ = 0;
  Index length_ = 0;
  Index capacity_ = 0;
  Index end_ = 0;
};

}  // namespace crisp::detail
