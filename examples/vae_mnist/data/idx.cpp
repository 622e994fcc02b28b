#include "data/idx.hpp"

#include <array>
#include <cstddef>
#include <limits>
#include <sstream>
#include <string>
#include <utility>

#include "data/gzip.hpp"
#include "files/file_error.hpp"
#include "files/read_file.hpp"

namespace vae_mnist {
namespace {

constexpr std::size_t word_bytes = 4;

std::uint32_t word_at(const std::string& bytes, std::size_t offset) {
  std::uint32_t word = 0;
  for (std::size_t i = 0; i < word_bytes; ++i)
    word = word << 8 | static_cast<unsigned char>(bytes[offset + i]);
  return word;
}

std::string hexadecimal(std::uint32_t number) {
  std::ostringstream text;
  text << std::hex << std::showbase << number;
  return text.str();
}

template <std::size_t Rank>
struct Array {
  std::array<std::size_t, Rank> shape;
  std::vector<std::uint8_t> values;
};

template <std::size_t Rank>
Array<Rank> parse_array(std::string packed, const std::filesystem::path& path, const char* what) {
  constexpr std::uint32_t magic = 0x0800 + Rank;
  constexpr std::size_t header_bytes = word_bytes * (1 + Rank);
  const std::string bytes = unpacked(std::move(packed), path);
  if (bytes.size() < header_bytes) {
    fail_at(path, "is truncated: it has ", bytes.size(), " bytes, fewer than the ", header_bytes,
            " of an IDX header for ", what);
  }
  if (word_at(bytes, 0) != magic) {
    fail_at(path, "is not an IDX file of ", what, ": its magic number is ", hexadecimal(word_at(bytes, 0)),
            " instead of ", hexadecimal(magic));
  }

  Array<Rank> array;
  std::string announced;
  std::size_t size = 1;
  bool fits = true;
  for (std::size_t i = 0; i < Rank; ++i) {
    const std::size_t extent = word_at(bytes, word_bytes * (1 + i));
    announced += (i == 0 ? "" : "x") + std::to_string(extent);
    fits = fits && (extent == 0 || size <= std::numeric_limits<std::size_t>::max() / extent);
    size *= extent;
    array.shape[i] = extent;
  }
  const std::size_t held = bytes.size() - header_bytes;
  if (!fits || held != size) {
    fail_at(path, held < size || !fits ? "is truncated" : "is too long", ": it announces ", announced, ' ',
            what, " of one byte each, but holds ", held, " bytes of them");
  }
  array.values.assign(bytes.begin() + header_bytes, bytes.end());
  return array;
}

}  // namespace

IdxImages parse_idx_images(std::string bytes, const std::filesystem::path& path) {
  auto [shape, levels] = parse_array<3>(std::move(bytes), path, "image pixels");
  return {shape[0], shape[1], shape[2], std::move(levels)};
}

std::vector<std::uint8_t> parse_idx_labels(std::string bytes, const std::filesystem::path& path) {
  return parse_array<1>(std::move(bytes), path, "labels").values;
}

IdxImages read_idx_images(const std::filesystem::path& path) {
  return parse_idx_images(read_file(path), path);
}

std::vector<std::uint8_t> read_idx_labels(const std::filesystem::path& path) {
  return parse_idx_labels(read_file(path), path);
}

}  // namespace vae_mnist
