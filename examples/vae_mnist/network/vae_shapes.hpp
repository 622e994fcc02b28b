// What the variational autoencoder takes and gives, and the checks of its shapes.
#pragma once

#include <cmath>

#include "crisp/core/errors.hpp"
#include "crisp/core/images.hpp"
#include "network/decoder.hpp"

namespace vae_mnist {

struct VaeOptions {
  Index latent = 2;
  OutputActivation output = OutputActivation::linear;
  double initial_log_variance = 0;  ///< of the posterior, before training: the bias it starts from
  ImageShape image{1, 28, 28};      ///< what it takes and gives; see has_sides_for_vae
};

/// A number for every latent dimension of every image: [batch, latent].
template <typename T>
using Latent = Eigen::Tensor<T, 2, Eigen::RowMajor>;

template <typename T>
struct VaeOutput {
  Latent<T> mean;
  Latent<T> log_variance;
  crisp::Images<T> reconstruction;  ///< [batch, channels, height, width]
};

/// Whether the network can take such sides and give them back: 4 divides each, and each is 12 ... 65536.
inline bool has_sides_for_vae(const ImageShape& image) {
  const auto suits = [](Index side) { return side % 4 == 0 && 12 <= side && side <= 65536; };
  return suits(image.height) && suits(image.width);
}

namespace detail {

inline const VaeOptions& checked(const VaeOptions& options) {
  if (options.latent < 1) {
    crisp::detail::fail<crisp::OptionError>("a VAE needs at least 1 latent dimension, got ", options.latent);
  }
  if (!std::isfinite(options.initial_log_variance)) {
    crisp::detail::fail<crisp::OptionError>("a VAE needs a finite initial log-variance, got ",
                                            options.initial_log_variance);
  }
  if (options.image.channels < 1) {
    crisp::detail::fail<crisp::OptionError>("a VAE needs images of at least 1 channel, got ", options.image);
  }
  if (!has_sides_for_vae(options.image)) {
    crisp::detail::fail<crisp::OptionError>(
        "a VAE needs images whose sides are multiples of 4 from 12 to 65536, got ", options.image);
  }
  return options;
}

template <typename T>
void check_images(const crisp::Images<T>& images, Index batch, const ImageShape& image) {
  const crisp::Shape shape{images.dimension(0), images.dimension(1), images.dimension(2),
                           images.dimension(3)};
  const crisp::Shape expected{batch, image.channels, image.height, image.width};
  if (batch < 1) crisp::detail::fail<crisp::ShapeError>("the VAE needs at least one image");
  if (shape != expected) {
    crisp::detail::fail<crisp::ShapeError>("the VAE expects images of shape ", expected, ", got ", shape);
  }
}

template <typename T>
void check_latent(const char* what, const Latent<T>& tensor, Index batch, Index latent) {
  if (batch < 1) crisp::detail::fail<crisp::ShapeError>("the VAE needs at least one image");
  if (tensor.dimension(0) != batch || tensor.dimension(1) != latent) {
    crisp::detail::fail<crisp::ShapeError>("the VAE expects ", what, " of shape [", batch, ", ", latent,
                                           "], got [", tensor.dimension(0), ", ", tensor.dimension(1), "]");
  }
}

}  // namespace detail
}  // namespace vae_mnist
