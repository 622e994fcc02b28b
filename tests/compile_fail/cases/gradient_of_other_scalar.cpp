// error: crisp: the gradient must be an Eigen::Tensor<T, 4, Eigen::RowMajor> or a mutable crisp::view
#include <crisp/core/evaluate.hpp>
#include <crisp/losses/l1.hpp>

#ifdef MISTAKE
using Scalar = double;
#else
using Scalar = float;
#endif

auto loss(const crisp::Images<float>& images, crisp::Images<Scalar>& gradient) {
  return crisp::value_and_gradient(crisp::L1Loss<float>(), images, images, gradient);
}
