// A folder that must not be written to, also where the tests run as root, whom permissions do not stop: then by a process
// that has given its privileges up.
#include <sys/stat.h>

#include <string>

#include "app/few_digits.hpp"
#include "app/outcome.hpp"
#include "app/train.hpp"
#include "child.hpp"
#include "files/atomic_file.hpp"
#include "support/catch.hpp"
#include "support/file_error_of.hpp"
#include "support/temporary_folder.hpp"

using namespace vae_mnist;
using namespace vae_mnist_test;

namespace {

namespace fs = std::filesystem;

constexpr uid_t nobody = 65534;

/// Does what root would be let do, without being root. Returns whether the action holds.
template <typename Action>
bool holds_without_privileges(const Action& action) {
  const int status = in_child([&] {
    const bool is_root = geteuid() == 0;
    if (is_root && (setgid(nobody) != 0 || setuid(nobody) != 0)) _exit(97);
    if (!action()) _exit(1);
  });
  REQUIRE(WIFEXITED(status));
  REQUIRE(WEXITSTATUS(status) != 97);
  return WEXITSTATUS(status) == 0;
}

void set_mode(const fs::path& path, mode_t mode) { REQUIRE(::chmod(path.c_str(), mode) == 0); }

/// All files of a folder may be read by everyone, and the folder written to by whom the mode says.
void open_to_all(const fs::path& folder, mode_t mode) {
  for (const auto& entry : fs::directory_iterator(folder)) set_mode(entry.path(), 0666);
  set_mode(folder, mode);
}

TrainOptions one_epoch(const fs::path& out) {
  TrainOptions options;
  options.loss.name = "l2";
  options.epochs = 1;
  options.batch = 64;
  options.out = out;
  return options;
}

std::string denied(const fs::path& path) {
  return "'" + path.string() + "' cannot be written: Permission denied";
}

}  // namespace

TEST_CASE("A file in a read-only folder cannot be written, and stands", "[faults]") {
  const TemporaryFolder folder;
  const auto path = put(folder / "file", "precious");
  open_to_all(folder.path(), 0555);
  CHECK(holds_without_privileges([&] {
    return file_error_of([&] { write_atomically(path, "new"); }) == denied(path) &&
           file_error_of([&] { write_atomically(path, "new", folder / "previous"); }) == denied(path) &&
           read_file(path) == "precious";
  }));
  CHECK(folder.size() == 1);
  open_to_all(folder.path(), 0777);
  CHECK(holds_without_privileges([&] {
    write_atomically(path, "new");
    return read_file(path) == "new";
  }));
}

TEST_CASE("A training whose folder has become read-only ends with an error, and loses nothing",
          "[faults][train]") {
  const TemporaryFolder folder;
  set_mode(folder.path(), 0755);
  train(one_epoch(folder / "run"), few_digits());
  const std::string checkpoint = read_file(folder / "run" / "checkpoint.safetensors");
  const std::string state = read_file(folder / "run" / "training.safetensors");
  const auto files = std::distance(fs::directory_iterator(folder / "run"), {});
  open_to_all(folder / "run", 0555);

  CHECK(holds_without_privileges([&] {
    TrainOptions options = one_epoch(folder / "run");
    options.overwrite = true;
    return file_error_of([&] { train(options, few_digits()); }) ==
           denied(options.out / "checkpoint.safetensors");
  }));
  CHECK(holds_without_privileges([&] {
    const fs::path out = folder / "run" / "new";
    return file_error_of([&] { train(one_epoch(out), few_digits()); }) ==
           "'" + out.string() + "' cannot be made a folder: Permission denied";
  }));
  CHECK(holds_without_privileges([&] {  // all is done
    TrainOptions options = one_epoch(folder / "run");
    options.resume = true;
    return train(options, few_digits()) == 0;
  }));
  CHECK(read_file(folder / "run" / "checkpoint.safetensors") == checkpoint);
  CHECK(read_file(folder / "run" / "training.safetensors") == state);
  CHECK(std::distance(fs::directory_iterator(folder / "run"), {}) == files);
}

TEST_CASE("A folder that must not be searched is an error that names it", "[faults][train]") {
  const TemporaryFolder folder;
  set_mode(folder.path(), 0755);
  fs::create_directory(folder / "closed");
  set_mode(folder / "closed", 0000);
  CHECK(holds_without_privileges([&] {
    for (const bool resume : {false, true}) {
      TrainOptions options = one_epoch(folder / "closed" / "run");
      options.resume = resume;
      const std::string message = file_error_of([&] { train(options, few_digits()); });
      if (message.find("closed/run") == std::string::npos ||
          message.find("Permission denied") == std::string::npos) {
        return false;
      }
    }
    return true;
  }));
  set_mode(folder / "closed", 0700);
}
