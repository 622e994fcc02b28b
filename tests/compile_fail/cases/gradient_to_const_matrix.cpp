// error: crisp: the gradient is written to, so it must not be const
#include <crisp/core/evaluate.hpp>
#include <crisp/losses/l1.hpp>

#ifdef MISTAKE
using Gradient = const Eigen::MatrixXf;
#else
using Gradient = Eigen::MatrixXf;
#endif

auto loss(const Eigen::MatrixXf& plane, Gradient& gradient) {
  return crisp::value_and_gradient(crisp::L1Loss<float>(), plane, plane, gradient);
}
