// A training whose files were damaged: what is whole is gone on from, and what is damaged is never trained or shown.
#include <algorithm>
#include <csignal>
#include <iostream>
#include <sstream>

#include "app/checkpoint.hpp"
#include "app/train.hpp"
#include "few_digits.hpp"
#include "files/safetensors.hpp"
#include "outcome.hpp"
#include "support/catch.hpp"
#include "support/file_error_of.hpp"
#include "support/temporary_folder.hpp"

using namespace vae_mnist;
using namespace vae_mnist_test;

namespace {

namespace fs = std::filesystem;

constexpr const char* newest = "training.safetensors";
constexpr const char* previous = "training.previous.safetensors";
constexpr const char* checkpoint = "checkpoint.safetensors";

/// Two epochs of ten steps, the second of which saves at steps 12, 14, 16, 18 and 20.
TrainOptions two_epochs(const fs::path& out) {
  TrainOptions options;
  options.loss.name = "l2";
  options.epochs = 2;
  options.batch = 32;
  options.save_every = 2;
  options.out = out;
  options.resume = true;
  return options;
}

/// Trains, and returns what that says on the standard error.
std::string train_and_listen(const TrainOptions& options) {
  const std::ostringstream said;
  std::streambuf* const usual = std::cerr.rdbuf(said.rdbuf());
  try {
    CHECK(train(options, few_digits()) == 0);
  } catch (...) {
    std::cerr.rdbuf(usual);
    throw;
  }
  std::cerr.rdbuf(usual);
  return said.str();
}

void flip_bit(const fs::path& path, std::size_t bit) {
  std::string bytes = read_file(path);
  REQUIRE(bit < 8 * bytes.size());
  bytes[bit / 8] = static_cast<char>(bytes[bit / 8] ^ 1 << bit % 8);
  put(path, bytes);
}

std::size_t bits_of(const fs::path& path) { return 8 * fs::file_size(path); }

/// A finished training, to be copied and damaged.
class Finished {
 public:
  Finished() { train_and_listen(two_epochs(folder_ / "run")); }

  fs::path run() const { return folder_ / "run"; }
  fs::path copy() {
    fs::path path = folder_ / std::to_string(copies_++);
    fs::copy(run(), path);
    return path;
  }

 private:
  TemporaryFolder folder_;
  int copies_ = 0;
};

}  // namespace

TEST_CASE("A damaged or missing state is noticed, and the previous one leads to the same weights",
          "[resume][faults]") {
  Finished finished;
  const std::vector<std::pair<std::string, void (*)(const fs::path&)>> damages = {
      {"damaged: its checksum", [](const fs::path& path) { flip_bit(path, bits_of(path) - 77); }},
      {"is ", [](const fs::path& path) { flip_bit(path, 3); }},
      {"bytes of data", [](const fs::path& path) { fs::resize_file(path, fs::file_size(path) / 2); }},
      {"0 bytes", [](const fs::path& path) { put(path, ""); }},
      {"No such file", [](const fs::path& path) { fs::remove(path); }}};
  for (const auto& [reason, damage] : damages) {
    CAPTURE(reason);
    const fs::path out = finished.copy();
    damage(out / newest);
    for (const char* name : {checkpoint, "history.csv", "samples.png"}) fs::remove(out / name);
    const std::string said = train_and_listen(two_epochs(out));
    CHECK_THAT(said, Catch::StartsWith("'" + (out / newest).string() + "' ") && Catch::Contains(reason) &&
                         Catch::Contains("; going on from '" + (out / previous).string() + "'\n") &&
                         Catch::Contains("after step 18 of 20"));
    check_same_outcome(finished.run(), out);
    CHECK(read_safetensors(out / newest).metadata.at("steps") == "20");
    // The damaged one has not taken the place of the one that was whole.
    CHECK(read_safetensors(out / previous).metadata.at("steps") == "18");
  }
}

TEST_CASE("A state with numbers that no training has is refused", "[resume][faults][errors]") {
  Finished finished;
  const Safetensors whole = read_safetensors(finished.run() / newest);
  const std::vector<std::pair<std::string, std::string>> impossible = {
      {"steps", "-1"},      {"steps", "9223372036854775807"},
      {"steps", "1.5"},     {"images", "-320"},
      {"seconds", "-1"},    {"seconds", "inf"},
      {"seconds", "1e300"}, {"seconds", "nan"}};
  for (const auto& [key, number] : impossible) {
    const fs::path out = finished.copy();
    Safetensors changed = whole;
    changed.metadata[key] = number;
    put(out / newest, to_bytes(changed));
    CHECK_THAT(train_and_listen(two_epochs(out)), Catch::Contains("for '" + key + "', which is not a") &&
                                                      Catch::Contains("after step 18 of 20"));
    check_same_outcome(finished.run(), out);
  }
}

TEST_CASE("Where both states are damaged, the error names both, and nothing is touched",
          "[resume][faults][errors]") {
  Finished finished;
  const fs::path out = finished.copy();
  flip_bit(out / newest, bits_of(out / newest) - 1);
  fs::resize_file(out / previous, 5);
  const std::string state = read_file(out / newest);
  const std::string message = file_error_of([&] { train(two_epochs(out), few_digits()); });
  CHECK_THAT(message, Catch::StartsWith("'" + (out / newest).string() + "' is damaged: its checksum is ") &&
                          Catch::Contains("; and '" + (out / previous).string() +
                                          "' is not a safetensors file: it has 5 bytes"));
  CHECK(read_file(out / newest) == state);
  CHECK(fs::file_size(out / previous) == 5);
  CHECK(read_file(out / checkpoint) == read_file(finished.run() / checkpoint));
}

TEST_CASE("A state of another training is refused, newest or previous", "[resume][faults][errors]") {
  Finished finished;
  Safetensors other = read_safetensors(finished.run() / newest);
  other.metadata.at("description").insert(0, "loss blur\n");
  for (const bool newest_is_whole : {true, false}) {
    const fs::path out = finished.copy();
    const fs::path path = out / (newest_is_whole ? newest : previous);
    write_safetensors(path, other);
    if (!newest_is_whole) fs::remove(out / newest);
    CHECK(file_error_of([&] { train(two_epochs(out), few_digits()); }) ==
          "'" + path.string() + "' is of another training: it has 'loss blur', not 'loss l2'");
  }
}

TEST_CASE("Processes that found different states do not train together", "[resume][faults][errors]") {
  class Pair : public Communicator {
   public:
    explicit Pair(double steps_of_other) : steps_of_other_(steps_of_other) {}
    int size() const override { return 2; }
    void add_up(double* numbers, Index count) override {
      REQUIRE(count == 1);
      *numbers += steps_of_other_;
    }

   private:
    double steps_of_other_;
  };
  Finished finished;
  Pair at_previous(18);
  CHECK_THROWS_WITH(train(two_epochs(finished.run()), few_digits(), at_previous),
                    Catch::Contains("different steps in '" + finished.run().string() + "'") &&
                        Catch::EndsWith("at step 20"));
  Pair at_newest(20);
  CHECK(train(two_epochs(finished.run()), few_digits(), at_newest) == 0);
}

TEST_CASE("A damaged or missing checkpoint of a finished training is written anew", "[resume][faults]") {
  Finished finished;
  for (const bool is_missing : {false, true}) {
    const fs::path out = finished.copy();
    if (is_missing) {
      fs::remove(out / checkpoint);
    } else {
      flip_bit(out / checkpoint, bits_of(out / checkpoint) / 2);
      CHECK_THAT(file_error_of([&] { load_checkpoint(out / checkpoint); }),
                 Catch::Contains("damaged: its checksum"));
    }
    CHECK_THAT(train_and_listen(two_epochs(out)),
               Catch::StartsWith("'" + (out / checkpoint).string() + "' ") &&
                   Catch::Contains("; writing it anew\n"));
    check_same_outcome(finished.run(), out);
  }
}

TEST_CASE("Flipped bits of a checkpoint and of a state are noticed, wherever they are", "[faults]") {
  Finished finished;
  for (const char* name : {checkpoint, newest}) {
    const std::string whole = read_file(finished.run() / name);
    REQUIRE_NOTHROW(parse_safetensors(whole, name));
    const std::size_t bits = 8 * whole.size();
    int unnoticed = 0;
    // A prime number of bits apart: in the end at every place within a byte.
    for (std::size_t bit = 1; bit < bits; bit += bit < 8 * 4000 ? 61 : 30011) {
      std::string damaged = whole;
      damaged[bit / 8] = static_cast<char>(damaged[bit / 8] ^ 1 << bit % 8);
      if (file_error_of([&] { parse_safetensors(damaged, name); }) == "no FileError") ++unnoticed;
    }
    CHECK(unnoticed == 0);
  }
}

TEST_CASE("A state that was saved before there were checksums is gone on from", "[resume][faults]") {
  Finished finished;
  const fs::path out = finished.copy();
  fs::remove(out / previous);
  std::string bytes = read_file(out / newest);
  const std::size_t start = bytes.find("\"crisp.checksum\"");
  const std::size_t length = std::string(R"("crisp.checksum":"crc32","crisp.crc32":"00000000",)").size();
  REQUIRE(start < 100);
  const auto header = static_cast<unsigned char>(bytes[0]) + 256U * static_cast<unsigned char>(bytes[1]);
  bytes.insert(8 + header, length, ' ');  // as padding instead
  bytes.erase(start, length);
  put(out / newest, bytes);
  CHECK_THAT(train_and_listen(two_epochs(out)), Catch::Contains("after step 20 of 20"));
}

TEST_CASE("What a training is to begin over is lost only once its folder can be written to",
          "[train][faults]") {
  Finished finished;
  const fs::path out = finished.copy();
  TrainOptions anew = two_epochs(out);
  anew.resume = false;
  anew.overwrite = true;
  fs::remove(out / checkpoint);
  fs::create_directory(out / checkpoint);  // where no file can be put
  CHECK_THAT(file_error_of([&] { train(anew, few_digits()); }), Catch::Contains("not a regular file"));
  CHECK(read_file(out / newest) == read_file(finished.run() / newest));
  CHECK(read_file(out / previous) == read_file(finished.run() / previous));
  fs::remove(out / checkpoint);
  anew.seed = 7;
  CHECK_NOTHROW(train_and_listen(anew));
  CHECK(read_safetensors(out / previous).metadata.at("steps") == "18");
}
