// Files that change while they are read: what is read is one whole file, or an error.
#include <sys/stat.h>

#include <cerrno>
#include <chrono>
#include <functional>
#include <string>
#include <vector>

#include "data/mnist.hpp"
#include "faulty_calls.hpp"
#include "files/read_file.hpp"
#include "support/catch.hpp"
#include "support/file_error_of.hpp"
#include "support/temporary_folder.hpp"

using namespace vae_mnist;
using namespace vae_mnist_test;

namespace {

const std::string old_contents(5000, 'o');

/// Puts a file there that was last written long ago.
std::filesystem::path put_old(const std::filesystem::path& path) {
  put(path, old_contents);
  std::filesystem::last_write_time(path,
                                   std::filesystem::file_time_type::clock::now() - std::chrono::hours(1));
  return path;
}

/// Reads a file, in pieces of 1000 bytes, that is changed just before some one call. Returns what was read, or the error.
std::string read_while(const std::filesystem::path& path, int at, const std::function<void()>& change) {
  int count = 0;
  FaultyCalls calls([&](Call call) {
    if (call == Call::read && count++ == at) change();
    return 0;
  });
  calls.limit_pieces(1000);
  try {
    return read_file(path);
  } catch (const FileError& error) {
    return error.what();
  }
}

}  // namespace

TEST_CASE("A file that is replaced or removed while it is read is read as it was", "[faults]") {
  const TemporaryFolder folder;
  const auto path = folder / "file";
  for (const int at : {0, 1, 4}) {
    put_old(path);
    put(folder / "new", "new");
    CHECK(read_while(path, at, [&] { std::filesystem::rename(folder / "new", path); }) == old_contents);
    CHECK(read_file(path) == "new");
    put_old(path);
    CHECK(read_while(path, at, [&] { std::filesystem::remove(path); }) == old_contents);
  }
}

TEST_CASE("A file that is cut, grows or is written to while it is read is an error", "[faults]") {
  const TemporaryFolder folder;
  const auto path = folder / "file";
  const std::string start = "'" + path.string() + "' changed while it was read";
  for (const int at : {0, 1, 4}) {
    CAPTURE(at);
    for (const std::size_t size : std::vector<std::size_t>{0, 2500, 4999, 5001, 100000}) {
      put_old(path);
      CHECK_THAT(read_while(path, at, [&] { std::filesystem::resize_file(path, size); }),
                 Catch::StartsWith(start + ": of its 5000 bytes ") &&
                     Catch::EndsWith(" were there, and then it had " + std::to_string(size)));
    }
    put_old(path);
    CHECK(read_while(path, at, [&] { put(path, std::string(5000, 'n')); }) == start);
  }
}

TEST_CASE("A disk that fails while a file is read is an error that says so", "[faults]") {
  const TemporaryFolder folder;
  const auto path = put_old(folder / "file");
  for (const int number : {0, 1}) {  // open, read
    const FailNth calls(number, EIO);
    CHECK(file_error_of([&] { read_file(path); }) ==
          "'" + path.string() + "' cannot be read: Input/output error");
  }
}

TEST_CASE("What is no regular file is not read, nor waited for", "[faults]") {
  const TemporaryFolder folder;
  const auto pipe = folder / "pipe";
  REQUIRE(::mkfifo(pipe.c_str(), 0600) == 0);
  CHECK(file_error_of([&] { read_file(pipe); }) ==
        "'" + pipe.string() + "' cannot be read: not a regular file");
  CHECK(file_error_of([&] { read_file(folder.path()); }) ==
        "'" + folder.path().string() + "' cannot be read: Is a directory");
}

TEST_CASE("MNIST files that are cut, replaced or removed while they are read end in an error that names one",
          "[faults][mnist]") {
  const TemporaryFolder folder;
  const std::vector<std::string> names = {"train-images-idx3-ubyte", "train-labels-idx1-ubyte",
                                          "t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte"};
  const auto put_all = [&] {
    for (const std::string& name : names) {
      const bool has_images = name.find("images") != std::string::npos;
      const std::string header = has_images ? std::string{0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 28, 0, 0, 0, 28}
                                            : std::string{0, 0, 8, 1, 0, 0, 0, 2};
      put(folder / name, header + std::string(has_images ? 2 * 28 * 28 : 2, '\1'));
    }
  };
  put_all();
  REQUIRE(load_mnist(folder.path()).train.labels.size() == 2);

  const std::vector<std::function<void(const std::filesystem::path&)>> changes = {
      [](const auto& path) { std::filesystem::resize_file(path, 7); },
      [](const auto& path) { std::filesystem::resize_file(path, 1000000); },
      [&](const auto& path) {
        put(folder / "new", "another file");
        std::filesystem::rename(folder / "new", path);
      },
      [](const auto& path) { std::filesystem::remove(path); }};
  for (const auto& change : changes) {
    for (std::size_t victim = 0; victim < names.size(); ++victim) {
      for (int at = 0; at < 8; ++at) {  // open and read, four times
        CAPTURE(victim, at);
        put_all();
        std::string message;
        {
          int count = 0;
          const FaultyCalls calls([&](Call call) {
            if (call != Call::open && call != Call::read) return 0;
            if (count++ == at) change(folder / names[victim]);
            return 0;
          });
          message = file_error_of([&] { load_mnist(folder.path()); });
        }
        const bool is_before_it_is_read = at <= static_cast<int>(2 * victim);
        if (is_before_it_is_read) CHECK(message != "no FileError");
        if (message != "no FileError") CHECK_THAT(message, Catch::Contains(folder.path().string()));
      }
    }
  }
}
