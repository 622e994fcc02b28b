// The Kullback-Leibler divergence of a diagonal Gaussian from the standard one: a VAE's other loss.
#pragma once

#include <cmath>
#include <type_traits>
#include <utility>

#include "crisp/core/errors.hpp"
#include "crisp/core/images.hpp"

namespace crisp {
namespace detail {

template <typename Tensor>
using TensorScalar = std::remove_const_t<typename Tensor::Scalar>;

/// Latents, or a gradient, that own their memory.
template <typename T>
using Latents = Eigen::Tensor<T, 2, Eigen::RowMajor>;

template <typename T, typename Tensor>
void assert_latent() {
  static_assert(std::is_same_v<TensorScalar<Tensor>, T>, "crisp: gaussian_kl takes tensors of one scalar");
  static_assert(std::is_same_v<T, float> || std::is_same_v<T, double>,
                "crisp: gaussian_kl is on float or double");
  static_assert(
      Tensor::NumDimensions == 2 && static_cast<int>(Tensor::Layout) == static_cast<int>(Eigen::RowMajor),
      "crisp: gaussian_kl takes row-major tensors of rank 2, [batch, latent]");
}

/// e^x - 1 - x, relatively exact: near 0, where it is about x²/2, by its series.
inline double exponential_beyond_line(double x) {
  if (!(std::abs(x) < 0.5)) return std::expm1(x) - x;
  constexpr int terms = 15;  // the next is below 1e-17 of the first
  double sum = 1;
  for (int k = terms; k > 2; --k) sum = 1 + x / k * sum;
  return x * x / 2 * sum;
}

template <typename A, typename B>
void check_same_latent_shape(const char* name, const A& tensor, const B& mean) {
  if (tensor.dimension(0) != mean.dimension(0) || tensor.dimension(1) != mean.dimension(1)) {
    fail<ShapeError>(name, " must have the shape of the mean, [", mean.dimension(0), ", ", mean.dimension(1),
                     "], got [", tensor.dimension(0), ", ", tensor.dimension(1), "]");
  }
}

/// Checks that a gradient can be written to: it is of the mean's shape, or an empty owning tensor, and apart from the
/// inputs.
template <typename Gradient, typename Mean, typename LogVariance>
void check_latent_gradient(const char* name, const Gradient& gradient, const Mean& mean,
                           const LogVariance& log_variance) {
  using T = TensorScalar<Mean>;
  assert_latent<T, Gradient>();
  if (std::is_same_v<Gradient, Latents<T>> && gradient.size() == 0) return;
  check_same_latent_shape(name, gradient, mean);
  const Extent<T> memory = extent_of<T>(gradient.data(), gradient.size());
  if (overlap(memory, extent_of<T>(mean.data(), mean.size())) ||
      overlap(memory, extent_of<T>(log_variance.data(), log_variance.size()))) {
    fail<ShapeError>(name, " shares memory with the mean or the log-variance");
  }
}

/// Memory for a gradient that is empty; none for one that has its own.
template <typename Gradient, typename Mean>
Latents<TensorScalar<Mean>> latent_memory(const Gradient& gradient, const Mean& mean) {
  if (gradient.size() > 0) return {};
  return {mean.dimension(0), mean.dimension(1)};
}
template <typename Gradient, typename T>
void take_memory([[maybe_unused]] Gradient& gradient, [[maybe_unused]] Latents<T>&& memory) {
  if constexpr (std::is_same_v<Gradient, Latents<T>>) {
    if (memory.size() > 0) gradient = std::move(memory);
  }
}

}  // namespace detail

/// mean over the batch of ½ Σ_latent (μ² + e^{lv} - 1 - lv), with lv the log-variance.
///
/// Mean and log_variance: row-major Eigen tensors or maps of rank 2, [batch, latent], of one shape.
/// Smooth everywhere; e^{lv} - 1 is taken without cancellation near lv = 0, and sums are in double. Non-finite input
/// gives a non-finite value.
/// Errors: ShapeError for shapes that differ or are empty.
/// Source: Kingma & Welling 2013, appendix B.
template <typename Mean, typename LogVariance>
detail::TensorScalar<Mean> gaussian_kl(const Mean& mean, const LogVariance& log_variance) {
  using T = detail::TensorScalar<Mean>;
  detail::assert_latent<T, Mean>();
  detail::assert_latent<T, LogVariance>();
  if (mean.size() == 0) {
    detail::fail<ShapeError>("the KL divergence is a mean over the batch, and latents of shape [",
                             mean.dimension(0), ", ", mean.dimension(1), "] have none");
  }
  detail::check_same_latent_shape("log_variance", log_variance, mean);
  double sum = 0;
  for (Index i = 0; i < mean.size(); ++i) {
    const double mu = static_cast<double>(mean.data()[i]);
    const double lv = static_cast<double>(log_variance.data()[i]);
    sum += mu * mu + detail::exponential_beyond_line(lv);
  }
  return static_cast<T>(0.5 * sum / static_cast<double>(mean.dimension(0)));
}

/// The same, and its gradients, overwritten: μ/batch and ½(e^{lv} - 1)/batch.
/// ShapeError, before anything is written, for a gradient that is neither of the mean's shape nor an empty tensor, and
/// for one that shares memory with an input or with the other gradient.
template <typename Mean, typename LogVariance, typename MeanGradient, typename LogVarianceGradient>
detail::TensorScalar<Mean> gaussian_kl(const Mean& mean, const LogVariance& log_variance,
                                       MeanGradient&& mean_gradient,
                                       LogVarianceGradient&& log_variance_gradient) {
  using T = detail::TensorScalar<Mean>;
  const T value = gaussian_kl(mean, log_variance);
  detail::check_latent_gradient("mean_gradient", mean_gradient, mean, log_variance);
  detail::check_latent_gradient("log_variance_gradient", log_variance_gradient, mean, log_variance);
  if (detail::are_one(mean_gradient, log_variance_gradient) ||
      detail::overlap(detail::extent_of<T>(mean_gradient.data(), mean_gradient.size()),
                      detail::extent_of<T>(log_variance_gradient.data(), log_variance_gradient.size()))) {
    detail::fail<ShapeError>("the two gradients share memory");
  }
  auto mean_memory = detail::latent_memory(mean_gradient, mean);
  auto log_variance_memory = detail::latent_memory(log_variance_gradient, mean);
  detail::take_memory(mean_gradient, std::move(mean_memory));  // only now: both could be had
  detail::take_memory(log_variance_gradient, std::move(log_variance_memory));
  const double batch = static_cast<double>(mean.dimension(0));
  for (Index i = 0; i < mean.size(); ++i) {
    mean_gradient.data()[i] = static_cast<T>(static_cast<double>(mean.data()[i]) / batch);
    log_variance_gradient.data()[i] =
        static_cast<T>(0.5 * std::expm1(static_cast<double>(log_variance.data()[i])) / batch);
  }
  return value;
}

}  // namespace crisp
