#include "crisp/metrics/psnr.hpp"

#include <cmath>
#include <limits>

#include "metrics/accumulation.hpp"
#include "support/catch.hpp"
#include "support/random_images.hpp"

using crisp::Images;
using crisp::Index;
using crisp::Shape;
using crisp::metrics::Psnr;
using crisp::metrics::PsnrOptions;

namespace {

/// PSNR of one image by its formula alone; weights of one channel or of all, or none.
template <typename T>
double plain_psnr(double data_range, const Images<T>& prediction, const Images<T>& target, Index image,
                  const Images<T>& weights) {
  double sum = 0, total = 0;
  for (Index c = 0; c < target.dimension(1); ++c) {
    for (Index y = 0; y < target.dimension(2); ++y) {
      for (Index x = 0; x < target.dimension(3); ++x) {
        const double difference =
            static_cast<double>(prediction(image, c, y, x)) - static_cast<double>(target(image, c, y, x));
        const double weight =
            weights.size() == 0
                ? 1
                : static_cast<double>(weights(image, std::min(c, weights.dimension(1) - 1), y, x));
        sum += weight * difference * difference;
        total += weight;
      }
    }
  }
  return 10 * std::log10(data_range * data_range / (sum / total));
}

/// Weights in [0, 2], some of them 0.
template <typename T>
Images<T> some_weights(const Shape& shape) {
  Images<T> weights = random_images<T>(shape, 3, -1, 2);
  for (Index i = 0; i < weights.size(); ++i) weights.data()[i] = std::max(weights.data()[i], T(0));
  return weights;
}

template <typename T>
void check_formula(double data_range) {
  const Shape shape{3, 2, 7, 10};
  const auto prediction = random_images<T>(shape, 1);
  const auto target = random_images<T>(shape, 2);
  const Images<T> none;
  for (const auto& weights : {none, some_weights<T>(shape), some_weights<T>({3, 1, 7, 10})}) {
    Psnr<T> psnr(PsnrOptions{data_range});
    const auto values = weights.size() == 0 ? psnr.add(prediction, target)
                                            : psnr.add(prediction, crisp::weighted(target, weights));
    double sum = 0;
    for (Index image = 0; image < shape.batch; ++image) {
      const double expected = plain_psnr(data_range, prediction, target, image, weights);
      CHECK(values[static_cast<std::size_t>(image)] == Catch::Approx(expected).epsilon(1e-12));
      sum += expected;
    }
    CHECK(psnr.value() == Catch::Approx(sum / 3).epsilon(1e-12));
    CHECK(psnr.count() == 3);
  }
}

}  // namespace

TEST_CASE("PSNR is its formula", "[metrics][psnr]") {
  check_formula<double>(1);
  check_formula<double>(255);
  check_formula<float>(1);

  Psnr<double> psnr;
  psnr.add(constant_images<double>({1, 1, 4, 5}, 0.6), constant_images<double>({1, 1, 4, 5}, 0.5));
  CHECK(psnr.value() == Catch::Approx(20).epsilon(1e-12));
}

TEST_CASE("PSNR accumulates, merges and has the same bits on any threads", "[metrics][psnr]") {
  const auto prediction = random_images<float>({7, 3, 9, 8}, 1);
  const auto target = random_images<float>({7, 3, 9, 8}, 2);
  check_accumulation(Psnr<float>(), [&](auto& psnr, Index first, Index count, const auto& executor) {
    return psnr.add(some_images(prediction, first, count), some_images(target, first, count), executor);
  });
}

TEST_CASE("PSNR of identical images is infinite, of broken ones not finite", "[metrics][psnr]") {
  const auto images = random_images<double>({2, 1, 5, 6}, 1);
  Psnr<double> psnr;
  CHECK(psnr.add(images, images)[1] == std::numeric_limits<double>::infinity());
  CHECK(psnr.value() == std::numeric_limits<double>::infinity());
  for (const double pixel : {std::nan(""), std::numeric_limits<double>::infinity()}) {
    auto broken = images;
    broken(1, 0, 2, 3) = pixel;
    Psnr<double> of_broken;
    const auto values = of_broken.add(broken, random_images<double>({2, 1, 5, 6}, 2));
    CHECK(std::isfinite(values[0]));
    CHECK_FALSE(std::isfinite(values[1]));
    CHECK_FALSE(std::isfinite(of_broken.value()));
  }
}

TEST_CASE("PSNR ignores pixels of weight 0, and leaves out images of such pixels alone", "[metrics][psnr]") {
  const Shape shape{3, 2, 5, 6};
  auto prediction = random_images<double>(shape, 1);
  const auto target = random_images<double>(shape, 2);
  auto weights = constant_images<double>({3, 1, 5, 6}, 1);

  Psnr<double> plain, masked;
  CHECK(plain.add(prediction, target) == masked.add(prediction, crisp::weighted(target, weights)));
  CHECK(plain.value() == masked.value());

  weights(0, 0, 1, 1) = 0;
  weights.chip<0>(1).setZero();
  Psnr<double> expected, holed;
  expected.add(prediction, crisp::weighted(target, weights));
  prediction(0, 0, 1, 1) = std::nan("");
  prediction.chip<0>(1).setConstant(std::nan(""));
  const auto values = holed.add(prediction, crisp::weighted(target, weights));
  CHECK(holed.count() == 2);
  CHECK(std::isnan(values[1]));
  CHECK(holed.value() == expected.value());
  CHECK(holed.value() == Catch::Approx((values[0] + values[2]) / 2).epsilon(1e-12));
}

TEST_CASE("PSNR refuses what has none, and stays as it was", "[metrics][psnr]") {
  Psnr<float> psnr;
  const auto images = random_images<float>({2, 1, 5, 6}, 1);
  psnr.add(images, random_images<float>({2, 1, 5, 6}, 2));
  check_refuses<crisp::ShapeError>(psnr,
                                   [&] {
                                     psnr.add(images, random_images<float>({2, 1, 5, 7}, 2));
                                   },
                                   {"[2, 1, 5, 6]", "[2, 1, 5, 7]"});
  check_refuses<crisp::ShapeError>(psnr, [&] { psnr.add(Images<float>(), Images<float>()); },
                                   {"[0, 0, 0, 0]"});
  auto weights = constant_images<float>({2, 1, 5, 6}, 1);
  weights(1, 0, 3, 2) = -2;
  check_refuses<crisp::OptionError>(psnr, [&] { psnr.add(images, crisp::weighted(images, weights)); },
                                    {"-2", "[1, 0, 3, 2]"});
  check_refuses<crisp::OptionError>(psnr, [&] { psnr.merge(Psnr<float>(PsnrOptions{255})); },
                                    {"data_range", " 1 ", "255"});
  check_refuses_options<Psnr<float>>(PsnrOptions{0}, {"data_range", "got 0"});
  check_refuses_options<Psnr<float>>(PsnrOptions{std::nan("")}, {"data_range", "nan"});
}
