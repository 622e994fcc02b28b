// Pictures of 8-bit samples, and PNG files of them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <vector>

namespace vae_mnist {

/// Rows from the top, pixels from the left, the channels of a pixel side by side: one (gray) or three (red,
/// green, blue).
struct Picture {
  std::size_t height = 0;
  std::size_t width = 0;
  std::size_t channels = 1;
  std::vector<std::uint8_t> samples;
};

/// Reads a PNG file of any kind: gray levels as one channel, colors and palettes as three, 16-bit samples as 8-bit ones
/// in the same encoding. What is transparent lies on white. Throws FileError if the file cannot be read, is no PNG file,
/// or is a damaged one.
Picture read_png(const std::filesystem::path& path);

/// Writes a PNG file atomically. Throws FileError if it cannot be written, and std::invalid_argument for an
/// empty picture, other numbers of channels, or samples that do not fill the picture.
void write_png(const std::filesystem::path& path, const Picture& picture);

}  // namespace vae_mnist
