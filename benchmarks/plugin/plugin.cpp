// The losses in a shared library, so that one program can hold them compiled in two ways: everything but this function
// is hidden, and so nothing of the library gets into the program, nor of the program into the library.
#include "plugin/plugin.hpp"

#include "losses/loss_call_maker.hpp"

extern "C" [[gnu::visibility("default")]] crisp_benchmarks::LossCall<float>* crisp_make_loss_call(
    const char* name, const crisp::Shape& shape) {
  return crisp_benchmarks::make_loss_call<float>(name, shape, 1).release();
}
