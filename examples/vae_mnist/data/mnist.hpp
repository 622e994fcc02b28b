// MNIST (LeCun, Cortes, Burges 1998) from the four files it is published in, plain or gzipped.
#pragma once

#include <filesystem>
#include <optional>

#include "data/dataset.hpp"

namespace vae_mnist {

/// Reads train-images-idx3-ubyte, train-labels-idx1-ubyte, t10k-images-idx3-ubyte and t10k-labels-idx1-ubyte
/// from a folder; each may end in .gz and may have a dot before "idx". Images are binarised. `train_limit`
/// keeps the first so many training images, for quick runs. Throws FileError if a file is missing or is not
/// as it should be: images of 28x28, a label for each, from 0 to 9.
DataSplit load_mnist(const std::filesystem::path& folder, std::optional<std::size_t> train_limit = {});

}  // namespace vae_mnist
