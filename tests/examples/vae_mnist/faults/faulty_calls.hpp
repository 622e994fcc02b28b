// A disk that fails when a test says so: the calls of our library that open, write, sync, close, rename and read files are
// linked to those here (-Wl,--wrap), which ask the test first.
#pragma once

#include <functional>

namespace vae_mnist_test {

enum class Call { open, write, sync, close, rename, read };

/// While it lives, `meet` is asked before every such call. It returns 0 for a call that goes on as usual, or the error that
/// it fails with, and may do anything else meanwhile. One at a time.
class FaultyCalls {
 public:
  explicit FaultyCalls(std::function<int(Call)> meet);
  FaultyCalls(const FaultyCalls&) = delete;
  FaultyCalls& operator=(const FaultyCalls&) = delete;
  ~FaultyCalls();

  /// No call of write or read moves more bytes than this.
  void limit_pieces(std::size_t bytes);
};

/// Fails the call of this number, counted from 0, with an error.
class FailNth {
 public:
  FailNth(int number, int error)
      : calls_([this, number, error](Call) { return count_++ == number ? error : 0; }) {}

  int count() const { return count_; }  ///< of calls so far

 private:
  int count_ = 0;
  FaultyCalls calls_;
};

}  // namespace vae_mnist_test
