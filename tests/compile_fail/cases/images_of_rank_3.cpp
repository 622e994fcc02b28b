// error: crisp: images must be an Eigen::Tensor<T, 4, Eigen::RowMajor> or a crisp::view
#include <crisp/core/evaluate.hpp>
#include <crisp/losses/l1.hpp>

#ifdef MISTAKE
using Images = Eigen::Tensor<float, 3, Eigen::RowMajor>;
#else
using Images = Eigen::Tensor<float, 4, Eigen::RowMajor>;
#endif

auto loss(const Images& images) { return crisp::value(crisp::L1Loss<float>(), images, images); }
