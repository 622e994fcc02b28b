#include "files/read_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <system_error>

#include "files/file_error.hpp"

namespace vae_mnist {
namespace {

/// One file, opened once: whatever is renamed over its path meanwhile, what is read is of one file.
class OpenFile {
 public:
  explicit OpenFile(const std::filesystem::path& path)
      // Opening a pipe would wait for its writer, without O_NONBLOCK.
      : path_(path), descriptor_(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)) {
    check(descriptor_ < 0 ? -1 : 0);
  }
  OpenFile(const OpenFile&) = delete;
  OpenFile& operator=(const OpenFile&) = delete;
  ~OpenFile() {
    if (descriptor_ >= 0) ::close(descriptor_);
  }

  struct stat status() const {
    struct stat status = {};
    check(::fstat(descriptor_, &status));
    return status;
  }

  /// As many bytes as there are, up to `size`.
  std::size_t read(char* bytes, std::size_t size) const {
    std::size_t count = 0;
    while (count < size) {
      const ssize_t more = ::read(descriptor_, bytes + count, size - count);
      if (more < 0 && errno == EINTR) continue;
      check(more < 0 ? -1 : 0);
      if (more == 0) break;
      count += static_cast<std::size_t>(more);
    }
    return count;
  }

 private:
  void check(int result) const {
    if (result != 0) fail_at(path_, "cannot be read: ", std::generic_category().message(errno));
  }

  const std::filesystem::path& path_;
  int descriptor_;
};

bool is_same_time(const timespec& a, const timespec& b) {
  return a.tv_sec == b.tv_sec && a.tv_nsec == b.tv_nsec;
}

}  // namespace

std::string read_file(const std::filesystem::path& path) {
  const OpenFile file(path);
  const struct stat before = file.status();
  if (S_ISDIR(before.st_mode)) fail_at(path, "cannot be read: ", std::generic_category().message(EISDIR));
  if (!S_ISREG(before.st_mode)) fail_at(path, "cannot be read: not a regular file");

  const auto size = static_cast<std::size_t>(before.st_size);
  std::string bytes(size, '\0');
  const std::size_t count = file.read(bytes.data(), size);
  const struct stat after = file.status();
  if (count != size || after.st_size != before.st_size) {
    fail_at(path, "changed while it was read: of its ", size, " bytes ", count,
            " were there, and then it had ", after.st_size);
  }
  if (!is_same_time(before.st_mtim, after.st_mtim)) fail_at(path, "changed while it was read");
  return bytes;
}

}  // namespace vae_mnist
