#include "files/png.hpp"

#include <png.h>

#include <stdexcept>
#include <string>

#include "files/atomic_file.hpp"
#include "files/file_error.hpp"
#include "files/read_file.hpp"

namespace vae_mnist {
namespace {

/// libpng's reader of one file, freed however reading ends.
struct PngReader {
  png_image image = {};

  PngReader() { image.version = PNG_IMAGE_VERSION; }
  PngReader(const PngReader&) = delete;
  PngReader& operator=(const PngReader&) = delete;
  ~PngReader() { png_image_free(&image); }
};

// A byte of deflated data stands for 1032 bytes at most, each of 8 pixels at most.
constexpr std::size_t most_pixels_of_a_byte = std::size_t(8) * 1032;

}  // namespace

Picture read_png(const std::filesystem::path& path) {
  const std::string bytes = read_file(path);
  PngReader reader;
  png_image& image = reader.image;
  const auto fail = [&] {
    fail_at(path, "cannot be read as PNG (", bytes.size(), " bytes): ", image.message);
  };
  if (png_image_begin_read_from_memory(&image, bytes.data(), bytes.size()) == 0) fail();

  Picture picture;
  picture.height = image.height;
  picture.width = image.width;
  // Before memory is asked for: a damaged size can be anything.
  if (picture.height * picture.width / most_pixels_of_a_byte > bytes.size()) {
    fail_at(path, "cannot be read as PNG: its ", bytes.size(), " bytes cannot hold ", picture.height, "x",
            picture.width, " pixels");
  }
  const bool has_color = (image.format & PNG_FORMAT_FLAG_COLOR) != 0;
  picture.channels = has_color ? 3 : 1;
  picture.samples.resize(picture.height * picture.width * picture.channels);
  image.format = has_color ? PNG_FORMAT_RGB : PNG_FORMAT_GRAY;
  image.flags |= PNG_IMAGE_FLAG_16BIT_sRGB;
  const png_color white = {255, 255, 255};
  if (png_image_finish_read(&image, &white, picture.samples.data(), 0, nullptr) == 0) fail();
  return picture;
}

void write_png(const std::filesystem::path& path, const Picture& picture) {
  if (picture.samples.empty() || (picture.channels != 1 && picture.channels != 3) ||
      picture.samples.size() != picture.height * picture.width * picture.channels) {
    throw std::invalid_argument("a picture of " + std::to_string(picture.height) + "x" +
                                std::to_string(picture.width) + " pixels with " +
                                std::to_string(picture.channels) + " channels cannot have " +
                                std::to_string(picture.samples.size()) + " samples");
  }
  png_image image = {};
  image.version = PNG_IMAGE_VERSION;
  image.height = static_cast<png_uint_32>(picture.height);
  image.width = static_cast<png_uint_32>(picture.width);
  image.format = picture.channels == 1 ? PNG_FORMAT_GRAY : PNG_FORMAT_RGB;

  png_alloc_size_t size = PNG_IMAGE_PNG_SIZE_MAX(image);
  std::string bytes(size, '\0');
  if (png_image_write_to_memory(&image, bytes.data(), &size, 0, picture.samples.data(), 0, nullptr) == 0) {
    fail_at(path, "cannot be encoded as PNG: ", image.message);
  }
  bytes.resize(size);
  write_atomically(path, bytes);
}

}  // namespace vae_mnist
