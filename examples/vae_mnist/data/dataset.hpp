// What the network learns from: black and white images of digits, with their labels.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "crisp/core/images.hpp"

namespace vae_mnist {

constexpr Eigen::Index image_side = 28;
constexpr Eigen::Index image_size = image_side * image_side;

struct Dataset {
  std::string name;
  crisp::Images<float> images;       ///< [n, 1, 28, 28], every pixel 0 or 1
  std::vector<std::uint8_t> labels;  ///< n of them, 0 to 9
};

struct DataSplit {
  Dataset train;
  Dataset test;
};

/// count images from first on.
crisp::Images<float> slice(const crisp::Images<float>& images, Eigen::Index first, Eigen::Index count);

/// The last `count` training images in place of the test images, and no longer to be trained on. Throws
/// std::invalid_argument unless some images are left on either side.
DataSplit hold_out(const DataSplit& split, Eigen::Index count);

/// A gray level as the network sees it: 1 where level / 255 > 0.5, else 0.
constexpr float binarised(std::uint8_t level) { return level >= 128 ? 1.0F : 0.0F; }

/// A dataset of n black images with label 0.
inline Dataset blank_dataset(std::string name, Eigen::Index n) {
  Dataset dataset{std::move(name), crisp::Images<float>(n, 1, image_side, image_side),
                  std::vector<std::uint8_t>(static_cast<std::size_t>(n))};
  dataset.images.setZero();
  return dataset;
}

}  // namespace vae_mnist
