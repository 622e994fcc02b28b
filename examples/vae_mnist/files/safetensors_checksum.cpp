#include "files/safetensors_checksum.hpp"

#include <zlib.h>

#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <string_view>

#include "files/file_error.hpp"

namespace vae_mnist {
namespace {

constexpr const char* kind_key = "crisp.checksum";
constexpr const char* kind = "crc32";
constexpr const char* value_key = "crisp.crc32";
constexpr std::string_view zeros = "00000000";

/// Where the digits are in the bytes of a file, or npos. Within a JSON text every quote has a backslash before it, so only
/// the entry itself looks like this.
std::size_t digits_in(const std::string& bytes) {
  const std::string entry = '"' + std::string(value_key) + "\":\"";
  const std::size_t start = bytes.find(entry);
  if (start == std::string::npos || bytes.size() - start - entry.size() < zeros.size())
    return std::string::npos;
  return start + entry.size();
}

/// Of bytes in which the digits at that place, if any, count as zeros.
std::string checksum_of(const std::string& bytes, std::size_t digits) {
  uLong sum = crc32_z(0, nullptr, 0);
  const auto add = [&sum](std::string_view part) {
    sum = crc32_z(sum, reinterpret_cast<const Bytef*>(part.data()), part.size());
  };
  const std::string_view all = bytes;
  if (digits == std::string::npos) {
    add(all);
  } else {
    add(all.substr(0, digits));
    add(zeros);
    add(all.substr(digits + zeros.size()));
  }
  std::string text;
  for (int shift = 28; shift >= 0; shift -= 4) text += "0123456789abcdef"[sum >> shift & 0xf];
  return text;
}

}  // namespace

void reserve_checksum(SafetensorsMetadata& metadata) {
  for (const char* key : {kind_key, value_key}) {
    if (metadata.count(key) != 0)
      throw std::invalid_argument("metadata '" + std::string(key) + "' is reserved");
  }
  metadata[kind_key] = kind;
  metadata[value_key] = zeros;
}

void fill_in_checksum(std::string& bytes) {
  const std::size_t digits = digits_in(bytes);
  bytes.replace(digits, zeros.size(), checksum_of(bytes, digits));
}

void check_and_remove_checksum(SafetensorsMetadata& metadata, const std::string& bytes,
                               const std::filesystem::path& path) {
  const auto said_kind = metadata.find(kind_key);
  const auto said_value = metadata.find(value_key);
  const auto none = metadata.end();
  if (said_kind == none && said_value == none) return;
  if (said_kind == none || said_kind->second != kind || said_value == none) {
    fail_at(path, "is damaged: its metadata must have both ", kind_key, ", which is ", kind, ", and ",
            value_key);
  }
  const std::string expected = checksum_of(bytes, digits_in(bytes));
  if (said_value->second != expected) {
    fail_at(path, "is damaged: its checksum is ", expected, ", not the one in its metadata");
  }
  metadata.erase(kind_key);
  metadata.erase(value_key);
}

}  // namespace vae_mnist
