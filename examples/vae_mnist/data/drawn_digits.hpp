// Digits that the program writes itself, for when MNIST is not at hand: centred and sized like MNIST's,
// written in several ways with varied pen, slant and shape.
#pragma once

#include <array>
#include <cstdint>

#include "data/dataset.hpp"

namespace vae_mnist {

struct DrawnDigit {
  std::uint8_t label;
  std::array<std::uint8_t, image_size> levels;  ///< 255 is full ink
};

/// Digit number `index` of the endless series that a seed stands for. It depends on nothing else, and its
/// bits are the same on every platform, provided the compiler keeps to IEEE doubles and fuses no
/// multiplications and additions (-ffp-contract=off). About 40 microseconds.
DrawnDigit draw_digit(std::uint64_t seed, std::uint64_t index);

struct DrawnDigitsOptions {
  std::uint64_t seed = 1;
  Eigen::Index train_count = 20000;
  Eigen::Index test_count = 2000;
};

/// Training and test digits, binarised like MNIST. Both come from distant parts of one series, so each stays
/// the same when the other's count changes.
DataSplit drawn_digits(const DrawnDigitsOptions& options = {});

}  // namespace vae_mnist
