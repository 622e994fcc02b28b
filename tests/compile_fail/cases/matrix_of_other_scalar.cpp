// error: crisp: images must be an Eigen::Tensor<T, 4, Eigen::RowMajor> or a crisp::view
#include <crisp/core/evaluate.hpp>
#include <crisp/losses/l1.hpp>

#ifdef MISTAKE
using Plane = Eigen::MatrixXd;
#else
using Plane = Eigen::MatrixXf;
#endif

auto loss(const Plane& plane) { return crisp::value(crisp::L1Loss<float>(), plane, plane); }
