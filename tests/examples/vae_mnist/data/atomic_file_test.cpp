#include "files/atomic_file.hpp"

#include <sys/resource.h>
#include <sys/stat.h>

#include <csignal>
#include <string>

#include "files/read_file.hpp"
#include "support/catch.hpp"
#include "support/file_error_of.hpp"
#include "support/temporary_folder.hpp"

using vae_mnist::FileError;
using vae_mnist::read_file;
using vae_mnist::write_atomically;
using namespace vae_mnist_test;

namespace {

/// While it lives, no file of this process may grow beyond so many bytes: to a writer, a full disk.
class FileSizeLimit {
 public:
  explicit FileSizeLimit(rlim_t bytes) : previous_handler_(std::signal(SIGXFSZ, SIG_IGN)) {
    ::getrlimit(RLIMIT_FSIZE, &previous_);
    const rlimit limit = {bytes, previous_.rlim_max};
    ::setrlimit(RLIMIT_FSIZE, &limit);
  }
  FileSizeLimit(const FileSizeLimit&) = delete;
  FileSizeLimit& operator=(const FileSizeLimit&) = delete;
  ~FileSizeLimit() {
    ::setrlimit(RLIMIT_FSIZE, &previous_);
    std::signal(SIGXFSZ, previous_handler_);
  }

 private:
  void (*previous_handler_)(int);
  rlimit previous_ = {};
};

}  // namespace

TEST_CASE("A file is written whole, with any bytes, and replaced") {
  const TemporaryFolder folder;
  const auto path = folder / "file";
  const std::string first("a\0b\n\xff", 5), second(100000, 'x');

  write_atomically(path, first);
  CHECK(read_file(path) == first);
  write_atomically(path, second);
  CHECK(read_file(path) == second);
  write_atomically(path, "");
  CHECK(read_file(path).empty());
  CHECK(folder.size() == 1);
}

TEST_CASE("A full disk leaves the previous file and no temporary") {
  const TemporaryFolder folder;
  const auto path = put(folder / "history.csv", "precious");
  const std::string large(5000, 'x');

  std::string message;
  {
    const FileSizeLimit limit(1000);
    message = file_error_of([&] { write_atomically(path, large); });
  }
  CHECK(message == "'" + path.string() + "' cannot be written: File too large");
  CHECK(read_file(path) == "precious");
  CHECK(folder.size() == 1);
}

TEST_CASE("A folder that cannot take a file is an error that says why") {
  const TemporaryFolder folder;
  const auto file = put(folder / "file", "precious");
  const auto inside_file = file / "inside";
  const auto inside_nothing = folder / "nowhere/inside";

  CHECK(file_error_of([&] { write_atomically(inside_file, "x"); }) ==
        "'" + inside_file.string() + "' cannot be written: Not a directory");
  CHECK(file_error_of([&] { write_atomically(inside_nothing, "x"); }) ==
        "'" + inside_nothing.string() + "' cannot be written: No such file or directory");
  CHECK(read_file(file) == "precious");
  CHECK(folder.size() == 1);
}

TEST_CASE("What is not a regular file is not replaced") {
  const TemporaryFolder folder;
  const auto path = folder / "folder";
  std::filesystem::create_directory(path);
  const auto pipe = folder / "pipe";  // stands for /dev/null, which a failing test would destroy
  REQUIRE(::mkfifo(pipe.c_str(), 0600) == 0);

  CHECK(file_error_of([&] { write_atomically(path, "x"); }) ==
        "'" + path.string() + "' cannot be written: not a regular file");
  CHECK(file_error_of([&] { write_atomically(pipe, "x"); }) ==
        "'" + pipe.string() + "' cannot be written: not a regular file");
  CHECK(folder.size() == 2);
}

TEST_CASE("A symbolic link is followed, and permissions are kept") {
  const TemporaryFolder folder;
  const auto path = put(folder / "file", "old");
  const auto link = folder / "link";
  std::filesystem::create_symlink("file", link);
  const auto permissions = std::filesystem::perms::owner_read | std::filesystem::perms::owner_write |
                           std::filesystem::perms::group_read;
  std::filesystem::permissions(path, permissions);

  write_atomically(link, "new");
  CHECK(std::filesystem::is_symlink(link));
  CHECK(read_file(path) == "new");
  CHECK(std::filesystem::status(path).permissions() == permissions);
}

TEST_CASE("A file that cannot be read is an error that says why") {
  const TemporaryFolder folder;
  const auto missing = folder / "missing";
  CHECK(file_error_of([&] { read_file(missing); }) ==
        "'" + missing.string() + "' cannot be read: No such file or directory");
  CHECK_THROWS_AS(read_file(folder.path()), FileError);
}
