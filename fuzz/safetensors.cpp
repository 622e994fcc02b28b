// Whatever bytes a safetensors file holds: they are parsed, or FileError says why not. What is parsed comes back as it was
// after it is written and parsed again.
//
// Bit 0 of the first byte: the rest is a count of bytes of data, a header, and that data, in front of which the length of
// the header is put here, since mutations seldom keep it right; without it, the rest is the file.
#include "files/safetensors.hpp"

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <string>

#include "files/file_error.hpp"
#include "support/expect.hpp"
#include "support/flagged_bytes.hpp"

namespace {

using crisp_fuzz::expect;
using vae_mnist::NamedTensor;
using vae_mnist::Safetensors;

std::string with_length(const std::string& bytes) {
  if (bytes.empty()) return bytes;
  const std::size_t wanted = static_cast<std::uint8_t>(bytes[0]);
  const std::size_t data_size = std::min(wanted, bytes.size() - 1);
  const std::size_t header_size = bytes.size() - 1 - data_size;
  std::string file;
  for (int i = 0; i < 8; ++i) file += static_cast<char>(header_size >> (8 * i) & 0xff);
  file.append(bytes, 1, std::string::npos);
  file.shrink_to_fit();  // so that reading past its end is an error
  return file;
}

/// Whether two tensors are the same to the bit; NaN has many.
bool same(const NamedTensor& a, const NamedTensor& b) {
  return a.shape == b.shape && a.values.size() == b.values.size() &&
         (a.values.empty() ||
          std::memcmp(a.values.data(), b.values.data(), a.values.size() * sizeof(float)) == 0);
}

bool same(const Safetensors& a, const Safetensors& b) {
  const auto same_entry = [](const auto& x, const auto& y) {
    return x.first == y.first && same(x.second, y.second);
  };
  return a.metadata == b.metadata &&
         std::equal(a.tensors.begin(), a.tensors.end(), b.tensors.begin(), b.tensors.end(), same_entry);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const std::filesystem::path path("input");
  const crisp_fuzz::FlaggedBytes input(data, size);
  Safetensors contents;
  try {
    contents = vae_mnist::parse_safetensors(input.flag(0) ? with_length(input.bytes) : input.bytes, path);
  } catch (const vae_mnist::FileError&) {
    return 0;
  }
  const Safetensors again = vae_mnist::parse_safetensors(vae_mnist::to_bytes(contents), path);
  expect(same(contents, again), "what is written is what is read");
  return 0;
}
