// What the tests of the whole network share: inputs with a loss, and comparisons to the bit.
#pragma once

#include "network/vae.hpp"
#include "support/random_images.hpp"

namespace vae_mnist_test {

using vae_mnist::ImageShape;
using vae_mnist::Index;
using vae_mnist::Latent;
using vae_mnist::Vae;

constexpr Index batch = 11;  // one full shard and one that is not

template <typename T>
struct Inputs {
  explicit Inputs(Index latent, Index images_count = batch, const ImageShape& image = {1, 28, 28})
      : images(images_count, image.channels, image.height, image.width),
        noise(images_count, latent),
        reconstruction_gradient(images_count, image.channels, image.height, image.width),
        mean_gradient(images_count, latent),
        log_variance_gradient(images_count, latent) {
    vae_mnist::Random random(5);
    const auto fill = [&](auto& tensor) {
      for (Index i = 0; i < tensor.size(); ++i) tensor.data()[i] = static_cast<T>(2 * random.uniform() - 1);
    };
    fill(images);
    fill(noise);
    fill(reconstruction_gradient);
    fill(mean_gradient);
    fill(log_variance_gradient);
  }

  /// A loss whose gradients are those of this object.
  template <typename Executor = crisp::Serial>
  T loss(Vae<T>& vae, const Executor& executor = {}) const {
    const auto dot = [](const auto& a, const auto& b) {
      using Map = Eigen::Map<const Eigen::Array<T, Eigen::Dynamic, 1>>;
      return (Map(a.data(), a.size()) * Map(b.data(), b.size())).sum();
    };
    const auto& output = vae.forward(images, noise, executor);
    return dot(output.reconstruction, reconstruction_gradient) + dot(output.mean, mean_gradient) +
           dot(output.log_variance, log_variance_gradient);
  }
  template <typename Executor = crisp::Serial>
  void backward(Vae<T>& vae, const Executor& executor = {}) const {
    vae.backward(reconstruction_gradient, mean_gradient, log_variance_gradient, executor);
  }

  crisp::Images<T> images;
  Latent<T> noise;
  crisp::Images<T> reconstruction_gradient;
  Latent<T> mean_gradient;
  Latent<T> log_variance_gradient;
};

/// Biases that are not zero, so that tests see them.
template <typename T>
void disturb_biases(Vae<T>& vae) {
  vae_mnist::Random random(9);
  for (auto& parameter : vae.parameters()) {
    if (parameter.shape.size() > 1) continue;
    for (T& value : parameter.value) value = static_cast<T>(0.1 * (2 * random.uniform() - 1));
  }
}

}  // namespace vae_mnist_test
