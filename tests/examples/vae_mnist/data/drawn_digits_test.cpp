#include "data/drawn_digits.hpp"

#include <algorithm>
#include <array>
#include <set>

#include "fingerprint.hpp"
#include "support/catch.hpp"

using namespace vae_mnist;
using vae_mnist_test::Fingerprint;

namespace {

double coverage(const float* image) {
  return static_cast<double>(std::count(image, image + image_size, 1.0F)) / image_size;
}

}  // namespace

TEST_CASE("A seed draws the same digits on every platform") {
  Fingerprint fingerprint;
  for (std::uint64_t i = 0; i < 100; ++i) {
    const DrawnDigit digit = draw_digit(1, i);
    fingerprint.add(digit.label);
    fingerprint.add_all(digit.levels);
  }
  CHECK(fingerprint.value() == 0x5b9110f3e31c6876);
}

TEST_CASE("A drawn digit depends on the seed and its number alone") {
  const DrawnDigit digit = draw_digit(7, 3);
  draw_digit(7, 4);
  CHECK(draw_digit(7, 3).levels == digit.levels);
  CHECK(draw_digit(7, 4).levels != digit.levels);
  CHECK(draw_digit(8, 3).levels != digit.levels);

  const DataSplit few = drawn_digits({7, 5, 3}), more = drawn_digits({7, 20, 10});
  CHECK(std::equal(few.train.labels.begin(), few.train.labels.end(), more.train.labels.begin()));
  CHECK(std::equal(few.train.images.data(), few.train.images.data() + few.train.images.size(),
                   more.train.images.data()));
  CHECK(std::equal(few.test.images.data(), few.test.images.data() + few.test.images.size(),
                   more.test.images.data()));
  CHECK(few.train.labels[3] == digit.label);
  for (std::size_t i = 0; i < digit.levels.size(); ++i) {
    REQUIRE(few.train.images.data()[3 * image_size + static_cast<Eigen::Index>(i)] ==
            binarised(digit.levels[i]));
  }
}

TEST_CASE("Drawn digits are as MNIST's: all ten, all different, as much ink, centred, with a margin") {
  const DataSplit data = drawn_digits({1, 2000, 500});
  REQUIRE(data.train.images.dimension(0) == 2000);
  REQUIRE(data.test.images.dimension(0) == 500);
  REQUIRE(data.train.labels.size() == 2000);

  std::array<int, 10> counts = {};
  std::set<std::vector<float>> different;
  double ink = 0, moment_x = 0, moment_y = 0;
  for (Eigen::Index i = 0; i < 2000; ++i) {
    const float* const image = data.train.images.data() + i * image_size;
    ++counts.at(data.train.labels[static_cast<std::size_t>(i)]);
    different.emplace(image, image + image_size);
    ink += coverage(image);
    REQUIRE(coverage(image) > 0.02);
    REQUIRE(coverage(image) < 0.35);
    for (Eigen::Index y = 0; y < image_side; ++y) {
      for (Eigen::Index x = 0; x < image_side; ++x) {
        const double pixel = static_cast<double>(image[y * image_side + x]);
        const bool at_border = x == 0 || y == 0 || x == image_side - 1 || y == image_side - 1;
        if (at_border) REQUIRE(pixel == 0.0);
        moment_x += pixel * (static_cast<double>(x) + 0.5);
        moment_y += pixel * (static_cast<double>(y) + 0.5);
      }
    }
  }
  for (const int count : counts) CHECK(count > 150);
  CHECK(different.size() == 2000);
  const double mean_coverage = ink / 2000;  // MNIST: 0.13
  CHECK(mean_coverage > 0.08);
  CHECK(mean_coverage < 0.30);
  CHECK(moment_x / (ink * image_size) == Catch::Approx(14).margin(0.3));
  CHECK(moment_y / (ink * image_size) == Catch::Approx(14).margin(0.3));
}

TEST_CASE("Drawn digits have gray edges before they are binarised") {
  const DrawnDigit digit = draw_digit(1, 0);
  const auto full = std::count(digit.levels.begin(), digit.levels.end(), 255);
  const auto none = std::count(digit.levels.begin(), digit.levels.end(), 0);
  CHECK(full > 20);
  CHECK(none > 400);
  CHECK(image_size - full - none > 20);
}
