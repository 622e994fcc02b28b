#include "files/atomic_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <string>
#include <system_error>

#include "files/file_error.hpp"

namespace vae_mnist {
namespace {

namespace fs = std::filesystem;

constexpr mode_t permission_bits = 07777;

[[noreturn]] void fail_writing(const fs::path& path, int error) {
  fail_at(path, "cannot be written: ", std::generic_category().message(error));
}

/// Where the new contents end up: what a symbolic link points at, else the path itself.
fs::path destination_of(const fs::path& path) {
  std::error_code error;
  const fs::path pointed_at = fs::canonical(path, error);
  return error ? path : pointed_at;
}

/// A new file beside the destination, removed again unless it has taken the destination's place.
class TemporaryFile {
 public:
  explicit TemporaryFile(const fs::path& destination) : destination_(destination) {
    static std::atomic<unsigned> next{0};
    do {
      const std::string suffix = "." + std::to_string(::getpid()) + "-" + std::to_string(next++) + ".tmp";
      path_ = destination.parent_path() / ("." + destination.filename().string() + suffix);
      descriptor_ = ::open(path_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    } while (descriptor_ < 0 && errno == EEXIST);  // left behind by a killed process that had our number
    if (descriptor_ < 0) fail_writing(destination_, errno);
  }
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;
  ~TemporaryFile() {
    if (descriptor_ >= 0) ::close(descriptor_);
    if (!in_place_) ::unlink(path_.c_str());
  }

  void set_permissions(mode_t mode) { check(::fchmod(descriptor_, mode & permission_bits)); }

  void write(std::string_view bytes) {
    while (!bytes.empty()) {
      const ssize_t written = ::write(descriptor_, bytes.data(), bytes.size());
      if (written < 0 && errno == EINTR) continue;
      check(written < 0 ? -1 : 0);
      bytes.remove_prefix(static_cast<std::size_t>(written));
    }
  }

  void move_into_place() {
    check(::fsync(descriptor_));
    const int closed = ::close(descriptor_);
    descriptor_ = -1;
    check(closed);
    check(::rename(path_.c_str(), destination_.c_str()));
    in_place_ = true;
  }

 private:
  void check(int result) const {
    if (result != 0) fail_writing(destination_, errno);
  }

  fs::path destination_;
  fs::path path_;
  int descriptor_ = -1;
  bool in_place_ = false;
};

/// Lets the rename itself survive a power cut. By now the new file is in place and whole, and some file
/// systems cannot sync a folder, so a failure here is none of the caller's.
void sync_folder_of(const fs::path& file) {
  const fs::path folder = file.has_parent_path() ? file.parent_path() : fs::path(".");
  const int descriptor = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (descriptor < 0) return;
  ::fsync(descriptor);
  ::close(descriptor);
}

}  // namespace

void write_atomically(const fs::path& path, std::string_view contents) {
  const fs::path destination = destination_of(path);
  struct stat previous = {};
  const bool replaces = ::stat(destination.c_str(), &previous) == 0;
  // Renaming over a device such as /dev/null would work, and would be a disaster.
  if (replaces && !S_ISREG(previous.st_mode)) fail_at(path, "cannot be written: not a regular file");

  TemporaryFile file(destination);
  if (replaces) file.set_permissions(previous.st_mode);
  file.write(contents);
  file.move_into_place();
  sync_folder_of(destination);
}

}  // namespace vae_mnist
