// IDX, the format of MNIST: a magic number that says bytes (0x08) and how many dimensions, the dimensions,
// each a 32-bit big-endian number, then the values in C order and nothing more. Plain or gzipped.
#pragma once

#include <cstdint>
#include <filesystem>
#include <vector>

namespace vae_mnist {

struct IdxImages {
  std::size_t count = 0;
  std::size_t height = 0;
  std::size_t width = 0;
  std::vector<std::uint8_t> levels;  ///< [count, height, width]; 255 is full ink
};

/// Reads images (magic 0x00000803). Throws FileError, quoting the numbers, unless the file is exactly as long
/// as its dimensions announce.
IdxImages read_idx_images(const std::filesystem::path& path);

/// Reads labels (magic 0x00000801), under the same conditions.
std::vector<std::uint8_t> read_idx_labels(const std::filesystem::path& path);

}  // namespace vae_mnist
