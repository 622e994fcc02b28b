// Sizes that no image has, on systems of 64 and of 32 bits.
#pragma once

#include <crisp/core/images.hpp>
#include <limits>

/// 2^exponent, or the largest power of two that an Index holds.
constexpr crisp::Index large_index(int exponent) {
  constexpr int most = std::numeric_limits<crisp::Index>::digits - 1;
  return crisp::Index(1) << (exponent < most ? exponent : most);
}
