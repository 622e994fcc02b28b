// Sampled, normalised Gaussian windows.
#pragma once

#include <cmath>
#include <cstddef>
#include <vector>

#include "crisp/core/errors.hpp"
#include "crisp/core/images.hpp"

namespace crisp {

/// The taps of a one-dimensional filter, first to last.
template <typename T>
using Taps = Eigen::Array<T, Eigen::Dynamic, 1>;

/// The most taps of a window. A larger size is taken for a mistake, before memory is asked for.
inline constexpr Index largest_gaussian_window = 65536;

/// tap_k = exp(-(k - (size-1)/2)² / (2 sigma²)) / Σ, for k = 0 … size-1.
///
/// An even size has its centre between two pixels, so the taps are symmetric for every size. They are
/// computed in double and rounded to T at the end. Throws OptionError for a size that is not
/// from 1 to largest_gaussian_window or a sigma that is not positive and finite.
template <typename T>
Taps<T> gaussian_taps(Index size, double sigma) {
  if (size < 1 || size > largest_gaussian_window) {
    detail::fail<OptionError>("a Gaussian window has from 1 to ", largest_gaussian_window, " taps, got ",
                              size);
  }
  if (!(sigma > 0) || !std::isfinite(sigma)) {
    detail::fail<OptionError>("the sigma of a Gaussian window must be positive and finite, got ", sigma);
  }
  // Relative to the largest tap, which lies 0 or ½ from the centre, so that a tiny sigma does not leave 0/0.
  const double centre = static_cast<double>(size - 1) / 2;
  const double nearest = size % 2 == 0 ? 0.5 : 0;
  std::vector<double> samples;
  double sum = 0;
  for (Index k = 0; k < size; ++k) {
    const double distance = std::abs(static_cast<double>(k) - centre);
    samples.push_back(std::exp(-(distance - nearest) / sigma * ((distance + nearest) / sigma) / 2));
    sum += samples.back();
  }
  Taps<T> taps(size);
  for (Index k = 0; k <= size - 1 - k; ++k) {
    taps[k] = static_cast<T>(samples[static_cast<std::size_t>(k)] / sum);
    taps[size - 1 - k] = taps[k];  // not computed twice, which -ffast-math need not round alike
  }
  return taps;
}

}  // namespace crisp
