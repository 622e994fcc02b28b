// What the libtorch autoencoders are made of.
#pragma once

#include <torch/torch.h>

#include <algorithm>
#include <crisp/core/images.hpp>
#include <cstdint>

namespace autoencoders {

inline torch::nn::Conv2d halve(std::int64_t in, std::int64_t out) {
  return torch::nn::Conv2d(torch::nn::Conv2dOptions(in, out, 3).stride(2).padding(1));
}
inline torch::nn::ConvTranspose2d twice(std::int64_t in, std::int64_t out) {
  return torch::nn::ConvTranspose2d(torch::nn::ConvTranspose2dOptions(in, out, 4).stride(2).padding(1));
}

/// From [n, 1, 28, 28] to so many numbers each.
inline torch::nn::Sequential encoder(std::int64_t numbers) {
  namespace nn = torch::nn;
  return nn::Sequential(halve(1, 16), nn::ReLU(), halve(16, 16), nn::ReLU(), nn::Flatten(),
                        nn::Linear(16 * 7 * 7, numbers));
}
/// And back.
inline torch::nn::Sequential decoder(std::int64_t numbers) {
  namespace nn = torch::nn;
  return nn::Sequential(nn::Linear(numbers, 16 * 7 * 7), nn::ReLU(),
                        nn::Unflatten(nn::UnflattenOptions(1, {16, 7, 7})), twice(16, 16), nn::ReLU(),
                        twice(16, 1));
}

/// The same memory, not a copy.
inline torch::Tensor to_tensor(crisp::Images<float>& images) {
  return torch::from_blob(
      images.data(), {images.dimension(0), images.dimension(1), images.dimension(2), images.dimension(3)});
}
inline crisp::Images<float> to_images(const torch::Tensor& tensor) {
  const torch::Tensor pixels = tensor.contiguous();
  crisp::Images<float> images(pixels.size(0), pixels.size(1), pixels.size(2), pixels.size(3));
  std::copy_n(pixels.data_ptr<float>(), images.size(), images.data());
  return images;
}

}  // namespace autoencoders
