#include "photographs/photograph_files.hpp"

#include <filesystem>
#include <string>
#include <vector>

#include "support/shared_files.hpp"
#ifdef CRISP_WITH_PNG
#include <png.h>
#endif

namespace photographs {

using crisp::Images;
using crisp::Index;

#ifdef CRISP_WITH_PNG
std::optional<Images<double>> photograph(int number) {
  const auto folder = crisp_test::shared_folder("photos");
  if (!folder) return {};
  const std::string name = std::to_string(number);
  const auto path =
      *folder / ("kodim" + std::string(2 - std::min<std::size_t>(2, name.size()), '0') + name + ".png");
  png_image png = {};
  png.version = PNG_IMAGE_VERSION;
  if (png_image_begin_read_from_file(&png, path.c_str()) == 0) return {};
  png.format = PNG_FORMAT_RGB;
  std::vector<png_byte> samples(PNG_IMAGE_SIZE(png));
  const bool is_read = png_image_finish_read(&png, nullptr, samples.data(), 0, nullptr) != 0;
  png_image_free(&png);
  if (!is_read) return {};
  Images<double> image(1, 1, static_cast<Index>(png.height), static_cast<Index>(png.width));
  for (Index i = 0; i < image.size(); ++i) {
    image.data()[i] = static_cast<double>(samples[static_cast<std::size_t>(3 * i + 1)]) / 255;
  }
  return image;
}
#else
std::optional<Images<double>> photograph(int /*number*/) { return {}; }
#endif

Images<double> middle(const Images<double>& image, Index height, Index width) {
  Images<double> part(1, 1, height, width);
  const Index top = (image.dimension(2) - height) / 2;
  const Index left = (image.dimension(3) - width) / 2;
  for (Index y = 0; y < height; ++y) {
    for (Index x = 0; x < width; ++x) part(0, 0, y, x) = image(0, 0, top + y, left + x);
  }
  return part;
}

}  // namespace photographs
