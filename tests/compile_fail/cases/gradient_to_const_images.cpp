// error: crisp: the gradient is written to, so it must not be const
#include <crisp/core/evaluate.hpp>
#include <crisp/losses/l1.hpp>

#ifdef MISTAKE
using Gradient = const crisp::Images<float>;
#else
using Gradient = crisp::Images<float>;
#endif

auto loss(const crisp::Images<float>& images, Gradient& gradient) {
  return crisp::value_and_gradient(crisp::L1Loss<float>(), images, images, gradient);
}
