// No damage to a file that we wrote passes, and files of others need no checksum.
#include "files/safetensors_checksum.hpp"

#include <string>

#include "files/safetensors.hpp"
#include "support/catch.hpp"
#include "support/file_error_of.hpp"
#include "support/shared_files.hpp"

using namespace vae_mnist;
using namespace vae_mnist_test;

namespace {

std::string small_file() {
  return to_bytes(
      {{{"a", {{2}, {1.0F, -2.5F}}}, {"b", {{}, {3.0F}}}},
       {{"epoch", "3"}, {"history", "epoch,loss\n1,0.5\n"}, {"text", "\"crisp.crc32\":\"00000000\""}}});
}

std::string complaint(const std::string& bytes) {
  return file_error_of([&] { parse_safetensors(bytes, "x"); });
}

std::string replaced(std::string bytes, const std::string& from, const std::string& to) {
  REQUIRE(from.size() == to.size());
  return bytes.replace(bytes.find(from), from.size(), to);
}

}  // namespace

TEST_CASE("A checksum is written, and not seen in what is read") {
  const std::string bytes = small_file();
  CHECK_THAT(bytes, Catch::Contains(R"("crisp.checksum":"crc32","crisp.crc32":")"));
  const Safetensors read = parse_safetensors(bytes, "x");
  CHECK(read.metadata.size() == 3);
  CHECK(read.metadata.at("text") == "\"crisp.crc32\":\"00000000\"");
  CHECK(to_bytes(read) == bytes);
}

TEST_CASE("Every flipped bit of a small file is noticed") {
  const std::string bytes = small_file();
  REQUIRE(complaint(bytes) == "no FileError");
  int unnoticed = 0;
  for (std::size_t bit = 0; bit < 8 * bytes.size(); ++bit) {
    std::string damaged = bytes;
    damaged[bit / 8] = static_cast<char>(damaged[bit / 8] ^ 1 << bit % 8);
    if (complaint(damaged).rfind("'x' ", 0) == 0) continue;
    ++unnoticed;
    UNSCOPED_INFO("bit " << bit << ", of '" << bytes[bit / 8] << "'");
  }
  CHECK(unnoticed == 0);
}

TEST_CASE("Every two neighbouring bytes that change places are noticed") {
  const std::string bytes = small_file();
  for (std::size_t i = 0; i + 1 < bytes.size(); ++i) {
    std::string damaged = bytes;
    std::swap(damaged[i], damaged[i + 1]);
    CAPTURE(i);
    CHECK((damaged == bytes || complaint(damaged) != "no FileError"));
  }
}

TEST_CASE("What is damaged is said") {
  const std::string bytes = small_file();
  std::string other_value = bytes;
  other_value.back() = static_cast<char>(other_value.back() ^ 1);
  CHECK_THAT(complaint(other_value), Catch::StartsWith("'x' is damaged: its checksum is ") &&
                                         Catch::EndsWith(", not the one in its metadata"));
  const std::string pair =
      "'x' is damaged: its metadata must have both crisp.checksum, which is crc32, and crisp.crc32";
  CHECK(complaint(replaced(bytes, "crisp.crc32", "crisp.crc33")) == pair);
  CHECK(complaint(replaced(bytes, "crisp.checksum", "crisp_checksum")) == pair);
  CHECK(complaint(replaced(bytes, ":\"crc32\"", ":\"md532\"")) == pair);
}

TEST_CASE("A file without a checksum is read, and so is one whose other metadata speak of checksums") {
  const std::string header = R"({"__metadata__":{"checksum":"none","crc32":"0"}})";
  const std::string length = {static_cast<char>(header.size()), 0, 0, 0, 0, 0, 0, 0};
  CHECK(parse_safetensors(length + header, "x").metadata.size() == 2);

  const auto folder = crisp_test::shared_folder("reference_checkpoints");
  if (!folder) return crisp_test::skip("the folder shared/reference_checkpoints");
  CHECK(read_safetensors(*folder / "l1.safetensors").metadata.count("crisp.crc32") == 0);
}
