// The Kullback-Leibler divergence of a diagonal Gaussian from the standard one: a VAE's other loss.
#pragma once

#include <cmath>
#include <type_traits>

#include "crisp/core/errors.hpp"
#include "crisp/core/images.hpp"

namespace crisp {
namespace detail {

template <typename Tensor>
using TensorScalar = std::remove_const_t<typename Tensor::Scalar>;

template <typename A, typename B>
void check_same_latent_shape(const char* name, const A& tensor, const B& mean) {
  if (tensor.dimension(0) != mean.dimension(0) || tensor.dimension(1) != mean.dimension(1)) {
    fail<ShapeError>(name, " must have the shape of the mean, [", mean.dimension(0), ", ", mean.dimension(1),
                     "], got [", tensor.dimension(0), ", ", tensor.dimension(1), "]");
  }
}

template <typename Tensor>
void check_latent(const Tensor& tensor) {
  static_assert(
      Tensor::NumDimensions == 2 && static_cast<int>(Tensor::Layout) == static_cast<int>(Eigen::RowMajor),
      "crisp: gaussian_kl takes row-major tensors of rank 2, [batch, latent]");
  static_assert(std::is_floating_point_v<TensorScalar<Tensor>>, "crisp: gaussian_kl is on float or double");
  if (tensor.size() == 0) {
    fail<ShapeError>("the KL divergence is a mean over the batch, and latents of shape [",
                     tensor.dimension(0), ", ", tensor.dimension(1), "] have none");
  }
}

}  // namespace detail

/// mean over the batch of ½ Σ_latent (μ² + e^{lv} - 1 - lv), with lv the log-variance.
///
/// Mean and log_variance: row-major Eigen tensors or maps of rank 2, [batch, latent], of one shape.
/// Smooth everywhere; e^{lv} - 1 is taken without cancellation near lv = 0. Non-finite input gives a
/// non-finite value, as does a log-variance past the range of exp (about 88 in float, 709 in double).
/// Errors: ShapeError for shapes that differ or are empty.
/// Source: Kingma & Welling 2013, appendix B.
template <typename Mean, typename LogVariance>
detail::TensorScalar<Mean> gaussian_kl(const Mean& mean, const LogVariance& log_variance) {
  using T = detail::TensorScalar<Mean>;
  detail::check_latent(mean);
  detail::check_latent(log_variance);
  detail::check_same_latent_shape("log_variance", log_variance, mean);
  double sum = 0;
  for (Index i = 0; i < mean.size(); ++i) {
    const double mu = static_cast<double>(mean.data()[i]);
    const double lv = static_cast<double>(log_variance.data()[i]);
    sum += mu * mu + std::expm1(lv) - lv;
  }
  return static_cast<T>(0.5 * sum / static_cast<double>(mean.dimension(0)));
}

/// The same, and its gradients, overwritten: μ/batch and ½(e^{lv} - 1)/batch.
/// ShapeError, before anything is written, for a gradient whose shape is not that of the mean.
template <typename Mean, typename LogVariance, typename MeanGradient, typename LogVarianceGradient>
detail::TensorScalar<Mean> gaussian_kl(const Mean& mean, const LogVariance& log_variance,
                                       MeanGradient&& mean_gradient,
                                       LogVarianceGradient&& log_variance_gradient) {
  using T = detail::TensorScalar<Mean>;
  const T value = gaussian_kl(mean, log_variance);
  detail::check_same_latent_shape("mean_gradient", mean_gradient, mean);
  detail::check_same_latent_shape("log_variance_gradient", log_variance_gradient, mean);
  const double batch = static_cast<double>(mean.dimension(0));
  for (Index i = 0; i < mean.size(); ++i) {
    mean_gradient.data()[i] = static_cast<T>(static_cast<double>(mean.data()[i]) / batch);
    log_variance_gradient.data()[i] =
        static_cast<T>(0.5 * std::expm1(static_cast<double>(log_variance.data()[i])) / batch);
  }
  return value;
}

}  // namespace crisp
