#include "data/gzip.hpp"

#include <zlib.h>

#include <array>
#include <limits>
#include <memory>
#include <new>
#include <utility>

#include "files/file_error.hpp"

namespace vae_mnist {
namespace {

constexpr std::size_t most_unpacked_bytes = std::size_t{1} << 30;  // deflate packs zeros 1000 to 1
constexpr int gzip_window_bits = 15 + 16;  // the largest window; 16 asks for a gzip wrapper

// Not gzread: that one passes over whatever follows the stream.
std::string unpack(const std::filesystem::path& path, std::string packed) {
  if (packed.size() > std::numeric_limits<uInt>::max())
    fail_at(path, "is too large: ", packed.size(), " bytes");
  z_stream stream = {};
  if (inflateInit2(&stream, gzip_window_bits) != Z_OK) throw std::bad_alloc();
  const std::unique_ptr<z_stream, int (*)(z_stream*)> closes_stream(&stream, inflateEnd);
  stream.next_in = reinterpret_cast<Bytef*>(packed.data());
  stream.avail_in = static_cast<uInt>(packed.size());

  std::string bytes;
  std::array<char, 1 << 16> chunk;
  for (int status = Z_OK; status != Z_STREAM_END;) {
    stream.next_out = reinterpret_cast<Bytef*>(chunk.data());
    stream.avail_out = static_cast<uInt>(chunk.size());
    status = inflate(&stream, Z_NO_FLUSH);
    if (status == Z_BUF_ERROR) {
      fail_at(path, "is truncated: its gzip stream does not end within its ", packed.size(), " bytes");
    }
    if (status != Z_OK && status != Z_STREAM_END) {
      fail_at(path, "is corrupt: gzip reports '", stream.msg == nullptr ? "unknown error" : stream.msg,
              "' after ", stream.total_in, " of ", packed.size(), " bytes");
    }
    bytes.append(chunk.data(), chunk.size() - stream.avail_out);
    if (bytes.size() > most_unpacked_bytes)
      fail_at(path, "unpacks to more than ", most_unpacked_bytes, " bytes");
  }
  if (stream.avail_in != 0)
    fail_at(path, "goes on for ", stream.avail_in, " bytes after its gzip stream ends");
  return bytes;
}

}  // namespace

std::string unpacked(std::string bytes, const std::filesystem::path& path) {
  const bool is_gzip = bytes.compare(0, 2, "\x1f\x8b") == 0;
  return is_gzip ? unpack(path, std::move(bytes)) : bytes;
}

}  // namespace vae_mnist
