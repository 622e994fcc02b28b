// Cartoon faces that the program draws itself, in colour and at any size: pictures with large areas, sharp outlines and
// small details, for networks larger than MNIST's.
#pragma once

#include <cstdint>

#include "data/dataset.hpp"

namespace vae_mnist {

/// Face number `index` of the endless series that a seed stands for, into [3, side, side] numbers from 0 to 1. It depends
/// on nothing else. About 20 operations for each of nine samples a pixel.
void draw_face(std::uint64_t seed, std::uint64_t index, Eigen::Index side, float* planes);

struct DrawnFacesOptions {
  Eigen::Index side = 64;  ///< pixels, at least 8
  std::uint64_t seed = 1;
  Eigen::Index train_count = 5000;
  Eigen::Index test_count = 500;
};

/// Training and test faces, from distant parts of one series; all labels are 0. Throws crisp::OptionError for a side under
/// 8 and for counts under 1.
DataSplit drawn_faces(const DrawnFacesOptions& options = {});

}  // namespace vae_mnist
