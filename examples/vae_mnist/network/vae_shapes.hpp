// What the variational autoencoder takes and gives, and the checks of its shapes.
#pragma once

#include "crisp/core/errors.hpp"
#include "crisp/core/images.hpp"
#include "network/decoder.hpp"

namespace vae_mnist {

struct VaeOptions {
  Index latent = 2;
  OutputActivation output = OutputActivation::linear;
  double initial_log_variance = 0;  ///< of the posterior, before training: the bias it starts from
};

/// A number for every latent dimension of every image: [batch, latent].
template <typename T>
using Latent = Eigen::Tensor<T, 2, Eigen::RowMajor>;

template <typename T>
struct VaeOutput {
  Latent<T> mean;
  Latent<T> log_variance;
  crisp::Images<T> reconstruction;  ///< [batch, 1, 28, 28]
};

namespace detail {

inline const VaeOptions& checked(const VaeOptions& options) {
  if (options.latent < 1) {
    crisp::detail::fail<crisp::OptionError>("a VAE needs at least 1 latent dimension, got ", options.latent);
  }
  return options;
}

template <typename T>
void check_images(const crisp::Images<T>& images, Index batch) {
  const crisp::Shape shape{images.dimension(0), images.dimension(1), images.dimension(2),
                           images.dimension(3)};
  const crisp::Shape expected{batch, 1, 28, 28};
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
