#include "data/dataset.hpp"

#include <algorithm>

#include "crisp/core/errors.hpp"

namespace vae_mnist {
namespace {

Dataset part_of(const Dataset& whole, std::string name, Eigen::Index first, Eigen::Index count) {
  const auto labels = whole.labels.begin() + first;
  return {std::move(name), slice(whole.images, first, count), {labels, labels + count}};
}

}  // namespace

crisp::Images<float> slice(const crisp::Images<float>& images, Eigen::Index first, Eigen::Index count) {
  crisp::Images<float> part(count, images.dimension(1), images.dimension(2), images.dimension(3));
  std::copy_n(&images(first, 0, 0, 0), part.size(), part.data());
  return part;
}

DataSplit hold_out(const DataSplit& split, Eigen::Index count) {
  const Eigen::Index total = split.train.images.dimension(0);
  if (count < 1 || count >= total) {
    crisp::detail::fail<crisp::OptionError>("of ", total, " training images, 1 to ", total - 1,
                                            " can be held out, not ", count);
  }
  return {part_of(split.train, split.train.name, 0, total - count),
          part_of(split.train, "held out of " + split.train.name, total - count, count)};
}

}  // namespace vae_mnist
