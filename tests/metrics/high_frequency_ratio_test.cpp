#include "crisp/metrics/high_frequency_ratio.hpp"

#include <cmath>
#include <complex>
#include <limits>

#include "metrics/accumulation.hpp"
#include "metrics/sharpness_images.hpp"
#include "support/catch.hpp"
#include "support/random_images.hpp"

using crisp::Images;
using crisp::Index;
using crisp::Shape;
using crisp::metrics::HighFrequencyOptions;
using crisp::metrics::HighFrequencyRatio;

namespace {

const double two_pi = 2 * std::acos(-1.0);
constexpr double infinity = std::numeric_limits<double>::infinity();

/// The energy of a plane by the formula alone, every bin a sum over the pixels.
double plain_energy(const Images<double>& images, Index image, Index channel, double cutoff) {
  const Index height = images.dimension(2), width = images.dimension(3);
  const auto part = [](Index i, Index n) { return static_cast<double>(i) / static_cast<double>(n); };
  double mean = 0;
  for (Index y = 0; y < height; ++y) {
    for (Index x = 0; x < width; ++x) mean += images(image, channel, y, x);
  }
  mean /= static_cast<double>(height * width);
  double energy = 0;
  for (Index u = 0; u < height; ++u) {
    for (Index v = 0; v < width; ++v) {
      const double down = std::min(part(u, height), 1 - part(u, height));
      const double along = std::min(part(v, width), 1 - part(v, width));
      if (down * down + along * along <= cutoff * cutoff * (1 + 1e-12)) continue;
      std::complex<double> bin = 0;
      for (Index y = 0; y < height; ++y) {
        for (Index x = 0; x < width; ++x) {
          const double window = (0.5 - 0.5 * std::cos(two_pi * part(y, height))) *
                                (0.5 - 0.5 * std::cos(two_pi * part(x, width)));
          bin += (images(image, channel, y, x) - mean) * window *
                 std::polar(1.0, -two_pi * (part(u * y, height) + part(v * x, width)));
        }
      }
      energy += std::norm(bin);
    }
  }
  return energy;
}

double ratio_of(const Images<double>& prediction, const Images<double>& target, double cutoff = 0.25) {
  HighFrequencyRatio<double> ratio(HighFrequencyOptions{cutoff});
  ratio.add(prediction, target);
  return ratio.value();
}

}  // namespace

TEST_CASE("The high-frequency ratio is its formula", "[metrics][sharpness]") {
  for (const double cutoff : {0.1, 0.25, 0.45}) {
    for (const Shape& shape :
         {Shape{2, 3, 7, 10}, Shape{3, 1, 8, 12}, Shape{1, 2, 9, 5}, Shape{1, 1, 4, 4}}) {
      const auto prediction = random_images<double>(shape, 1);
      const auto target = random_images<double>(shape, 2, -3, 1);
      HighFrequencyRatio<double> ratio(HighFrequencyOptions{cutoff});
      const auto values = ratio.add(prediction, target);
      CAPTURE(cutoff, shape);
      double prediction_energy = 0, target_energy = 0;
      for (Index image = 0; image < shape.batch; ++image) {
        double of_prediction = 0, of_target = 0;
        for (Index channel = 0; channel < shape.channels; ++channel) {
          of_prediction += plain_energy(prediction, image, channel, cutoff);
          of_target += plain_energy(target, image, channel, cutoff);
        }
        CHECK(values[static_cast<std::size_t>(image)] ==
              Catch::Approx(of_prediction / of_target).epsilon(1e-10));
        prediction_energy += of_prediction;
        target_energy += of_target;
      }
      CHECK(ratio.value() == Catch::Approx(prediction_energy / target_energy).epsilon(1e-10));
    }
  }
}

TEST_CASE("The high-frequency ratio accumulates, merges and has the same bits on any threads",
          "[metrics][sharpness]") {
  const auto prediction = random_images<float>({7, 3, 9, 8}, 1);
  const auto target = random_images<float>({7, 3, 9, 8}, 2, 0, 3);
  check_accumulation(
      HighFrequencyRatio<float>(), [&](auto& ratio, Index first, Index count, const auto& executor) {
        return ratio.add(some_images(prediction, first, count), some_images(target, first, count), executor);
      });

  HighFrequencyRatio<float> narrow;
  HighFrequencyRatio<double> wide;
  narrow.add(prediction, target);
  wide.add(Images<double>(prediction.cast<double>()), Images<double>(target.cast<double>()));
  CHECK(narrow.value() == wide.value());

  // Other sizes in between.
  const auto others = random_images<float>({2, 1, 20, 11}, 1);
  const auto other_targets = random_images<float>({2, 1, 20, 11}, 2);
  CHECK(narrow.add(others, other_targets) == HighFrequencyRatio<float>().add(others, other_targets));
  CHECK(narrow.add(prediction, target) == HighFrequencyRatio<float>().add(prediction, target));
}

TEST_CASE("The high-frequency ratio falls with blur and grows with noise", "[metrics][sharpness]") {
  for (const auto& target :
       {disc_image(28, 28, 1), disc_image(63, 50, 2), random_images<double>({2, 3, 31, 30}, 3)}) {
    double last = 1;
    CHECK(ratio_of(target, target) == 1);
    for (const double sigma : {0.4, 0.6, 0.9, 1.4}) {
      const double ratio = ratio_of(blurred(target, sigma), target);
      CHECK(ratio < 0.9 * last);
      last = ratio;
    }
    CHECK(last < 0.05);
    const Images<double> noise = random_images<double>(crisp::detail::shape_of(target), 9);
    CHECK(ratio_of(target + 0.5 * noise, target) > 1);
  }
}

TEST_CASE("The high-frequency ratio heeds neither brightness, contrast nor jumps across the borders",
          "[metrics][sharpness]") {
  const auto target = disc_image(40, 40, 1);
  const auto prediction = blurred(target, 0.6);
  const double ratio = ratio_of(prediction, target);
  CHECK(ratio_of(prediction + 5.0, target - 3.0) == Catch::Approx(ratio).epsilon(1e-10));
  CHECK(ratio_of(prediction * 255.0, target * 255.0) == Catch::Approx(ratio).epsilon(1e-10));

  Images<double> slope(1, 1, 40, 40);
  for (Index i = 0; i < slope.size(); ++i) slope.data()[i] = 0.05 * static_cast<double>(i % 40);
  const Images<double> sloped = target + slope;
  CHECK(ratio_of(blurred(sloped, 1.5), sloped) < 0.02);
}

TEST_CASE("The high-frequency ratio is one of sums: images count by their detail", "[metrics][sharpness]") {
  auto target = random_images<double>({2, 1, 12, 12}, 1);
  target.chip<0>(1) = target.chip<0>(1) * 1e-3;
  auto prediction = target;
  prediction.chip<0>(0) = prediction.chip<0>(0) * 0.5;
  prediction.chip<0>(1) = prediction.chip<0>(1) * 10.0;
  HighFrequencyRatio<double> ratio;
  const auto values = ratio.add(prediction, target);
  CHECK(values[0] == Catch::Approx(0.25).epsilon(1e-12));
  CHECK(values[1] == Catch::Approx(100).epsilon(1e-12));
  CHECK(ratio.value() == Catch::Approx(0.25).epsilon(1e-3));
}

TEST_CASE("The high-frequency ratio without detail in the target", "[metrics][sharpness]") {
  const Shape shape{1, 2, 15, 18};
  const auto textured = random_images<double>(shape, 1);
  for (const double grey : {0.0, 0.1, 1.0 / 3, 1e6}) {
    const auto flat = constant_images<double>(shape, grey);
    CHECK(ratio_of(flat, flat) == 1);
    CHECK(ratio_of(textured, flat) == infinity);
    CHECK(ratio_of(flat, textured) == 0);
  }
  for (const double pixel : {std::nan(""), infinity}) {
    auto broken = textured;
    broken(0, 1, 3, 4) = pixel;
    CHECK(std::isnan(ratio_of(broken, textured)));
    CHECK(std::isnan(ratio_of(textured, broken)));
  }
}

TEST_CASE("The high-frequency ratio refuses what has none, and stays as it was", "[metrics][sharpness]") {
  HighFrequencyRatio<double> ratio(HighFrequencyOptions{0.6});
  const auto images = random_images<double>({2, 1, 8, 9}, 1);
  ratio.add(images, random_images<double>({2, 1, 8, 9}, 2));
  check_refuses<crisp::ShapeError>(ratio,
                                   [&] {
                                     ratio.add(images, random_images<double>({2, 1, 9, 9}, 2));
                                   },
                                   {"[2, 1, 8, 9]", "[2, 1, 9, 9]"});
  const auto line = random_images<double>({1, 1, 1, 9}, 1);
  check_refuses<crisp::ShapeError>(ratio, [&] { ratio.add(line, line); }, {"2x2", "1x9"});
  const auto small = random_images<double>({1, 1, 3, 3}, 1);
  check_refuses<crisp::ShapeError>(ratio, [&] { ratio.add(small, small); }, {"3x3", "0.6"});
  check_refuses<crisp::OptionError>(ratio, [&] { ratio.merge(HighFrequencyRatio<double>()); },
                                    {"cutoff", "0.6", "0.25"});
  for (const double cutoff : {0.0, -0.1, 0.70711, 2.0}) {
    check_refuses_options<HighFrequencyRatio<float>>(HighFrequencyOptions{cutoff}, {"cutoff", "0.7071"});
  }
}
