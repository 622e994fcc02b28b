// error: with the same T (float or double) as the loss
#include <crisp/core/evaluate.hpp>
#include <crisp/losses/l1.hpp>

#ifdef MISTAKE
using Scalar = double;
#else
using Scalar = float;
#endif

auto loss(const crisp::Images<float>& images) {
  return crisp::value(crisp::L1Loss<Scalar>(), images, images);
}
