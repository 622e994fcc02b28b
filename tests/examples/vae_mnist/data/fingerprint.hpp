#pragma once

#include <cstdint>

namespace vae_mnist_test {

/// FNV-1a: one number that any changed byte changes.
class Fingerprint {
 public:
  void add(std::uint8_t byte) { value_ = (value_ ^ byte) * 0x100000001b3; }
  template <typename Bytes>
  void add_all(const Bytes& bytes) {
    for (const std::uint8_t byte : bytes) add(byte);
  }
  std::uint64_t value() const { return value_; }

 private:
  std::uint64_t value_ = 0xcbf29ce484222325;
};

}  // namespace vae_mnist_test
