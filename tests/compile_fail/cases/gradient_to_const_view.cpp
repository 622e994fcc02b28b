// error: crisp: the gradient is written to, so it must not be const
#include <crisp/core/evaluate.hpp>
#include <crisp/losses/l1.hpp>

#ifdef MISTAKE
using Pixel = const float;
#else
using Pixel = float;
#endif

auto loss(const crisp::Images<float>& images, Pixel* memory) {
  return crisp::value_and_gradient(crisp::L1Loss<float>(), images, images, crisp::view(memory, 1, 1, 28, 28));
}
