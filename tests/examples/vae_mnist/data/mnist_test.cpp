#include "data/mnist.hpp"

#include <cstdlib>
#include <numeric>
#include <string>

#include "data/idx.hpp"
#include "support/catch.hpp"
#include "support/file_error_of.hpp"
#include "support/shared_files.hpp"
#include "support/temporary_folder.hpp"

using namespace vae_mnist;
using namespace vae_mnist_test;

namespace {

/// Writes an MNIST of so many training images, the pixels of image i all of level i + 126, and one test
/// image.
class SmallMnist {
 public:
  explicit SmallMnist(char count) {
    std::string pixels, labels;
    for (char i = 0; i < count; ++i) {
      pixels.append(image_size, static_cast<char>(i + 126));
      labels += i;
    }
    put(folder / "train-images-idx3-ubyte", images(count, 28, pixels));
    put(folder / "train-labels-idx1-ubyte", label_header(count) + labels);
    put(folder / "t10k-images.idx3-ubyte", images(1, 28, std::string(image_size, '\xff')));
    put(folder / "t10k-labels.idx1-ubyte", label_header(1) + '\x09');
  }

  static std::string images(char count, char side, const std::string& pixels) {
    return std::string{0, 0, 8, 3, 0, 0, 0, count, 0, 0, 0, side, 0, 0, 0, side} + pixels;
  }
  static std::string label_header(char count) { return {0, 0, 8, 1, 0, 0, 0, count}; }

  const TemporaryFolder folder;
};

std::vector<int> histogram(const std::vector<std::uint8_t>& labels) {
  std::vector<int> counts(10);
  for (const std::uint8_t label : labels) ++counts.at(label);
  return counts;
}

std::optional<std::filesystem::path> mnist_folder() {
  if (const char* const folder = std::getenv("CRISP_MNIST_DIR")) return folder;
  return crisp_test::shared_folder("mnist");
}

}  // namespace

TEST_CASE("A folder of MNIST files is loaded and binarised above one half") {
  const SmallMnist mnist(4);
  const DataSplit data = load_mnist(mnist.folder.path());
  CHECK(data.train.labels == std::vector<std::uint8_t>{0, 1, 2, 3});
  CHECK(data.test.labels == std::vector<std::uint8_t>{9});
  REQUIRE(data.train.images.dimension(0) == 4);
  CHECK(data.train.images.dimension(1) == 1);
  CHECK(data.train.images.dimension(2) == 28);
  CHECK(data.train.images.dimension(3) == 28);
  for (Eigen::Index i = 0; i < 4; ++i) {  // levels 126, 127, 128, 129 of 255
    CHECK(data.train.images(i, 0, 0, 0) == (i < 2 ? 0.0F : 1.0F));
    CHECK(data.train.images(i, 0, 27, 27) == (i < 2 ? 0.0F : 1.0F));
  }
  CHECK(data.test.images(0, 0, 14, 14) == 1.0F);
}

TEST_CASE("The number of training images can be limited") {
  const SmallMnist mnist(4);
  const DataSplit data = load_mnist(mnist.folder.path(), 3);
  CHECK(data.train.labels == std::vector<std::uint8_t>{0, 1, 2});
  CHECK(data.train.images.dimension(0) == 3);
  CHECK(data.test.images.dimension(0) == 1);
  CHECK(load_mnist(mnist.folder.path(), 100).train.labels.size() == 4);
}

TEST_CASE("A folder without one of the files is refused by the file's name") {
  const SmallMnist mnist(1);
  const std::string folder = mnist.folder.path().string();
  std::filesystem::remove(mnist.folder / "t10k-labels.idx1-ubyte");
  CHECK(file_error_of([&] { load_mnist(folder); }) ==
        "'" + folder + "' holds no t10k-labels-idx1-ubyte (nor t10k-labels.idx1-ubyte, nor either with .gz)");
  CHECK(file_error_of([&] { load_mnist(folder + "/nowhere"); }) ==
        "'" + folder + "/nowhere' is not a folder");
}

TEST_CASE("MNIST files that do not fit each other are refused") {
  const SmallMnist mnist(2);
  const std::string folder = mnist.folder.path().string();
  const std::string images = folder + "/train-images-idx3-ubyte",
                    labels = folder + "/train-labels-idx1-ubyte";

  put(labels, SmallMnist::label_header(3) + "\x01\x02\x03");
  CHECK(file_error_of([&] { load_mnist(folder); }) ==
        "'" + labels + "' has 3 labels, but '" + images + "' has 2 images");
  put(labels, SmallMnist::label_header(2) + "\x09\x0a");
  CHECK(file_error_of([&] { load_mnist(folder); }) ==
        "'" + labels + "' has the label 10 at 1, beyond the digits 0 to 9");
  put(images, SmallMnist::images(2, 27, std::string(2 * 27 * 27, '\0')));
  CHECK(file_error_of([&] { load_mnist(folder); }) ==
        "'" + images + "' has images of 27x27 instead of 28x28 pixels");
}

TEST_CASE("The real MNIST is what its authors published") {
  const auto folder = mnist_folder();
  if (!folder) return crisp_test::skip("MNIST, in $CRISP_MNIST_DIR or shared/mnist");
  const DataSplit data = load_mnist(*folder);
  CHECK(data.train.images.dimension(0) == 60000);
  CHECK(data.test.images.dimension(0) == 10000);
  CHECK(histogram(data.train.labels) ==
        std::vector<int>{5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949});
  CHECK(histogram(data.test.labels) ==
        std::vector<int>{980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009});

  // The mean that everyone normalises MNIST by, 0.1307, to more digits.
  for (const std::string ending : {"", ".gz"}) {
    const auto path = *folder / ("train-images-idx3-ubyte" + ending);
    if (!std::filesystem::exists(path)) continue;
    const auto levels = read_idx_images(path).levels;
    const double sum = std::accumulate(levels.begin(), levels.end(), 0.0);
    CHECK(sum / 255 / static_cast<double>(levels.size()) == Catch::Approx(0.1306604763).epsilon(1e-9));
  }
}
