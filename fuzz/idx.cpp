// Whatever bytes an IDX file holds, plain or gzipped: they are parsed, or FileError says why not.
//
// Bit 0 of the first byte: labels instead of images. Bit 1: the rest is gzipped here, since no mutation keeps a checksum
// right; without it, a rest that happens to be gzipped is unpacked as it is. Bit 2: the header is made to fit what follows
// it, so that it must be parsed.
#include "data/idx.hpp"

#include <zlib.h>

#include <cstdint>
#include <string>
#include <utility>

#include "files/file_error.hpp"
#include "support/expect.hpp"
#include "support/flagged_bytes.hpp"

namespace {

using crisp_fuzz::expect;

void append_little_endian(std::string& bytes, std::uint32_t number, int count) {
  for (int i = 0; i < count; ++i) bytes += static_cast<char>(number >> (8 * i) & 0xff);
}

/// A gzip file of one stored block, which takes no time to make. At most 65535 bytes.
std::string gzipped(const std::string& bytes) {
  const auto size = static_cast<std::uint32_t>(bytes.size());
  std::string file("\x1f\x8b\x08\0\0\0\0\0\0\xff\x01", 11);
  append_little_endian(file, size, 2);
  append_little_endian(file, ~size, 2);
  file += bytes;
  const auto checksum = crc32(0, reinterpret_cast<const Bytef*>(bytes.data()), size);
  append_little_endian(file, static_cast<std::uint32_t>(checksum), 4);
  append_little_endian(file, size, 4);
  return file;
}

void put_word(std::string& bytes, std::size_t offset, std::size_t number) {
  for (std::size_t i = 0; i < 4; ++i) bytes[offset + i] = static_cast<char>(number >> (24 - 8 * i) & 0xff);
}

/// Labels, or images of 1 to 8 rows, each as wide as the bytes allow; those left over are dropped.
void make_valid(std::string& bytes, bool labels) {
  const std::size_t header = labels ? 8 : 16;
  if (bytes.size() < header) bytes.resize(header);
  const std::size_t held = bytes.size() - header;
  put_word(bytes, 0, labels ? 0x0801 : 0x0803);
  if (labels) return put_word(bytes, 4, held);
  const std::size_t count = 1 + (static_cast<std::uint8_t>(bytes[7]) & 3U);
  const std::size_t height = 1 + (static_cast<std::uint8_t>(bytes[11]) & 7U);
  const std::size_t width = held / (count * height);
  put_word(bytes, 4, count);
  put_word(bytes, 8, height);
  put_word(bytes, 12, width);
  bytes.resize(header + count * height * width);
}

bool is_product(std::size_t product, std::size_t a, std::size_t b, std::size_t c) {
  std::size_t result = 0;
  return !__builtin_mul_overflow(a, b, &result) && !__builtin_mul_overflow(result, c, &result) &&
         result == product;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const std::filesystem::path path("input");
  crisp_fuzz::FlaggedBytes input(data, size);
  const bool are_labels = input.flag(0);
  const bool is_valid = input.flag(2);
  if (is_valid) make_valid(input.bytes, are_labels);
  const std::size_t plain_size = input.bytes.size();
  const bool is_packed = input.flag(1) && plain_size <= 0xffff;
  std::string file = is_packed ? gzipped(input.bytes) : std::move(input.bytes);
  file.shrink_to_fit();  // so that reading past its end is an error
  try {
    if (are_labels) {
      const auto labels = vae_mnist::parse_idx_labels(std::move(file), path);
      expect(!is_valid || labels.size() + 8 == plain_size, "every byte is a label");
    } else {
      const vae_mnist::IdxImages images = vae_mnist::parse_idx_images(std::move(file), path);
      expect(!is_valid || images.levels.size() + 16 == plain_size, "every byte is a level");
      expect(is_product(images.levels.size(), images.count, images.height, images.width),
             "images have as many levels as they announce");
    }
  } catch (const vae_mnist::FileError&) {
    expect(!is_valid, "a valid file is parsed");
  }
  return 0;
}
