#include "google/memory.hpp"

#include <malloc.h>

#include <atomic>
#include <cerrno>
#include <cstddef>

namespace {

std::atomic<long> allocation_count{0};
std::atomic<long> byte_count{0};

void* counted(void* memory) {
  ++allocation_count;
  byte_count += static_cast<long>(malloc_usable_size(memory));
  return memory;
}

}  // namespace

extern "C" {
void* __libc_malloc(std::size_t size);
void* __libc_calloc(std::size_t count, std::size_t size);
void* __libc_realloc(void* memory, std::size_t size);
void* __libc_memalign(std::size_t alignment, std::size_t size);
void __libc_free(void* memory);

void* malloc(std::size_t size) { return counted(__libc_malloc(size)); }
void* calloc(std::size_t count, std::size_t size) { return counted(__libc_calloc(count, size)); }
void* realloc(void* memory, std::size_t size) {
  byte_count -= static_cast<long>(malloc_usable_size(memory));
  return counted(__libc_realloc(memory, size));
}
void* memalign(std::size_t alignment, std::size_t size) { return counted(__libc_memalign(alignment, size)); }
void* aligned_alloc(std::size_t alignment, std::size_t size) { return memalign(alignment, size); }
int posix_memalign(void** memory, std::size_t alignment, std::size_t size) {
  *memory = memalign(alignment, size);
  return *memory == nullptr ? ENOMEM : 0;
}
void free(void* memory) {
  byte_count -= static_cast<long>(malloc_usable_size(memory));
  __libc_free(memory);
}
}

namespace crisp_benchmarks {

long allocations() { return allocation_count; }
long live_bytes() { return byte_count; }

}  // namespace crisp_benchmarks
