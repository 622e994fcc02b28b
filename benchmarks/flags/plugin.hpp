// What the plugin of benchmark_flags has.
#pragma once

#include "losses/loss_call.hpp"

extern "C" {
/// A loss by its name in losses/every_loss.hpp, on one thread; to be deleted.
crisp_benchmarks::LossCall<float>* crisp_make_loss_call(const char* name, const crisp::Shape& shape);
}
