// How the ten digits are written: the movements of the pen, as a hand would make them.
#pragma once

#include <vector>

namespace vae_mnist {

/// x to the right, y down; a digit is about 0.7 wide and 1 high.
struct Point {
  double x;
  double y;
};

/// Points that the pen passes in one smooth movement. Where a digit has a corner, one stroke ends and the
/// next begins at the same point.
using Stroke = std::vector<Point>;

/// One way to write a digit.
using Glyph = std::vector<Stroke>;

/// The ways to write a digit from 0 to 9; one that is written more often is there more than once.
const std::vector<Glyph>& ways_to_write(int digit);

}  // namespace vae_mnist
