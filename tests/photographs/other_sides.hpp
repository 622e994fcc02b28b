// How often float is on the other side of a kink than double, and what that does to a gradient.
#pragma once

#include "photographs/compared_loss.hpp"

namespace photographs {

/// A gradient of spectra of blocks that lie side by side, without a window function, has one cotangent a bin, which the Fourier
/// transform of the gradient's blocks gives back. A bin is on the other side where the cotangents in float and in double
/// differ by more than half of the latter, and by more than a thousandth of their root mean square.
struct OtherSides {
  double share = 0;             ///< of the bins that are
  double value = 0;             ///< relative error
  double root_mean_square = 0;  ///< of the gradient's error, relative to the gradient's
  double of_the_rest = 0;       ///< the same without those bins' errors
};

/// For one of block_losses(block).
OtherSides other_sides(const ComparedLoss& loss, const ImagePair& pair, const crisp::Size2& block);

}  // namespace photographs
