// Whatever call fails while a file is written: the error says which file and why, what was there stands, and nothing is left.
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <string>
#include <system_error>
#include <vector>

#include "app/checkpoint.hpp"
#include "faulty_calls.hpp"
#include "files/atomic_file.hpp"
#include "files/history_csv.hpp"
#include "files/png.hpp"
#include "files/read_file.hpp"
#include "support/catch.hpp"
#include "support/file_error_of.hpp"
#include "support/temporary_folder.hpp"

using namespace vae_mnist;
using namespace vae_mnist_test;

namespace {

const std::vector<Call> calls_of_a_write = {Call::open, Call::write, Call::sync, Call::close, Call::rename};

/// Writes over a file, while one kind of call fails with each of the errors of disks.
template <typename Write>
void check_every_error(const Write& write) {
  for (const int error : {ENOSPC, EIO, EDQUOT, EROFS, EACCES}) {
    for (const Call failing : calls_of_a_write) {
      CAPTURE(error, static_cast<int>(failing));
      const TemporaryFolder folder;
      const auto path = put(folder / "file", "precious");
      std::string message;
      {
        bool has_failed = false;  // the folder is opened, synced and closed once all is done
        const FaultyCalls calls([&](Call call) {
          const bool fails = call == failing && !has_failed;
          has_failed = has_failed || fails;
          return fails ? error : 0;
        });
        message = file_error_of([&] { write(path); });
      }
      CHECK(message ==
            "'" + path.string() + "' cannot be written: " + std::generic_category().message(error));
      CHECK(read_file(path) == "precious");
      CHECK(folder.size() == 1);
    }
  }
}

}  // namespace

TEST_CASE("Every writer of files reports every failing call, and loses nothing", "[faults]") {
  check_every_error([](const auto& path) { write_atomically(path, "new"); });
  check_every_error([](const auto& path) { write_png(path, {1, 2, 1, {3, 4}}); });
  check_every_error([](const auto& path) { HistoryCsv(path, {"x"}).add({1}); });
  Vae<float> vae({2, OutputActivation::linear}, 1);
  check_every_error([&](const auto& path) { save_checkpoint(path, vae, OutputActivation::linear, {}); });
}

TEST_CASE("A file that became a folder meanwhile is not written over", "[faults]") {
  const TemporaryFolder folder;
  const auto path = put(folder / "file", "precious");
  std::string message;
  {
    const FaultyCalls calls([&](Call call) {
      if (call == Call::rename) {
        std::filesystem::remove(path);
        std::filesystem::create_directory(path);
      }
      return 0;
    });
    message = file_error_of([&] { write_atomically(path, "new"); });
  }
  CHECK(message == "'" + path.string() + "' cannot be written: Is a directory");
  CHECK(folder.size() == 1);
}

TEST_CASE("A disk that takes a few bytes at a time, interrupted again and again, gets all of them",
          "[faults]") {
  const TemporaryFolder folder;
  const auto path = folder / "file";
  std::string contents;
  for (int i = 0; i < 1000; ++i) contents += std::to_string(i);
  std::string read;
  int interruptions = 0;
  {
    bool interrupts = false;
    FaultyCalls calls([&](Call call) {
      if (call != Call::write && call != Call::read && call != Call::sync) return 0;
      interrupts = !interrupts;
      interruptions += interrupts ? 1 : 0;
      return interrupts ? EINTR : 0;
    });
    calls.limit_pieces(7);
    write_atomically(path, contents);
    read = read_file(path);
  }
  CHECK(read == contents);
  CHECK(interruptions > 800);
}

TEST_CASE("A disk that takes nothing and gives no reason is full", "[faults]") {
  const TemporaryFolder folder;
  const auto path = put(folder / "file", "precious");
  std::string message;
  {
    FaultyCalls calls([](Call) { return 0; });
    calls.limit_pieces(0);
    message = file_error_of([&] { write_atomically(path, "new"); });
  }
  CHECK(message == "'" + path.string() + "' cannot be written: No space left on device");
  CHECK(read_file(path) == "precious");
}

TEST_CASE("A folder that cannot be synced does not matter, as the file is in place", "[faults]") {
  const TemporaryFolder folder;
  for (const Call failing : {Call::open, Call::sync, Call::close}) {
    const auto path = put(folder / "file", "old");
    {
      bool is_in_place = false;
      const FaultyCalls calls([&](Call call) {
        is_in_place = is_in_place || call == Call::rename;
        return is_in_place && call == failing ? EIO : 0;
      });
      write_atomically(path, "new");
    }
    CHECK(read_file(path) == "new");
  }
}

TEST_CASE("At every moment of a write that keeps the previous file, one of both is whole", "[faults]") {
  int number = 0;
  bool is_done = false;
  for (; !is_done; ++number) {
    CAPTURE(number);
    const TemporaryFolder folder;
    const auto path = put(folder / "file", "second");
    const auto previous = put(folder / "previous", "first");
    std::string message;
    {
      const FailNth calls(number, EIO);
      message = file_error_of([&] { write_atomically(path, "third", previous); });
      is_done = calls.count() <= number;
    }
    const bool is_there = std::filesystem::exists(path);
    const std::string newest = read_file(is_there ? path : previous);
    if (message == "no FileError") {
      CHECK(newest == "third");
      CHECK(read_file(previous) == "second");
    } else {
      CHECK(newest == "second");
      CHECK(is_there == (number != 5));  // the last renaming
      CHECK_THAT(message, Catch::EndsWith("cannot be written: Input/output error"));
      CHECK(folder.size() == (is_there ? 2 : 1));
    }
  }
  CHECK(number == 9 + 1);  // open, write, fsync, close, rename, rename; open, fsync, close of the folder
}

TEST_CASE("Without a file there is no previous one, and a link is moved, not followed", "[faults]") {
  const TemporaryFolder folder;
  write_atomically(folder / "file", "first", folder / "previous");
  CHECK(folder.size() == 1);
  put(folder / "elsewhere", "second");
  std::filesystem::remove(folder / "file");
  std::filesystem::create_symlink("elsewhere", folder / "file");
  write_atomically(folder / "file", "third", folder / "previous");
  CHECK_FALSE(std::filesystem::is_symlink(folder / "file"));
  CHECK(read_file(folder / "file") == "third");
  CHECK(read_file(folder / "previous") == "second");
}

TEST_CASE("Only temporary files of processes that are gone are removed", "[faults]") {
  const TemporaryFolder folder;
  const pid_t gone = fork();
  if (gone == 0) _exit(0);
  REQUIRE(waitpid(gone, nullptr, 0) == gone);
  const std::string number = std::to_string(gone);
  put(folder / (".history.csv." + number + "-3.tmp"), "half");
  const std::vector<std::string> others = {".history.csv." + std::to_string(::getpid()) + "-3.tmp",
                                           "history.csv." + number + "-3.tmp",
                                           ".history.csv." + number + "-3",
                                           ".history.csv." + number + ".tmp",
                                           ".history.csv.x-3.tmp",
                                           ".tmp",
                                           ".-3.tmp",
                                           "history.csv"};
  for (const std::string& name : others) put(folder / name, "whole");
  remove_abandoned_files(folder.path());
  CHECK(folder.size() == static_cast<std::ptrdiff_t>(others.size()));
  remove_abandoned_files(folder / "nowhere");
}
