// error: crisp: images must be an Eigen::Tensor<T, 4, Eigen::RowMajor> or a crisp::view
#include <crisp/core/evaluate.hpp>
#include <crisp/losses/l1.hpp>

#ifdef MISTAKE
using Scalar = double;
#else
using Scalar = float;
#endif

auto loss(const crisp::Images<float>& prediction, const crisp::Images<Scalar>& target) {
  return crisp::values(crisp::L1Loss<float>(), prediction, target);
}
