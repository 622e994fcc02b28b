// Stands in for malloc and its kin in a test program, and so for operator new, Eigen and FFTW: counts every allocation, and lets
// one fail.
// Included by the one source file of such a program.
#pragma once

#include <atomic>
#include <cerrno>
#include <cstdlib>

namespace counted_allocations {

/// How many allocations there were.
inline std::atomic<long> count{0};
/// Which of them fails: the one that has this many before it. None, while negative.
inline std::atomic<long> failing{-1};

inline bool fails() {
  if (count.fetch_add(1) != failing) return false;
  errno = ENOMEM;
  return true;
}

}  // namespace counted_allocations

extern "C" {
void* __libc_malloc(std::size_t size);
void* __libc_memalign(std::size_t alignment, std::size_t size);
void* __libc_calloc(std::size_t count, std::size_t size);
void* __libc_realloc(void* memory, std::size_t size);
void* malloc(std::size_t size) { return counted_allocations::fails() ? nullptr : __libc_malloc(size); }
void* calloc(std::size_t count, std::size_t size) {
  return counted_allocations::fails() ? nullptr : __libc_calloc(count, size);
}
void* realloc(void* memory, std::size_t size) {
  return counted_allocations::fails() ? nullptr : __libc_realloc(memory, size);
}
void* memalign(std::size_t alignment, std::size_t size) {
  return counted_allocations::fails() ? nullptr : __libc_memalign(alignment, size);
}
void* aligned_alloc(std::size_t alignment, std::size_t size) { return memalign(alignment, size); }
int posix_memalign(void** memory, std::size_t alignment, std::size_t size) {
  *memory = memalign(alignment, size);
  return *memory == nullptr ? ENOMEM : 0;
}
}
