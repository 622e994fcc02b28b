#include "data/mnist.hpp"

#include <algorithm>
#include <limits>
#include <system_error>

#include "data/idx.hpp"
#include "files/file_error.hpp"

namespace vae_mnist {
namespace {

namespace fs = std::filesystem;

fs::path find_file(const fs::path& folder, const std::string& part, const std::string& kind) {
  std::error_code error;
  if (!fs::is_directory(folder, error)) fail_at(folder, "is not a folder");
  for (const std::string separator : {"-", "."}) {
    for (const std::string ending : {"", ".gz"}) {
      fs::path path = folder / (part + separator + kind + ending);
      if (fs::exists(path, error)) return path;
    }
  }
  fail_at(folder, "holds no ", part, '-', kind, " (nor ", part, '.', kind, ", nor either with .gz)");
}

Dataset load_part(const fs::path& folder, const std::string& part, std::size_t limit) {
  const fs::path images_path = find_file(folder, part + "-images", "idx3-ubyte");
  const fs::path labels_path = find_file(folder, part + "-labels", "idx1-ubyte");
  const IdxImages images = read_idx_images(images_path);
  if (images.height != image_side || images.width != image_side) {
    fail_at(images_path, "has images of ", images.height, 'x', images.width, " instead of 28x28 pixels");
  }
  const std::vector<std::uint8_t> labels = read_idx_labels(labels_path);
  if (labels.size() != images.count) {
    fail_at(labels_path, "has ", labels.size(), " labels, but '", images_path.string(), "' has ",
            images.count, " images");
  }
  const auto wrong = std::find_if(labels.begin(), labels.end(), [](std::uint8_t label) { return label > 9; });
  if (wrong != labels.end()) {
    fail_at(labels_path, "has the label ", int{*wrong}, " at ", wrong - labels.begin(),
            ", beyond the digits 0 to 9");
  }

  const std::size_t count = std::min(images.count, limit);
  Dataset dataset = blank_dataset("MNIST " + part, static_cast<Eigen::Index>(count));
  std::transform(images.levels.data(), images.levels.data() + count * image_size, dataset.images.data(),
                 binarised);
  std::copy_n(labels.data(), count, dataset.labels.data());
  return dataset;
}

}  // namespace

DataSplit load_mnist(const fs::path& folder, std::optional<std::size_t> train_limit) {
  constexpr std::size_t all = std::numeric_limits<std::size_t>::max();
  return {load_part(folder, "train", train_limit.value_or(all)), load_part(folder, "t10k", all)};
}

}  // namespace vae_mnist
