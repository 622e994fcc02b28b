// The frequency that a bin of a discrete Fourier transform stands for.
#pragma once

#include "crisp/core/images.hpp"

namespace crisp::detail {

/// The frequency of a bin in cycles per sample, in [-1/2, 1/2).
inline double bin_frequency(Index bin, Index length) {
  return static_cast<double>(2 * bin < length ? bin : bin - length) / static_cast<double>(length);
}

}  // namespace crisp::detail
