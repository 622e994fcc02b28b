// The inputs of the targets that parse files: a byte that says what is made of the rest, then the rest.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

namespace crisp_fuzz {

struct FlaggedBytes {
  std::uint8_t flags = 0;
  std::string bytes;

  FlaggedBytes(const std::uint8_t* data, std::size_t size) {
    if (size == 0) return;
    flags = data[0];
    bytes.assign(reinterpret_cast<const char*>(data) + 1, size - 1);
  }

  bool flag(unsigned bit) const { return (flags >> bit & 1U) != 0; }
};

}  // namespace crisp_fuzz
