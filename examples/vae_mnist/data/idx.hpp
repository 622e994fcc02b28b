// IDX, the format of MNIST: a magic number that says bytes (0x08) and how many dimensions, the dimensions,
// each a 32-bit big-endian number, then the values in C order and nothing more. Plain or gzipped.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace vae_mnist {

struct IdxImages {
  std::size_t count = 0;
  std::size_t height = 0;
  std::size_t width = 0;
  std::vector<std::uint8_t> levels;  ///< [count, height, width]; 255 is full ink
};

/// The images (magic 0x00000803) that the bytes of a file are, gzipped or not. Throws FileError, which names the path and
/// quotes the numbers, unless there are exactly as many as the dimensions announce.
IdxImages parse_idx_images(std::string bytes, const std::filesystem::path& path);
/// The same for labels (magic 0x00000801).
std::vector<std::uint8_t> parse_idx_labels(std::string bytes, const std::filesystem::path& path);

/// Those of a file that is read. Throws FileError if it cannot be, too.
IdxImages read_idx_images(const std::filesystem::path& path);
std::vector<std::uint8_t> read_idx_labels(const std::filesystem::path& path);

}  // namespace vae_mnist
