// What reading and writing files throws: one sentence that names the file and the numbers found in it.
#pragma once

#include <filesystem>
#include <sstream>
#include <stdexcept>
#include <string>

namespace vae_mnist {

/// A file that cannot be read, cannot be written, or does not hold what it should.
struct FileError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// Throws a FileError with the path and then the parts, streamed one after another.
template <typename Error = FileError, typename... Parts>
[[noreturn]] void fail_at(const std::filesystem::path& path, const Parts&... parts) {
  std::ostringstream message;
  message << '\'' << path.string() << "' ";
  (message << ... << parts);
  throw Error(message.str());
}

}  // namespace vae_mnist
