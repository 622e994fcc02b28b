// The faces that the program draws, and images held out.
#include "data/drawn_faces.hpp"

#include <cmath>

#include "fingerprint.hpp"
#include "support/catch.hpp"

using namespace vae_mnist;
using vae_mnist_test::Fingerprint;

TEST_CASE("faces are the same on every platform, and each another", "[faces]") {
  const DataSplit split = drawn_faces({20, 5, 30, 4});
  CHECK(split.train.images.dimensions() == crisp::Images<float>(30, 3, 20, 20).dimensions());
  CHECK(split.test.images.dimension(0) == 4);
  CHECK(split.train.labels.size() == 30);
  Fingerprint fingerprint;
  for (Eigen::Index i = 0; i < split.train.images.size(); ++i) {
    const float pixel = split.train.images.data()[i];
    REQUIRE((pixel >= 0 && pixel <= 1));
    fingerprint.add(static_cast<std::uint8_t>(std::lround(pixel * 255)));
  }
  CHECK(fingerprint.value() == 0x38b917c9b7e469f9);

  // An image depends on its index alone, not on how many there are; and the two parts have none in common.
  const DataSplit fewer = drawn_faces({20, 5, 2, 1});
  const auto same = [](const crisp::Images<float>& a, Eigen::Index i, const crisp::Images<float>& b,
                       Eigen::Index j) {
    return std::equal(&a(i, 0, 0, 0), &a(i, 0, 0, 0) + 3 * 20 * 20, &b(j, 0, 0, 0));
  };
  CHECK(same(fewer.train.images, 1, split.train.images, 1));
  CHECK(same(fewer.test.images, 0, split.test.images, 0));
  CHECK_FALSE(same(split.train.images, 0, split.train.images, 1));
  CHECK_FALSE(same(split.train.images, 0, split.test.images, 0));
  CHECK_FALSE(same(split.train.images, 0, drawn_faces({20, 6, 1, 1}).train.images, 0));
}

TEST_CASE("a face has the same parts at every size", "[faces]") {
  // The mean over 2 x 2 pixels of a picture is that of one half as large, but for where its samples lie.
  std::vector<float> large(3 * 48 * 48);
  std::vector<float> small(3 * 24 * 24);
  draw_face(1, 2, 48, large.data());
  draw_face(1, 2, 24, small.data());
  double difference = 0;
  for (std::size_t i = 0; i < small.size(); ++i) {
    const std::size_t at = i / 24 * 2 * 48 + i % 24 * 2;
    difference += std::abs((large[at] + large[at + 1] + large[at + 48] + large[at + 49]) / 4 - small[i]);
  }
  CHECK(difference / static_cast<double>(small.size()) < 0.01);
}

TEST_CASE("faces that cannot be drawn are refused", "[faces][errors]") {
  CHECK_THROWS_WITH(drawn_faces({7, 1, 1, 1}), Catch::Contains("got 7"));
  CHECK_THROWS_WITH(drawn_faces({8, 1, 0, 1}), Catch::Contains("got 0 and 1"));
  CHECK_THROWS_WITH(drawn_faces({8, 1, 1, -2}), Catch::Contains("got 1 and -2"));
}

TEST_CASE("held-out images are the last to train on", "[data]") {
  const DataSplit split = hold_out(drawn_faces({8, 1, 10, 2}), 3);
  const DataSplit whole = drawn_faces({8, 1, 10, 2});
  CHECK(split.train.images.dimension(0) == 7);
  CHECK(split.test.images.dimension(0) == 3);
  CHECK(split.test.labels.size() == 3);
  CHECK(split.test.images(0, 0, 3, 4) == whole.train.images(7, 0, 3, 4));
  CHECK(split.train.images(6, 2, 3, 4) == whole.train.images(6, 2, 3, 4));
  CHECK_THROWS_WITH(hold_out(whole, 10), Catch::Contains("1 to 9 can be held out, not 10"));
  CHECK_THROWS_WITH(hold_out(whole, 0), Catch::Contains("not 0"));
}
