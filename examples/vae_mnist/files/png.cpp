#include "files/png.hpp"

#include <png.h>

#include <stdexcept>
#include <string>

#include "files/atomic_file.hpp"
#include "files/file_error.hpp"

namespace vae_mnist {

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
