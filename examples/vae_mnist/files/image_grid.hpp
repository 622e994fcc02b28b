// Many small images on one picture: samples, a latent manifold, originals above their reconstructions.
#pragma once

#include "crisp/core/images.hpp"
#include "files/png.hpp"

namespace vae_mnist {

struct GridOptions {
  Eigen::Index columns = 10;
  Eigen::Index gap = 2;           ///< pixels of the picture between images and around them
  Eigen::Index upscale = 2;       ///< each image pixel becomes a square of this side
  std::uint8_t gap_level = 0x60;  ///< gray level of the gaps
};

/// The images row by row, in grid cells filled from the left; 0 is black, 1 white, what lies outside is
/// clamped and NaN is black. Cells left over in the last row are of the gaps' gray. Throws
/// std::invalid_argument unless there is an image, of one channel or three, columns and upscale are at least
/// 1 and gap at least 0.
Picture image_grid(const crisp::Images<float>& images, const GridOptions& options = {});

/// For a grid of so many columns: a row of `upper` images, below it the matching row of `lower`, and so on.
/// Throws std::invalid_argument unless both have the same shape and columns divides their number.
crisp::Images<float> alternating_rows(const crisp::Images<float>& upper, const crisp::Images<float>& lower,
                                      Eigen::Index columns);

}  // namespace vae_mnist
