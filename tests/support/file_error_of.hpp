// The sentence that an action fails with.
#pragma once

#include <string>

#include "files/file_error.hpp"

namespace vae_mnist_test {

/// What the FileError says that an action throws.
template <typename Action>
std::string file_error_of(Action&& action) {
  try {
    action();
  } catch (const vae_mnist::FileError& error) {
    return error.what();
  }
  return "no FileError";
}

}  // namespace vae_mnist_test
