// How a target says that a promise is broken.
#pragma once

#include <cstdio>
#include <cstdlib>

namespace crisp_fuzz {

/// Ends the program unless what is promised holds; libFuzzer then keeps the input that it ran on.
inline void expect(bool holds, const char* promise) {
  if (holds) return;
  std::fprintf(stderr, "Not as promised: %s\n", promise);
  std::abort();
}

}  // namespace crisp_fuzz
