#include "photographs/made_photograph.hpp"

#include <algorithm>
#include <cmath>

#include "photographs/random.hpp"

namespace photographs {
namespace {

using crisp::Index;

constexpr double not_painted = -1;

struct Leaf {
  double radius;
  double y;
  double x;
  double grey;
  double slope_y;
  double slope_x;
};

/// Of a radius r between 1 and half the longer side, with the density r^-3.
Leaf any_leaf(Random& random, double height, double width) {
  const double largest = std::max(height, width) / 2;
  const double share = random.uniform();
  Leaf leaf{};
  leaf.radius = 1 / std::sqrt(share / (largest * largest) + (1 - share));
  leaf.y = random.uniform(-leaf.radius, height + leaf.radius);
  leaf.x = random.uniform(-leaf.radius, width + leaf.radius);
  leaf.grey = random.uniform(0.05, 0.95);
  leaf.slope_y = random.uniform(-0.1, 0.1) / leaf.radius;
  leaf.slope_x = random.uniform(-0.1, 0.1) / leaf.radius;
  return leaf;
}

Index first_from(double position) { return static_cast<Index>(std::ceil(std::max(0.0, position))); }
Index last_to(double position, Index size) {
  return static_cast<Index>(std::floor(std::min(static_cast<double>(size - 1), position)));
}

/// Paints what no leaf before it has, and returns how many pixels that were.
Index paint(const Leaf& leaf, crisp::Images<double>& image) {
  Index painted = 0;
  for (Index row = first_from(leaf.y - leaf.radius); row <= last_to(leaf.y + leaf.radius, image.dimension(2));
       ++row) {
    const double down = static_cast<double>(row) - leaf.y;
    const double half = std::sqrt(std::max(0.0, leaf.radius * leaf.radius - down * down));
    for (Index column = first_from(leaf.x - half); column <= last_to(leaf.x + half, image.dimension(3));
         ++column) {
      double& pixel = image(0, 0, row, column);
      if (pixel != not_painted) continue;
      pixel = leaf.grey + leaf.slope_y * down + leaf.slope_x * (static_cast<double>(column) - leaf.x);
      ++painted;
    }
  }
  return painted;
}

}  // namespace

crisp::Images<double> made_photograph(Index height, Index width, std::uint64_t seed) {
  Random random(seed);
  crisp::Images<double> image(1, 1, height, width);
  image.setConstant(not_painted);
  // From front to back. The last holes, if any, are those of single pixels, and get the colour of a background.
  Index left = image.size();
  for (Index leaves = 4 * image.size(); left > 0 && leaves > 0; --leaves) {
    left -= paint(any_leaf(random, static_cast<double>(height), static_cast<double>(width)), image);
  }
  for (Index i = 0; i < image.size(); ++i) {
    const double clean = image.data()[i] == not_painted ? 0.5 : image.data()[i];
    image.data()[i] = std::min(1.0, std::max(0.0, clean + 0.005 * random.normal()));
  }
  return image;
}

}  // namespace photographs
