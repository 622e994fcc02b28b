#include <png.h>

#include <limits>
#include <stdexcept>

#include "files/image_grid.hpp"
#include "support/catch.hpp"
#include "support/file_error_of.hpp"
#include "support/temporary_folder.hpp"

using namespace vae_mnist;
using namespace vae_mnist_test;

namespace {

Picture read_png(const std::filesystem::path& path) {
  png_image image = {};
  image.version = PNG_IMAGE_VERSION;
  REQUIRE(png_image_begin_read_from_file(&image, path.c_str()) != 0);
  const std::size_t channels = image.format == PNG_FORMAT_GRAY ? 1 : 3;
  image.format = channels == 1 ? PNG_FORMAT_GRAY : PNG_FORMAT_RGB;
  Picture picture{image.height, image.width, channels, std::vector<std::uint8_t>(PNG_IMAGE_SIZE(image))};
  REQUIRE(png_image_finish_read(&image, nullptr, picture.samples.data(), 0, nullptr) != 0);
  return picture;
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
