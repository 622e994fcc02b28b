#include "files/atomic_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <charconv>
#include <csignal>
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

constexpr std::string_view temporary_ending = ".tmp";

/// The process that a temporary file is of, by its name: .NAME.PROCESS-COUNT.tmp. 0 for other files.
pid_t writer_of(const std::string& name) {
  const std::size_t dot = name.rfind('.', name.size() - temporary_ending.size() - 1);
  const bool is_temporary = name.size() > temporary_ending.size() && name.front() == '.' &&
                            name.substr(name.size() - temporary_ending.size()) == temporary_ending &&
                            dot != std::string::npos && dot > 0;
  if (!is_temporary) return 0;
  pid_t process = 0;
  const char* const end = name.data() + name.size();
  const auto [stop, error] = std::from_chars(name.data() + dot + 1, end, process);
  return error == std::errc() && stop != end && *stop == '-' && process > 0 ? process : 0;
}

/// A new file beside the destination, removed again unless it has taken the destination's place.
class TemporaryFile {
 public:
  explicit TemporaryFile(const fs::path& destination) : destination_(destination) {
    static std::atomic<unsigned> next{0};
    do {
      const std::string suffix = "." + std::to_string(::getpid()) + "-" + std::to_string(next++);
      path_ = destination.parent_path() /
              ("." + destination.filename().string() + suffix + std::string(temporary_ending));
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
      if (written == 0) errno = ENOSPC;  // nothing is taken, and no reason given
      check(written > 0 ? 0 : -1);
      bytes.remove_prefix(static_cast<std::size_t>(written));
    }
  }

  void finish() {
    int synced = 0;
    do {
      synced = ::fsync(descriptor_);
    } while (synced != 0 && errno == EINTR);
    check(synced);
    const int closed = ::close(descriptor_);
    descriptor_ = -1;
    check(closed != 0 && errno != EINTR ? -1 : 0);  // interrupted, it is closed all the same
  }

  void move_into_place() {
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

/// Whether there is a file to be replaced, and what it is. Renaming over a device such as /dev/null would work, and would be
/// a disaster.
bool find_replaced(const fs::path& path, struct stat& found) {
  if (::stat(path.c_str(), &found) != 0) return false;
  if (!S_ISREG(found.st_mode)) fail_at(path, "cannot be written: not a regular file");
  return true;
}

}  // namespace

void write_atomically(const fs::path& path, std::string_view contents) {
  struct stat replaced = {};
  const bool replaces = find_replaced(path, replaced);
  const fs::path destination = destination_of(path);
  TemporaryFile file(destination);
  if (replaces) file.set_permissions(replaced.st_mode);
  file.write(contents);
  file.finish();
  file.move_into_place();
  sync_folder_of(destination);
}

void write_atomically(const fs::path& path, std::string_view contents, const fs::path& previous) {
  struct stat replaced = {};
  const bool replaces = find_replaced(path, replaced);
  TemporaryFile file(path);
  if (replaces) file.set_permissions(replaced.st_mode);
  file.write(contents);
  file.finish();
  // From here on all three are whole: the new file, under whatever name, the one before it, and the one before that.
  if (replaces && ::rename(path.c_str(), previous.c_str()) != 0) fail_writing(previous, errno);
  file.move_into_place();
  sync_folder_of(path);
}

void remove_abandoned_files(const fs::path& folder) {
  std::error_code error;
  for (fs::directory_iterator entry(folder, error), end; !error && entry != end; entry.increment(error)) {
    const pid_t process = writer_of(entry->path().filename().string());
    if (process != 0 && ::kill(process, 0) != 0 && errno == ESRCH) ::unlink(entry->path().c_str());
  }
}

}  // namespace vae_mnist
