#include "faulty_calls.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdarg>
#include <limits>
#include <utility>

namespace vae_mnist_test {
namespace {

std::function<int(Call)> meeting;
std::size_t largest_piece = std::numeric_limits<std::size_t>::max();

bool fails(Call call) {
  const int error = meeting ? meeting(call) : 0;
  if (error != 0) errno = error;
  return error != 0;
}

}  // namespace

FaultyCalls::FaultyCalls(std::function<int(Call)> meet) { meeting = std::move(meet); }

FaultyCalls::~FaultyCalls() {
  meeting = nullptr;
  largest_piece = std::numeric_limits<std::size_t>::max();
}

void FaultyCalls::limit_pieces(std::size_t bytes) { largest_piece = bytes; }

}  // namespace vae_mnist_test

using vae_mnist_test::Call;
using vae_mnist_test::fails;
using vae_mnist_test::largest_piece;

// The names that the linker gives them.
extern "C" {

int __real_open(const char* path, int flags, ...);
ssize_t __real_write(int file, const void* bytes, size_t size);
ssize_t __real_read(int file, void* bytes, size_t size);
int __real_fsync(int file);
int __real_close(int file);
int __real_rename(const char* from, const char* to);

int __wrap_open(const char* path, int flags, ...) {
  if (fails(Call::open)) return -1;
  va_list rest;
  va_start(rest, flags);
  const int mode = (flags & O_CREAT) != 0 ? va_arg(rest, int) : 0;
  va_end(rest);
  return __real_open(path, flags, mode);
}

ssize_t __wrap_write(int file, const void* bytes, size_t size) {
  return fails(Call::write) ? -1 : __real_write(file, bytes, std::min(size, largest_piece));
}

ssize_t __wrap_read(int file, void* bytes, size_t size) {
  return fails(Call::read) ? -1 : __real_read(file, bytes, std::min(size, largest_piece));
}

int __wrap_fsync(int file) { return fails(Call::sync) ? -1 : __real_fsync(file); }

// Closed it is, even where that fails.
int __wrap_close(int file) {
  const bool failed = fails(Call::close);
  const int error = errno;
  const int closed = __real_close(file);
  if (failed) errno = error;
  return failed ? -1 : closed;
}

int __wrap_rename(const char* from, const char* to) {
  return fails(Call::rename) ? -1 : __real_rename(from, to);
}
}
