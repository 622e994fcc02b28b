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

/// Writes a PNG file atomically. Throws FileError if it cannot be written, and std::invalid_argument for an
/// empty picture, other numbers of channels, or samples that do not fill the picture.
void write_png(const std::filesystem::path& path, const Picture& picture);

}  // namespace vae_mnist
