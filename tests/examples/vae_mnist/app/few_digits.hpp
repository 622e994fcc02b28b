// Digits enough to train on for a moment.
#pragma once

#include "data/drawn_digits.hpp"

namespace vae_mnist_test {

inline const vae_mnist::DataSplit& few_digits() {
  static const vae_mnist::DataSplit split = vae_mnist::drawn_digits({3, 300, 40});
  return split;
}

}  // namespace vae_mnist_test
