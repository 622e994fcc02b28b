#include "crisp/losses/ssim.hpp"

#include <cmath>
#include <limits>
#include <string>

#include "crisp/core/compose.hpp"
#include "crisp/core/evaluate.hpp"
#include "crisp/core/executor.hpp"
#include "crisp/testing/gradient_check.hpp"
#include "losses/plain_similarity.hpp"
#include "support/catch.hpp"
#include "support/derivatives.hpp"
#include "support/golden.hpp"
#include "support/random_images.hpp"

using crisp::Images;
using crisp::Index;
using crisp::Shape;
using crisp::SsimLoss;
using crisp::SsimOptions;

namespace {

SsimOptions with_range(double data_range) {
  SsimOptions options;
  options.data_range = data_range;
  return options;
}

SsimOptions from_json(const nlohmann::json& json) {
  SsimOptions options;
  options.data_range = json.at("data_range").get<double>();
  options.window = json.at("window").get<Index>();
  options.sigma = json.at("sigma").get<double>();
  options.k1 = json.at("k1").get<double>();
  options.k2 = json.at("k2").get<double>();
  return options;
}

struct Pair {
  Images<float> prediction;
  Images<float> target;
};

/// A target of the given span above an offset, and a prediction that is as similar.
Pair textured_pair(const Shape& shape, double offset, double span, float similarity) {
  Pair pair{random_images<float>(shape, 1), random_images<float>(shape, 2)};
  pair.prediction =
      (pair.prediction * (0.9f * (1 - similarity)) + pair.target * similarity) * static_cast<float>(span) +
      static_cast<float>(offset);
  pair.target = pair.target * static_cast<float>(span) + static_cast<float>(offset);
  return pair;
}

/// A texture, the right half of it on a step.
Pair stepped_pair(double texture, float step) {
  Pair pair = textured_pair({1, 1, 64, 64}, 0, texture, 0.65f);
  for (Index i = 0; i < pair.target.size(); ++i) {
    if (i % 64 < 32) continue;
    pair.prediction.data()[i] += step;
    pair.target.data()[i] += step;
  }
  return pair;
}

/// Images that are the same but for their lower half: there the target is so much brighter than a flat shade.
Pair flat_below(float shade, float brighter) {
  Pair pair{random_images<float>({1, 1, 24, 24}, 1), {}};
  for (Index i = pair.prediction.size() / 2; i < pair.prediction.size(); ++i)
    pair.prediction.data()[i] = shade;
  pair.target = pair.prediction;
  const auto noise = random_images<float>({1, 1, 24, 24}, 2);
  for (Index i = pair.target.size() / 2; i < pair.target.size(); ++i)
    pair.target.data()[i] += brighter * noise.data()[i];
  return pair;
}

/// The accuracy of float against double on the same pixels.
void check_float(const SsimOptions& options, const Pair& pair, double value_accuracy,
                 double gradient_accuracy) {
  Images<float> gradient;
  Images<double> wide_gradient;
  const Images<double> prediction = pair.prediction.cast<double>();
  const Images<double> target = pair.target.cast<double>();
  const auto value = static_cast<double>(
      crisp::value_and_gradient(SsimLoss<float>(options), pair.prediction, pair.target, gradient));
  const double wide = crisp::value_and_gradient(SsimLoss<double>(options), prediction, target, wide_gradient);
  CAPTURE(options.data_range, value, wide);
  CHECK(std::abs(value - wide) <= value_accuracy * wide);
  CHECK(crisp_test::gradient_error(gradient, wide_gradient) <= gradient_accuracy);
}

/// SSIM by its formula alone: every window summed on its own.
double plain_ssim_loss(const SsimOptions& options, const Images<double>& prediction,
                       const Images<double>& target) {
  const auto taps = crisp::gaussian_taps<double>(options.window, options.sigma);
  const Index n = options.window;
  const double c1 = std::pow(options.k1 * options.data_range, 2);
  const double c2 = std::pow(options.k2 * options.data_range, 2);
  double sum = 0;
  Index count = 0;
  for (Index b = 0; b < prediction.dimension(0); ++b) {
    for (Index c = 0; c < prediction.dimension(1); ++c) {
      for (Index i = 0; i + n <= prediction.dimension(2); ++i) {
        for (Index j = 0; j + n <= prediction.dimension(3); ++j, ++count) {
          double mx = 0, my = 0, xx = 0, yy = 0, xy = 0;
          for (Index k = 0; k < n; ++k) {
            for (Index l = 0; l < n; ++l) {
              const double w = taps[k] * taps[l];
              const double x = prediction(b, c, i + k, j + l);
              const double y = target(b, c, i + k, j + l);
              mx += w * x;
              my += w * y;
              xx += w * x * x;
              yy += w * y * y;
              xy += w * x * y;
            }
          }
          sum += (2 * mx * my + c1) * (2 * (xy - mx * my) + c2) /
                 ((mx * mx + my * my + c1) * (xx - mx * mx + yy - my * my + c2));
        }
      }
    }
  }
  return 1 - sum / static_cast<double>(count);
}

bool all_zero(const Images<double>& images) { return largest_entry(images) == 0; }

}  // namespace

TEST_CASE("SSIM equals pytorch-msssim on the golden cases", "[ssim][golden]") {
  for (const std::string name : {"ssim_28", "ssim_255"}) {
    const auto golden = crisp_test::load_golden(name);
    if (!golden) return;
    REQUIRE(golden->loss == "ssim");
    crisp_test::check_golden(SsimLoss<double>(from_json(golden->options)), *golden);
    crisp_test::check_golden(SsimLoss<float>(from_json(golden->options)), *golden, 2e-6, 5e-5);
  }
}

TEST_CASE("SSIM is its formula, window by window", "[ssim]") {
  for (const Index window : {1, 2, 5, 8, 11, 16}) {
    for (const Shape& shape : {Shape{1, 1, 16, 16}, Shape{2, 3, 17, 29}, Shape{1, 2, 41, 16}}) {
      SsimOptions options = with_window(window, 0.7 * static_cast<double>(window));
      options.data_range = 2;
      options.k1 = 0.02;
      const auto prediction = random_images<double>(shape, 1, -1, 1);
      const auto target = random_images<double>(shape, 2, -1, 1);
      CAPTURE(window, shape);
      CHECK(crisp::value(SsimLoss<double>(options), prediction, target) ==
            Catch::Approx(plain_ssim_loss(options, prediction, target)).epsilon(1e-12));
    }
  }
}

TEST_CASE("SSIM's gradient is its derivative", "[ssim][gradient]") {
  struct Case {
    Shape shape;
    SsimOptions options;
  };
  SsimOptions bytes = with_window(7, 2);
  bytes.data_range = 255;
  SsimOptions without_constants = with_window(5);
  without_constants.k1 = 0;
  without_constants.k2 = 0;
  for (const Case& c : {Case{{1, 1, 11, 11}, {}}, Case{{1, 1, 13, 17}, {}}, Case{{2, 3, 12, 19}, {}},
                        Case{{1, 1, 3, 5}, with_window(1)}, Case{{1, 3, 7, 4}, with_window(2, 0.5)},
                        Case{{1, 1, 23, 8}, with_window(5, 3)}, Case{{2, 1, 8, 31}, with_window(8, 2.5)},
                        Case{{1, 1, 5, 43}, with_window(5, 0.3)}, Case{{1, 1, 50, 7}, with_window(7)},
                        Case{{1, 1, 9, 10}, without_constants}}) {
    const auto report = crisp::check_gradient(SsimLoss<double>(c.options), random_images<double>(c.shape, 3),
                                              random_images<double>(c.shape, 2));
    INFO(report);
    CHECK(report.passed());
    CHECK(report.compared == report.pixels());
  }
  const auto report =
      crisp::check_gradient(SsimLoss<double>(bytes), random_images<double>({1, 1, 13, 12}, 1, 0, 255),
                            random_images<double>({1, 1, 13, 12}, 2, 0, 255));
  INFO(report);
  CHECK(report.passed());
}

TEST_CASE("SSIM's gradient is its derivative inside a sum, added to what is there", "[ssim][gradient]") {
  const auto report = crisp::check_gradient(0.5 * SsimLoss<double>() + 2 * SsimLoss<double>(with_window(3)),
                                            random_images<double>({1, 2, 12, 13}, 1),
                                            random_images<double>({1, 2, 12, 13}, 2));
  INFO(report);
  CHECK(report.passed());
}

TEST_CASE("SSIM of equal images is exactly 1, with no gradient", "[ssim]") {
  const Shape shape{2, 1, 19, 23};
  for (const auto& images : {random_images<double>(shape, 1), random_images<double>(shape, 1, 65000, 65535),
                             constant_images<double>(shape, 0), constant_images<double>(shape, 0.3)}) {
    Images<double> gradient;
    CHECK(crisp::value_and_gradient(SsimLoss<double>(), images, images, gradient) == 0);
    CHECK(all_zero(gradient));
    const Images<float> narrow = images.cast<float>();
    CHECK(crisp::value(SsimLoss<float>(), narrow, narrow) == 0);
  }
}

TEST_CASE("SSIM of black and flat images is finite and right", "[ssim]") {
  const Shape shape{1, 1, 15, 18};
  const auto black = constant_images<double>(shape, 0);
  const auto grey = constant_images<double>(shape, 0.5);
  const auto textured = random_images<double>(shape, 3);
  Images<double> gradient;
  for (const auto& images : {grey, textured}) {
    for (const bool swapped : {false, true}) {
      const auto& prediction = swapped ? images : black;
      const auto& target = swapped ? black : images;
      const double value = crisp::value_and_gradient(SsimLoss<double>(), prediction, target, gradient);
      CHECK(value == Catch::Approx(plain_ssim_loss({}, prediction, target)).epsilon(1e-12));
      CHECK(all_finite(gradient));
    }
  }
  SsimOptions options;
  options.k1 = 0;
  options.k2 = 0;
  CHECK(crisp::value_and_gradient(SsimLoss<double>(options), black, black, gradient) == 0);
  CHECK(all_zero(gradient));
}

TEST_CASE("SSIM in float agrees with double as its docstring says, however bright", "[ssim]") {
  for (const Shape& shape : {Shape{2, 1, 28, 28}, Shape{1, 3, 67, 131}, Shape{1, 1, 256, 256}}) {
    for (const float similarity : {0.f, 0.65f, 0.9f, 0.999f}) {
      CAPTURE(shape, similarity);
      const auto check = [&](double data_range, double offset, double span) {
        check_float(with_range(data_range), textured_pair(shape, offset, span, similarity), 3e-7, 2e-6);
      };
      check(1, 0, 1);
      check(255, 0, 255);
      check(255, 250, 5);
      check(65535, 0, 65535);
      check(65535, 65000, 500);
      check(1, 1e4, 1);
      check(1, -1e4, 1);
      check(1, 1e4, 0.1);
    }
  }
  for (const double texture : {0.01, 0.1, 1.}) {
    CAPTURE(texture);
    check_float({}, stepped_pair(texture, 1), 2e-6, 5e-5);
    check_float({}, stepped_pair(texture, 10), 1e-3, 2.5e-2);
  }
}

TEST_CASE("SSIM never exceeds 1, nor its loss 2", "[ssim]") {
  const Shape shape{1, 1, 40, 40};
  for (const float brightness : {1.f, 255.f, 1e4f, 1e7f}) {
    const auto flat = constant_images<float>(shape, brightness);
    Images<float> flicker = flat;
    for (Index i = 0; i < flicker.size(); i += 3) flicker.data()[i] = std::nextafter(brightness, 0.f);
    const float loss = crisp::value(SsimLoss<float>(), flicker, flat);
    CHECK(loss >= 0);
    CHECK(loss <= 2);
  }
  // Flat and equal on the left, flat and unlike on the right: the variances are rounding noise of either
  // sign.
  for (float step = 100; step < 300; step += 7) {
    auto target = constant_images<float>(shape, 1e5f);
    Images<float> stepped = target;
    for (Index i = 0; i < stepped.size(); ++i) {
      if (i % 40 >= 20) stepped.data()[i] += step;
    }
    for (const Index window : {2, 3, 5, 7, 11}) {
      const float loss = crisp::value(SsimLoss<float>(with_window(window)), stepped, target);
      CAPTURE(step, window);
      CHECK(loss >= 0);
      CHECK(loss <= 2);
    }
  }
  const auto image = random_images<float>(shape, 1);
  const Images<float> inverted = -image + 1.f;
  const float loss = crisp::value(SsimLoss<float>(), image, inverted);
  CHECK(loss > 1);
  CHECK(loss <= 2);
}

TEST_CASE("SSIM of images that are not finite is not finite", "[ssim]") {
  const Shape shape{1, 1, 14, 15};
  for (const double pixel :
       {std::numeric_limits<double>::quiet_NaN(), std::numeric_limits<double>::infinity(),
        -std::numeric_limits<double>::infinity()}) {
    auto bad = random_images<double>(shape, 1);
    const auto good = random_images<double>(shape, 2);
    bad(0, 0, 13, 14) = pixel;
    CHECK_FALSE(std::isfinite(crisp::value(SsimLoss<double>(), bad, good)));
    CHECK_FALSE(std::isfinite(crisp::value(SsimLoss<double>(), good, bad)));
    CHECK_FALSE(std::isfinite(crisp::value(SsimLoss<double>(), bad, bad)));
    Images<double> gradient;
    crisp::Workspace<SsimLoss<double>> workspace;
    CHECK_FALSE(std::isfinite(crisp::value_and_gradient(SsimLoss<double>(), bad, good, gradient, workspace)));
    // What a bad plane left in the workspace does not reach the next.
    const double value = crisp::value_and_gradient(SsimLoss<double>(), good, good, gradient, workspace);
    CHECK(value == 0);
    CHECK(all_zero(gradient));
  }
}

TEST_CASE("SSIM has the same bits for any number of threads", "[ssim]") {
  const auto prediction = random_images<float>({5, 3, 31, 22}, 1);
  const auto target = random_images<float>({5, 3, 31, 22}, 2);
  Images<float> gradient, threaded_gradient;
  const float value = crisp::value_and_gradient(SsimLoss<float>(), prediction, target, gradient);
  for (const int threads : {1, 2, 5}) {
    const crisp::Threads executor(threads);
    CHECK(crisp::value_and_gradient(SsimLoss<float>(), prediction, target, threaded_gradient, executor) ==
          value);
    CHECK(std::equal(gradient.data(), gradient.data() + gradient.size(), threaded_gradient.data()));
    CHECK(crisp::value(SsimLoss<float>(), prediction, target, executor) == value);
  }
}

TEST_CASE("An SSIM workspace fits any shape and any options, one after another", "[ssim]") {
  crisp::Workspace<SsimLoss<double>> workspace;
  for (const Index window : {11, 4, 11, 1}) {
    for (const Shape& shape :
         {Shape{1, 1, 60, 14}, Shape{1, 1, 11, 33}, Shape{1, 1, 40, 13}, Shape{1, 1, 90, 13}}) {
      const SsimLoss<double> loss(with_window(window));
      const auto prediction = random_images<double>(shape, 1);
      const auto target = random_images<double>(shape, 2);
      Images<double> gradient, fresh_gradient;
      const double value = crisp::value_and_gradient(loss, prediction, target, gradient, workspace);
      CHECK(value == crisp::value_and_gradient(loss, prediction, target, fresh_gradient));
      CHECK(largest_difference(gradient, fresh_gradient) == 0);
    }
  }
}

TEST_CASE("SSIM refuses options and shapes out of range, quoting them", "[ssim]") {
  using Catch::Contains;
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const double infinity = std::numeric_limits<double>::infinity();
  for (const double range : {0., -1.5, nan, infinity}) {
    CHECK_THROWS_AS(SsimLoss<float>(with_range(range)), crisp::OptionError);
  }
  CHECK_THROWS_WITH(SsimLoss<float>(with_range(-1.5)), Contains("data_range") && Contains("-1.5"));
  CHECK_THROWS_AS(SsimLoss<float>(with_window(0)), crisp::OptionError);
  CHECK_THROWS_WITH(SsimLoss<float>(with_window(-3)), Contains("window") && Contains("-3"));
  for (const double sigma : {0., -2., nan, infinity}) {
    CHECK_THROWS_AS(SsimLoss<float>(with_window(11, sigma)), crisp::OptionError);
  }
  for (const double k : {-0.25, nan, infinity}) {
    SsimOptions options;
    options.k1 = k;
    CHECK_THROWS_AS(SsimLoss<float>(options), crisp::OptionError);
    options.k1 = 0.01;
    options.k2 = k;
    CHECK_THROWS_AS(SsimLoss<float>(options), crisp::OptionError);
  }
  const auto small = random_images<float>({1, 1, 10, 30}, 1);
  CHECK_THROWS_AS(crisp::value(SsimLoss<float>(), small, small), crisp::ShapeError);
  CHECK_THROWS_WITH(crisp::value(SsimLoss<float>(), small, small),
                    Contains("11") && Contains("10") && Contains("30"));
  const auto narrow = random_images<float>({1, 1, 30, 10}, 1);
  CHECK_THROWS_AS(crisp::value(SsimLoss<float>(), narrow, narrow), crisp::ShapeError);
}

TEST_CASE("An SSIM workspace forgets a wider image", "[ssim]") {
  const crisp::SsimLoss<float> loss;
  crisp::Workspace<crisp::SsimLoss<float>> workspace;
  for (const crisp::Index width : {32, 29, 26, 25, 30, 17, 31}) {
    CAPTURE(width);
    const auto prediction = random_images<float>({1, 1, 24, width}, 1);
    const auto target = random_images<float>({1, 1, 24, width}, 2);
    crisp::Images<float> reused, fresh;
    crisp::value_and_gradient(loss, prediction, target, reused, workspace);
    crisp::value_and_gradient(loss, prediction, target, fresh);
    CHECK(largest_difference(reused, fresh) == 0);
  }
}

TEST_CASE("SSIM refuses constants that its scalar cannot hold", "[ssim][errors]") {
  CHECK_THROWS_WITH(SsimLoss<float>(with_range(1e-25)), Catch::Contains("1e-25"));
  CHECK_THROWS_AS(SsimLoss<float>(with_range(1e25)), crisp::OptionError);
  CHECK_NOTHROW(SsimLoss<double>(with_range(1e25)));
}

// Where rounding would decide: of windows without variance nothing can be said of their structure, which counts as alike.
TEST_CASE("Without constants, windows without variance or light count as alike", "[ssim]") {
  crisp::SsimOptions options;
  options.window = 3;
  options.k2 = 0;
  Images<double> x(1, 1, 3, 4), y(1, 1, 3, 4), gradient;
  x.setConstant(.81);
  y.setConstant(.3);
  x.chip<3>(3).setConstant(.25);
  y.chip<3>(3).setConstant(.66);
  CHECK(crisp::value_and_gradient(crisp::SsimLoss<double>(options), x, y, gradient) ==
        Approx(1.08849).epsilon(1e-5));
  CHECK(all_finite(gradient));
  options.window = 1;
  const auto weights = random_weights<double>({1, 1, 3, 4}, 1, true);
  crisp::value_and_gradient(crisp::SsimLoss<double>(options), x, crisp::weighted(y, weights), gradient);
  CHECK(largest_entry(gradient) < 1e3);

  options = {};
  options.window = 3;
  options.k1 = 0;
  Images<double> dark(1, 1, 6, 6), other = random_images<double>({1, 1, 6, 6}, 1);
  dark = other;
  for (Index row = 0; row < 6; ++row) {
    for (Index column = 0; column < 3; ++column) dark(0, 0, row, column) = other(0, 0, row, column) = 0;
  }
  Images<double> dark_gradient;
  CHECK(crisp::value_and_gradient(crisp::SsimLoss<double>(options), dark, other, dark_gradient) == 0);
  CHECK(all_finite(dark_gradient));
}

TEST_CASE("A constant of 0 takes nothing from the factor that has the other", "[ssim]") {
  SsimOptions no_c2 = with_window(1);
  no_c2.k2 = 0;
  check_float(no_c2, flat_below(0, 1e-8f), 1e-6, 5e-5);  // next to black, which C1 takes care of
  SsimOptions no_c1 = with_window(3);
  no_c1.k1 = 0;
  no_c1.data_range = 255;
  check_float(no_c1, flat_below(20, 1e-3f), 5e-6, 5e-5);  // next to flat, which C2 takes care of
}
