// A sheet of small pictures side by side: images in gray, and maps of how much in colour.
#pragma once

#include <cstdint>
#include <filesystem>
#include <vector>

#include "crisp/core/images.hpp"

namespace loss_pictures {

/// Cells in rows and columns, each one image of one channel, `side` x `side` pixels, drawn at twice its size.
class Sheet {
 public:
  using Index = crisp::Index;

  Sheet(Index rows, Index columns, Index side);

  /// Draws an image, 0 black and 1 white.
  void draw_image(Index row, Index column, const crisp::Images<double>& image);

  /// Draws the sizes of a map's pixels, from black (0) over red and yellow to white: their 99th percentile, and what
  /// lies above. A map of nothing but rounding, under 1e-9, is black.
  void draw_sizes(Index row, Index column, const crisp::Images<double>& map);

  /// Writes a PNG file atomically. Throws FileError if it cannot be written.
  void write_png(const std::filesystem::path& path) const;

 private:
  template <typename ColourOf>
  void draw(Index row, Index column, const crisp::Images<double>& image, const ColourOf& colour_of);

  Index side_;
  Index height_;
  Index width_;
  std::vector<std::uint8_t> pixels_;  // numbers of colours
};

}  // namespace loss_pictures
