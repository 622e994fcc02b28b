#include "data/idx.hpp"

#include <zlib.h>

#include <string>

#include "files/read_file.hpp"
#include "support/catch.hpp"
#include "support/file_error_of.hpp"
#include "support/temporary_folder.hpp"

using namespace vae_mnist;
using namespace vae_mnist_test;

namespace {

std::string big_endian(std::uint32_t word) {
  std::string bytes;
  for (int shift = 24; shift >= 0; shift -= 8) bytes += static_cast<char>(word >> shift & 0xff);
  return bytes;
}

std::string image_file(std::uint32_t count, std::uint32_t height, std::uint32_t width,
                       const std::string& levels) {
  return big_endian(0x803) + big_endian(count) + big_endian(height) + big_endian(width) + levels;
}

std::string label_file(std::uint32_t count, const std::string& labels) {
  return big_endian(0x801) + big_endian(count) + labels;
}

std::string gzipped(const std::string& bytes) {
  const TemporaryFolder folder;
  const gzFile file = gzopen((folder / "x.gz").c_str(), "wb");
  REQUIRE(gzwrite(file, bytes.data(), static_cast<unsigned>(bytes.size())) == static_cast<int>(bytes.size()));
  REQUIRE(gzclose(file) == Z_OK);
  return read_file(folder / "x.gz");
}

/// What reading a file of these bytes complains about, after the file's name.
template <typename Read>
std::string complaint(Read&& read, const std::string& bytes) {
  const TemporaryFolder folder;
  const auto path = put(folder / "x", bytes);
  const std::string message = file_error_of([&] { read(path); });
  const std::string start = "'" + path.string() + "' ";
  REQUIRE(message.substr(0, start.size()) == start);
  return message.substr(start.size());
}

}  // namespace

TEST_CASE("Images and labels are read, plain and gzipped") {
  const TemporaryFolder folder;
  const std::string images = image_file(2, 1, 3, {0, 1, 2, '\x7f', '\x80', '\xff'});
  const std::string labels = label_file(4, {3, 1, 4, 1});
  for (const bool packed : {false, true}) {
    INFO(packed);
    const IdxImages read = read_idx_images(put(folder / "images", packed ? gzipped(images) : images));
    CHECK(read.count == 2);
    CHECK(read.height == 1);
    CHECK(read.width == 3);
    CHECK(read.levels == std::vector<std::uint8_t>{0, 1, 2, 127, 128, 255});
    CHECK(read_idx_labels(put(folder / "labels", packed ? gzipped(labels) : labels)) ==
          std::vector<std::uint8_t>{3, 1, 4, 1});
  }
}

TEST_CASE("IDX of another kind is refused") {
  CHECK(complaint(read_idx_images, label_file(9, "123456789")) ==
        "is not an IDX file of image pixels: its magic number is 0x801 instead of 0x803");
  CHECK(complaint(read_idx_labels, image_file(1, 1, 1, "1")) ==
        "is not an IDX file of labels: its magic number is 0x803 instead of 0x801");
  CHECK(complaint(read_idx_labels, "<html>404") ==
        "is not an IDX file of labels: its magic number is 0x3c68746d instead of 0x801");
}

TEST_CASE("IDX of another length than it announces is refused, plain and gzipped") {
  const std::string short_images = image_file(2, 2, 2, "1234567"),
                    long_images = image_file(2, 2, 2, "123456789");
  const std::string too_short =
      "is truncated: it announces 2x2x2 image pixels of one byte each, but holds 7 bytes of them";
  const std::string too_long =
      "is too long: it announces 2x2x2 image pixels of one byte each, but holds 9 bytes of them";
  CHECK(complaint(read_idx_images, short_images) == too_short);
  CHECK(complaint(read_idx_images, gzipped(short_images)) == too_short);
  CHECK(complaint(read_idx_images, long_images) == too_long);
  CHECK(complaint(read_idx_images, gzipped(long_images)) == too_long);
  CHECK(complaint(read_idx_labels, label_file(3, "12")) ==
        "is truncated: it announces 3 labels of one byte each, but holds 2 bytes of them");
  CHECK(complaint(read_idx_labels, "") ==
        "is truncated: it has 0 bytes, fewer than the 8 of an IDX header for labels");
  CHECK(complaint(read_idx_images, image_file(1, 1, 1, "").substr(0, 15)) ==
        "is truncated: it has 15 bytes, fewer than the 16 of an IDX header for image pixels");
}

TEST_CASE("IDX dimensions whose product overflows are refused") {
  // 2^31 * 2^31 * 4 is 0 in 64 bits.
  CHECK(complaint(read_idx_images, image_file(0x80000000, 0x80000000, 4, "")) ==
        "is truncated: it announces 2147483648x2147483648x4 image pixels of one byte each, but holds 0 bytes "
        "of "
        "them");
}

TEST_CASE("A damaged gzip file is refused") {
  const std::string labels = label_file(1000, std::string(1000, 'x'));
  const std::string packed = gzipped(labels);
  const std::string size = std::to_string(packed.size());

  CHECK(complaint(read_idx_labels, packed + "junk") == "goes on for 4 bytes after its gzip stream ends");
  for (std::size_t length = 2; length < packed.size(); ++length) {
    INFO(length);
    CHECK(complaint(read_idx_labels, packed.substr(0, length)) ==
          "is truncated: its gzip stream does not end within its " + std::to_string(length) + " bytes");
  }
  std::string damaged = packed;
  damaged[packed.size() - 8] = static_cast<char>(~damaged[packed.size() - 8]);
  CHECK(complaint(read_idx_labels, damaged).find("is corrupt: gzip reports 'incorrect data check'") == 0);
}
