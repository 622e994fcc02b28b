// What a plugin has: losses compiled in another way than the program that they are compared in.
#pragma once

#include <dlfcn.h>

#include <stdexcept>

#include "losses/loss_call.hpp"

extern "C" {
/// A loss by its name in losses/every_loss.hpp, on one thread; to be deleted.
crisp_benchmarks::LossCall<float>* crisp_make_loss_call(const char* name, const crisp::Shape& shape);
}

namespace crisp_benchmarks {

using MakeLossCall = decltype(crisp_make_loss_call)*;

/// That function of a plugin. Throws std::runtime_error where there is none.
inline MakeLossCall load_plugin(const char* path) {
  void* const library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
  void* const symbol = library == nullptr ? nullptr : dlsym(library, "crisp_make_loss_call");
  if (symbol == nullptr) throw std::runtime_error(dlerror());
  return reinterpret_cast<MakeLossCall>(symbol);
}

}  // namespace crisp_benchmarks
