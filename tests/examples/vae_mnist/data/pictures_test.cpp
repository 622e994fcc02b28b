#include <png.h>
#include <zlib.h>

#include <limits>
#include <stdexcept>

#include "files/image_grid.hpp"
#include "files/read_file.hpp"
#include "support/catch.hpp"
#include "support/file_error_of.hpp"
#include "support/temporary_folder.hpp"

using namespace vae_mnist;
using namespace vae_mnist_test;

namespace {

/// A PNG file as libpng writes it from pixels of another format; palette: red, green and blue of two colors.
void write_other_png(const std::filesystem::path& path, png_uint_32 height, png_uint_32 width,
                     png_uint_32 format, const void* pixels, const void* palette = nullptr) {
  png_image image = {};
  image.version = PNG_IMAGE_VERSION;
  image.height = height;
  image.width = width;
  image.format = format;
  image.colormap_entries = palette == nullptr ? 0 : 2;
  REQUIRE(png_image_write_to_file(&image, path.c_str(), 0, pixels, 0, palette) != 0);
}

/// Image i has the pixels 10 i, 10 i + 1, ... over 255, so that they come out as these levels.
crisp::Images<float> numbered_images(Eigen::Index n, Eigen::Index channels, Eigen::Index height,
                                     Eigen::Index width) {
  crisp::Images<float> images(n, channels, height, width);
  const Eigen::Index size = channels * height * width;
  for (Eigen::Index i = 0; i < images.size(); ++i) {
    images.data()[i] = static_cast<float>(10 * (i / size) + i % size) / 255.0F;
  }
  return images;
}

}  // namespace

TEST_CASE("A picture comes back from its PNG file") {
  const TemporaryFolder folder;
  Picture gray{2, 3, 1, {0, 1, 127, 128, 254, 255}};
  Picture color{1, 2, 3, {255, 0, 1, 2, 3, 200}};
  for (const Picture& picture : {gray, color}) {
    write_png(folder / "x.png", picture);
    const Picture read = read_png(folder / "x.png");
    CHECK(read.height == picture.height);
    CHECK(read.width == picture.width);
    CHECK(read.channels == picture.channels);
    CHECK(read.samples == picture.samples);
  }
}

TEST_CASE("Palettes, transparency and 16 bits are read as 8-bit samples") {
  const TemporaryFolder folder;
  const auto path = folder / "x.png";

  const std::vector<std::uint8_t> indices = {0, 1, 1};
  const std::vector<std::uint8_t> palette = {1, 2, 3, 250, 20, 30};
  write_other_png(path, 1, 3, PNG_FORMAT_RGB_COLORMAP, indices.data(), palette.data());
  CHECK(read_png(path).channels == 3);
  CHECK(read_png(path).samples == std::vector<std::uint8_t>{1, 2, 3, 250, 20, 30, 250, 20, 30});

  const std::vector<std::uint8_t> opaque_and_not = {10, 255, 10, 0};
  write_other_png(path, 2, 1, PNG_FORMAT_GA, opaque_and_not.data());
  CHECK(read_png(path).channels == 1);
  CHECK(read_png(path).height == 2);
  CHECK(read_png(path).samples == std::vector<std::uint8_t>{10, 255});

  // 16-bit samples are written as linear light; of 0 and 1 every encoding has the same.
  const std::vector<std::uint16_t> linear = {0, 65535, 0};
  write_other_png(path, 1, 1, PNG_FORMAT_LINEAR_RGB, linear.data());
  CHECK(read_png(path).samples == std::vector<std::uint8_t>{0, 255, 0});
}

TEST_CASE("A damaged PNG file is refused in one sentence with the numbers found") {
  const TemporaryFolder folder;
  const auto path = folder / "x.png";
  CHECK(file_error_of([&] { read_png(path); }).find("No such file") != std::string::npos);
  put(path, "not a picture");
  CHECK(file_error_of([&] { read_png(path); }) ==
        "'" + path.string() + "' cannot be read as PNG (13 bytes): Not a PNG file");

  std::vector<std::uint8_t> samples(40 * 30);
  for (std::size_t i = 0; i < samples.size(); ++i) samples[i] = static_cast<std::uint8_t>(i * i);
  write_png(path, {40, 30, 1, samples});
  const std::string whole = read_file(path);
  const std::size_t end_chunk = 12;  // IEND, without which all of the picture is there
  for (std::size_t size = 0; size + end_chunk < whole.size(); ++size) {
    put(path, whole.substr(0, size));
    CHECK_THROWS_AS(read_png(path), FileError);
  }
  // Any one damaged byte is refused, or was none of the picture's.
  for (std::size_t place = 0; place < whole.size(); ++place) {
    std::string damaged = whole;
    damaged[place] = static_cast<char>(damaged[place] ^ 0x55);
    put(path, damaged);
    Picture read;
    const std::string refusal = file_error_of([&] { read = read_png(path); });
    if (refusal == "no FileError") {
      CHECK(read.samples == samples);
    } else {
      CHECK(refusal.find("cannot be read as PNG") != std::string::npos);
    }
  }
}

TEST_CASE("A size that the file cannot hold asks for no memory") {
  const TemporaryFolder folder;
  const auto path = folder / "x.png";
  write_png(path, {1, 1, 1, {7}});
  std::string bytes = read_file(path);
  // Bytes 16 to 23 are width and height, and those from 29 on the checksum of the 17 from 12 on.
  bytes.replace(16, 8, std::string("\0\x0f\0\0\0\x0f\0\0", 8));
  const auto checksum =
      static_cast<std::uint32_t>(crc32(0, reinterpret_cast<const unsigned char*>(bytes.data()) + 12, 17));
  for (std::size_t i = 0; i < 4; ++i) bytes[29 + i] = static_cast<char>(checksum >> (24 - 8 * i));
  put(path, bytes);
  CHECK(file_error_of([&] { read_png(path); }).find("cannot hold 983040x983040 pixels") != std::string::npos);
}

TEST_CASE("A picture that is none is refused, and so is a folder that is none") {
  const TemporaryFolder folder;
  CHECK_THROWS_AS(write_png(folder / "x", {}), std::invalid_argument);
  CHECK_THROWS_AS(write_png(folder / "x", {1, 1, 2, {0, 0}}), std::invalid_argument);
  CHECK_THROWS_AS(write_png(folder / "x", {2, 2, 1, {0, 0, 0}}), std::invalid_argument);
  CHECK_THROWS_AS(write_png(folder / "nowhere/x", {1, 1, 1, {0}}), FileError);
  CHECK(folder.size() == 0);
}

TEST_CASE("A grid is filled row by row, with gaps around") {
  const Picture grid = image_grid(numbered_images(3, 1, 1, 2), {2, 1, 1, 99});
  CHECK(grid.height == 5);
  CHECK(grid.width == 7);
  CHECK(grid.channels == 1);
  CHECK(grid.samples == std::vector<std::uint8_t>{99, 99, 99, 99, 99, 99, 99,  //
                                                  99, 0,  1,  99, 10, 11, 99,  //
                                                  99, 99, 99, 99, 99, 99, 99,  //
                                                  99, 20, 21, 99, 99, 99, 99,  //
                                                  99, 99, 99, 99, 99, 99, 99});
}

TEST_CASE("A grid makes pixels larger and keeps colors together") {
  const Picture large = image_grid(numbered_images(1, 1, 1, 2), {1, 0, 2, 99});
  CHECK(large.samples == std::vector<std::uint8_t>{0, 0, 1, 1, 0, 0, 1, 1});
  const Picture color = image_grid(numbered_images(1, 3, 1, 2), {1, 0, 1, 99});
  CHECK(color.channels == 3);
  CHECK(color.samples == std::vector<std::uint8_t>{0, 2, 4, 1, 3, 5});
}

TEST_CASE("A grid clamps what no picture can show") {
  crisp::Images<float> images(1, 1, 1, 6);
  const float infinity = std::numeric_limits<float>::infinity();
  images.setValues({{{{-1.0F, 2.0F, infinity, -infinity, std::numeric_limits<float>::quiet_NaN(), 0.5F}}}});
  CHECK(image_grid(images, {1, 0, 1, 99}).samples == std::vector<std::uint8_t>{0, 255, 255, 0, 0, 128});
}

TEST_CASE("A grid of nothing, of other channels or of impossible options is refused") {
  CHECK_THROWS_AS(image_grid(crisp::Images<float>(0, 1, 2, 2)), std::invalid_argument);
  CHECK_THROWS_AS(image_grid(numbered_images(1, 2, 1, 1)), std::invalid_argument);
  CHECK_THROWS_AS(image_grid(numbered_images(1, 1, 1, 1), {0, 1, 1, 99}), std::invalid_argument);
  CHECK_THROWS_AS(image_grid(numbered_images(1, 1, 1, 1), {1, -1, 1, 99}), std::invalid_argument);
  CHECK_THROWS_AS(image_grid(numbered_images(1, 1, 1, 1), {1, 1, 0, 99}), std::invalid_argument);
}

TEST_CASE("Originals and reconstructions alternate by rows") {
  const auto upper = numbered_images(4, 1, 1, 1);
  crisp::Images<float> lower = upper + upper.constant(100.0F / 255.0F);
  const Picture grid = image_grid(alternating_rows(upper, lower, 2), {2, 0, 1, 99});
  CHECK(grid.samples == std::vector<std::uint8_t>{0, 10, 100, 110, 20, 30, 120, 130});
  CHECK_THROWS_AS(alternating_rows(upper, lower, 3), std::invalid_argument);
  CHECK_THROWS_AS(alternating_rows(upper, numbered_images(4, 1, 1, 2), 2), std::invalid_argument);
}
