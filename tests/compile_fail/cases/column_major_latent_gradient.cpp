// error: crisp: gaussian_kl takes row-major tensors of rank 2, [batch, latent]
#include <crisp/losses/gaussian_kl.hpp>

#ifdef MISTAKE
using Gradient = Eigen::Tensor<float, 2>;
#else
using Gradient = Eigen::Tensor<float, 2, Eigen::RowMajor>;
#endif

auto kl(const Eigen::Tensor<float, 2, Eigen::RowMajor>& mean, Gradient& gradient) {
  return crisp::gaussian_kl(mean, mean, gradient, gradient);
}
