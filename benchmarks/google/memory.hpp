// What the heap holds, and how often it was asked: memory.cpp stands in for malloc, and so for operator new, Eigen and
// FFTW.
#pragma once

namespace crisp_benchmarks {

long allocations();  ///< since the program began
long live_bytes();   ///< allocated and not freed

}  // namespace crisp_benchmarks
