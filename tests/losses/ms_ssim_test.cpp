#include "crisp/losses/ms_ssim.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "crisp/core/compose.hpp"
#include "crisp/core/evaluate.hpp"
#include "crisp/core/executor.hpp"
#include "crisp/core/weighted.hpp"
#include "losses/plain_similarity.hpp"
#include "support/catch.hpp"
#include "support/derivatives.hpp"
#include "support/golden.hpp"
#include "support/loss_checks.hpp"
#include "support/random_images.hpp"

using crisp::Images;
using crisp::Index;
using crisp::MsSsimLoss;
using crisp::MsSsimOptions;
using crisp::OddSizes;
using crisp::Shape;

namespace {

MsSsimOptions small_options(Index window, std::vector<double> weights,
                            OddSizes odd_sizes = OddSizes::zero_padding) {
  MsSsimOptions options;
  options.window = window;
  options.sigma = 0.4 * static_cast<double>(window);
  options.weights = std::move(weights);
  options.odd_sizes = odd_sizes;
  return options;
}

const std::vector<OddSizes> all_odd_sizes = {OddSizes::zero_padding, OddSizes::symmetric_padding,
                                             OddSizes::drop_last};

/// A plane with odd sizes made even: rows and columns of zeros before, of copies after, or less a row and column.
plain::Plane even(const plain::Plane& plane, OddSizes odd_sizes, bool is_weights) {
  const Index height = plane.rows();
  const Index width = plane.cols();
  if (odd_sizes == OddSizes::drop_last) return plane.topLeftCorner(height / 2 * 2, width / 2 * 2);
  const bool before = odd_sizes == OddSizes::zero_padding;
  plain::Plane result(height + height % 2, width + width % 2);
  for (Index i = 0; i < result.rows(); ++i) {
    for (Index j = 0; j < result.cols(); ++j) {
      const Index y = i - (before ? height % 2 : 0);
      const Index x = j - (before ? width % 2 : 0);
      const double pixel = plane(std::clamp<Index>(y, 0, height - 1), std::clamp<Index>(x, 0, width - 1));
      result(i, j) = !is_weights && (y < 0 || x < 0) ? 0 : pixel;
    }
  }
  return result;
}

/// The weighted means of blocks; the mean weights themselves, of the weights.
plain::Plane pooled(const plain::Plane& pixels, const plain::Plane& weights, bool is_weights) {
  plain::Plane result(pixels.rows() / 2, pixels.cols() / 2);
  for (Index i = 0; i < result.rows(); ++i) {
    for (Index j = 0; j < result.cols(); ++j) {
      const auto w = weights.block(2 * i, 2 * j, 2, 2);
      const auto x = pixels.block(2 * i, 2 * j, 2, 2);
      const double total = w.sum();
      result(i, j) = is_weights ? total / 4 : total > 0 ? (w * x).sum() / total : 0;
    }
  }
  return result;
}

/// MS-SSIM by its formula alone.
double plain_loss(const MsSsimOptions& options, const Images<double>& prediction,
                  const Images<double>& target, const Images<double>& weights) {
  const plain::Constants constants(options.k1, options.k2, options.data_range);
  return plain::mean_over_planes(prediction, target, weights, [&](auto x, auto y, auto w) {
    double product = 1;
    for (std::size_t i = 0; i < options.weights.size(); ++i) {
      const bool is_last = i + 1 == options.weights.size();
      const double mean = plain::mean_over_windows(
          x, y, w, options.window, options.sigma, constants, 1,
          [&](const plain::Window& window) { return is_last ? window.ssim() : window.contrast; });
      product *= std::pow(std::max(mean, 0.0), options.weights[i]);
      const plain::Plane even_w = even(w, options.odd_sizes, true);
      x = pooled(even(x, options.odd_sizes, false), even_w, false);
      y = pooled(even(y, options.odd_sizes, false), even_w, false);
      w = pooled(even_w, even_w, true);
    }
    return 1 - product;
  });
}

Images<double> ones(const Shape& shape) {
  return constant_images<double>({shape.batch, 1, shape.height, shape.width}, 1);
}

/// A prediction that is alike enough for no mean to be negative.
template <typename T>
Images<T> alike(const Images<T>& target, unsigned seed, T difference = T(0.5)) {
  const Shape shape = crisp::detail::shape_of(target);
  return target * (1 - difference) + random_images<T>(shape, seed) * difference;
}

MsSsimOptions from_json(const nlohmann::json& json) {
  MsSsimOptions options;
  options.data_range = json.at("data_range").get<double>();
  options.window = json.at("window").get<Index>();
  options.sigma = json.at("sigma").get<double>();
  options.k1 = json.at("k1").get<double>();
  options.k2 = json.at("k2").get<double>();
  options.weights = json.at("weights").get<std::vector<double>>();
  return options;
}

}  // namespace

TEST_CASE("MS-SSIM equals pytorch-msssim on the golden cases", "[ms_ssim][golden]") {
  for (const std::string name : {"ms_ssim_3", "ms_ssim_5"}) {
    const auto golden = crisp_test::load_golden(name);
    if (!golden) return;
    REQUIRE(golden->loss == "ms_ssim");
    crisp_test::check_golden(MsSsimLoss<double>(from_json(golden->options)), *golden);
    crisp_test::check_golden(MsSsimLoss<float>(from_json(golden->options)), *golden, 1e-6, 1e-5);
  }
}

TEST_CASE("MS-SSIM is its formula, whatever the sizes", "[ms_ssim]") {
  for (const OddSizes odd_sizes : all_odd_sizes) {
    for (const Shape& shape :
         {Shape{2, 3, 24, 32}, Shape{1, 2, 27, 38}, Shape{1, 1, 45, 25}, Shape{1, 1, 33, 31}}) {
      for (const Index window : {1, 4, 5}) {
        MsSsimOptions options = small_options(window, {0.3, 0.5, 0.4}, odd_sizes);
        options.data_range = 2;
        options.k1 = 0.02;
        const auto target = random_images<double>(shape, 2, -0.3, 1.2);
        const auto prediction = alike(target, 1);
        CAPTURE(shape, window, static_cast<int>(odd_sizes));
        const MsSsimLoss<double> loss(options);
        CHECK(crisp::value(loss, prediction, target) ==
              Catch::Approx(plain_loss(options, prediction, target, ones(shape))).epsilon(1e-12));
        for (const bool every_channel : {false, true}) {
          const auto weights = random_weights<double>(shape, 3, every_channel);
          CHECK(crisp::value(loss, prediction, crisp::weighted(target, weights)) ==
                Catch::Approx(plain_loss(options, prediction, target, weights)).epsilon(1e-12));
        }
      }
    }
  }
}

TEST_CASE("MS-SSIM of one level is SSIM to a power", "[ms_ssim]") {
  const Shape shape{1, 2, 15, 18};
  const auto prediction = random_images<double>(shape, 1);
  const auto target = random_images<double>(shape, 2);
  MsSsimOptions options;
  options.weights = {1};
  CHECK(crisp::value(MsSsimLoss<double>(options), prediction, target) ==
        Catch::Approx(crisp::value(crisp::SsimLoss<double>(), prediction, target)).epsilon(1e-13));
}

TEST_CASE("MS-SSIM's gradients are its derivatives", "[ms_ssim][gradient]") {
  MsSsimOptions other = small_options(3, {0.2, 1.7});
  other.data_range = 3;
  other.k1 = 0.05;
  other.k2 = 0.1;
  struct Case {
    Shape shape;
    MsSsimOptions options;
  };
  for (const Case& c : {Case{{1, 2, 13, 11}, small_options(3, {0.3, 0.7})},
                        Case{{2, 1, 14, 12}, small_options(3, {0.2, 0.3, 0.5})},
                        Case{{1, 1, 11, 15}, small_options(2, {0.2, 0.3, 0.5}, OddSizes::symmetric_padding)},
                        Case{{1, 1, 11, 15}, small_options(2, {0.2, 0.3, 0.5}, OddSizes::drop_last)},
                        Case{{1, 1, 9, 10}, other}, Case{{2, 1, 5, 7}, small_options(3, {0.8})},
                        Case{{1, 1, 9, 7}, small_options(1, {0.1, 0, 0.4})}}) {
    CAPTURE(c.shape);
    const auto target = random_images<double>(c.shape, 2);
    const auto prediction = alike(target, 1);
    const MsSsimLoss<double> loss(c.options);
    for (const bool every_channel : {false, true}) {
      check_derivatives(loss, prediction, target, random_weights<double>(c.shape, 3, every_channel));
    }
  }
  const auto target = random_images<double>({1, 1, 10, 9}, 2);
  check_derivatives(0.5 * MsSsimLoss<double>(small_options(3, {0.5, 0.5})) +
                        2 * MsSsimLoss<double>(small_options(2, {0.5, 0.5})),
                    alike(target, 1), target, random_weights<double>({1, 1, 10, 9}, 3, false));
}

TEST_CASE("A mean of MS-SSIM below 0 counts as 0, with no gradient", "[ms_ssim]") {
  const Shape shape{1, 1, 24, 26};
  const auto image = random_images<double>(shape, 1);
  const Images<double> inverted = -image + 1.0;
  for (const std::vector<double>& weights :
       {std::vector<double>{0.5, 0.5}, std::vector<double>{0, 1}, std::vector<double>{1, 0}}) {
    Images<double> gradient;
    const MsSsimLoss<double> loss(small_options(5, weights));
    CHECK(crisp::value_and_gradient(loss, image, inverted, gradient) == 1);
    CHECK(largest_entry(gradient) == 0);
  }
  // A level of weight 0 does not matter, even if its mean is negative: what is fine is inverted, what is coarse not.
  Images<double> target = constant_images<double>(shape, 0);
  Images<double> prediction = target;
  for (Index y = 0; y < 24; ++y) {
    for (Index x = 0; x < 26; ++x) {
      const double coarse = std::sin(0.5 * static_cast<double>(x)) + std::cos(0.4 * static_cast<double>(y));
      const double fine = (x + y) % 2 == 0 ? 2 : -2;
      target(0, 0, y, x) = coarse + fine;
      prediction(0, 0, y, x) = coarse - fine;
    }
  }
  CHECK(crisp::value(MsSsimLoss<double>(small_options(5, {0.5, 0.5})), prediction, target) == 1);
  const MsSsimLoss<double> coarse_alone(small_options(5, {0, 0.5}));
  CHECK(crisp::value(coarse_alone, prediction, target) < 1e-12);
  Images<double> gradient;
  prediction(0, 0, 10, 10) += 0.5;
  CHECK(crisp::value_and_gradient(coarse_alone, prediction, target, gradient) > 1e-5);
  const auto report = crisp::check_gradient(coarse_alone, prediction, target);
  INFO(report);
  CHECK(report.passed());
}

TEST_CASE("MS-SSIM stays finite where a mean is close to 0", "[ms_ssim]") {
  // From unlike to inverse: somewhere between, a mean passes through 0.
  const Shape shape{1, 1, 24, 24};
  const auto target = random_images<float>(shape, 1);
  const auto other = random_images<float>(shape, 2);
  const MsSsimLoss<float> loss(small_options(5, {0.05, 0.5}));
  Images<float> gradient;
  float low = -1;  // bisects to the last float
  float high = 1;
  const auto value_at = [&](float share) {
    const Images<float> prediction = other * (1 - std::abs(share)) + target * share;
    const float value = crisp::value_and_gradient(loss, prediction, target, gradient);
    CHECK(all_finite(gradient));
    return value;
  };
  REQUIRE(value_at(low) == 1);
  REQUIRE(value_at(high) == 0);
  for (int i = 0; i < 60; ++i) {
    const float middle = low + (high - low) / 2;
    (value_at(middle) == 1 ? low : high) = middle;
  }
}

TEST_CASE("MS-SSIM of equal images is exactly 1, with no gradient, black and flat ones too", "[ms_ssim]") {
  const Shape shape{2, 1, 19, 23};
  const auto options = small_options(5, {0.4, 0.6});
  for (const auto& images : {random_images<double>(shape, 1), random_images<double>(shape, 1, 65000, 65535),
                             constant_images<double>(shape, 0), constant_images<double>(shape, 0.3)}) {
    Images<double> gradient;
    const double value = crisp::value_and_gradient(MsSsimLoss<double>(options), images, images, gradient);
    CHECK(value == 0);
    CHECK_FALSE(std::signbit(value));
    CHECK(largest_entry(gradient) == 0);
    const Images<float> narrow = images.cast<float>();
    CHECK(crisp::value(MsSsimLoss<float>(options), narrow, narrow) == 0);
  }
  const auto black = constant_images<double>(shape, 0);
  for (const auto& images : {constant_images<double>(shape, 0.5), random_images<double>(shape, 3)}) {
    for (const bool swapped : {false, true}) {
      const auto& prediction = swapped ? images : black;
      const auto& target = swapped ? black : images;
      Images<double> gradient;
      CHECK(crisp::value_and_gradient(MsSsimLoss<double>(options), prediction, target, gradient) ==
            Catch::Approx(plain_loss(options, prediction, target, ones(shape))).epsilon(1e-12));
      CHECK(all_finite(gradient));
    }
  }
}

TEST_CASE("MS-SSIM in float agrees with double as its docstring says, however bright", "[ms_ssim]") {
  const auto check = [](const Shape& shape, OddSizes odd_sizes, float similarity, double data_range,
                        double offset, double span) {
    CAPTURE(shape, static_cast<int>(odd_sizes), similarity, data_range, offset, span);
    MsSsimOptions options;
    options.data_range = data_range;
    options.odd_sizes = odd_sizes;
    if (shape.height < 176) options.weights = {0.2, 0.3, 0.5};
    const auto base = random_images<float>(shape, 2);
    const auto spread = static_cast<float>(span);
    const auto low = static_cast<float>(offset);
    const Images<float> prediction = alike(base, 1, 1 - similarity) * spread + low;
    const Images<float> target = base * spread + low;
    const auto weights = random_weights<float>(shape, 3, false);
    const Images<double> wide_prediction = prediction.cast<double>();
    const Images<double> wide_target = target.cast<double>();
    const Images<double> wide_weights = weights.cast<double>();
    const MsSsimLoss<float> loss(options);
    const MsSsimLoss<double> wide_loss(options);
    Images<float> gradient;
    Images<double> wide_gradient;
    for (const bool weighted : {false, true}) {
      const auto value = static_cast<double>(
          weighted ? crisp::value_and_gradient(loss, prediction, crisp::weighted(target, weights), gradient)
                   : crisp::value_and_gradient(loss, prediction, target, gradient));
      const double wide =
          weighted ? crisp::value_and_gradient(wide_loss, wide_prediction,
                                               crisp::weighted(wide_target, wide_weights), wide_gradient)
                   : crisp::value_and_gradient(wide_loss, wide_prediction, wide_target, wide_gradient);
      const double gradient_error = crisp_test::gradient_error(gradient, wide_gradient);
      CAPTURE(weighted, value, wide, gradient_error);
      CHECK(std::abs(value - wide) <= 3e-7 * wide);
      CHECK(gradient_error <= 2e-6);
    }
  };
  for (const float similarity : {0.2f, 0.65f, 0.9f, 0.999f}) {
    check({1, 1, 181, 176}, OddSizes::zero_padding, similarity, 1, 0, 1);
    for (const OddSizes odd_sizes : all_odd_sizes) {
      const Shape shape{1, 2, 67, 61};
      check(shape, odd_sizes, similarity, 1, 0, 1);
      check(shape, odd_sizes, similarity, 255, 0, 255);
      check(shape, odd_sizes, similarity, 65535, 65000, 500);
      check(shape, odd_sizes, similarity, 1, 1e4, 1);
    }
  }
}

TEST_CASE("MS-SSIM of images that are not finite is not finite", "[ms_ssim]") {
  const Shape shape{1, 1, 15, 17};
  const auto good = random_images<double>(shape, 2);
  for (const OddSizes odd_sizes : all_odd_sizes) {
    for (const std::vector<double>& weights : {std::vector<double>{0.5, 0.5}, std::vector<double>{0, 1}}) {
      const MsSsimLoss<double> loss(small_options(5, weights, odd_sizes));
      for (const double pixel :
           {std::numeric_limits<double>::quiet_NaN(), std::numeric_limits<double>::infinity()}) {
        auto bad = random_images<double>(shape, 1);
        bad(0, 0, 14, 16) = pixel;
        crisp::Workspace<MsSsimLoss<double>> workspace;
        Images<double> gradient;
        CHECK_FALSE(std::isfinite(crisp::value(loss, bad, good)));
        CHECK_FALSE(std::isfinite(crisp::value(loss, good, bad)));
        CHECK_FALSE(std::isfinite(crisp::value_and_gradient(loss, bad, good, gradient, workspace)));
        // What a bad plane left in the workspace does not reach the next.
        CHECK(crisp::value_and_gradient(loss, good, good, gradient, workspace) == 0);
        CHECK(largest_entry(gradient) == 0);
      }
    }
  }
}

TEST_CASE("Pixels of weight 0 are ignored by MS-SSIM, whatever they hold", "[ms_ssim][weights]") {
  const Shape shape{1, 2, 23, 26};
  const auto weights = random_weights<float>(shape, 5, false);
  const auto target = random_images<float>(shape, 2);
  const auto prediction = alike(target, 1);
  Images<float> gradient, other_gradient;
  for (const OddSizes odd_sizes : all_odd_sizes) {
    const MsSsimLoss<float> loss(small_options(5, {0.4, 0.6}, odd_sizes));
    const float value =
        crisp::value_and_gradient(loss, prediction, crisp::weighted(target, weights), gradient);
    Images<float> other = prediction;
    Images<float> other_target = target;
    for (Index i = 0; i < other.size(); ++i) {
      if (weights.data()[i % weights.size()] > 0) continue;
      CHECK(gradient.data()[i] == 0);
      (i % 2 == 0 ? other : other_target).data()[i] = std::numeric_limits<float>::quiet_NaN();
    }
    CHECK(crisp::value_and_gradient(loss, other, crisp::weighted(other_target, weights), other_gradient) ==
          value);
    CHECK(largest_difference(gradient, other_gradient) == 0);
  }
}

TEST_CASE("MS-SSIM is continuous where weights approach 1, and 0 without any", "[ms_ssim][weights]") {
  const Shape shape{1, 2, 23, 27};
  const auto target = random_images<double>(shape, 2);
  const auto prediction = alike(target, 1);
  for (const OddSizes odd_sizes : all_odd_sizes) {
    const MsSsimLoss<double> loss(small_options(5, {0.4, 0.6}, odd_sizes));
    check_continuous_weights(loss, prediction, target, 1e-8);
    const auto nothing = constant_images<double>(shape, 0);
    Images<double> gradient;
    CHECK(crisp::value_and_gradient(loss, prediction, crisp::weighted(target, nothing), gradient) == 0);
    CHECK(largest_entry(gradient) == 0);
  }
  // Weight in a row and column that the second level drops: the first alone counts.
  auto weights = ones(shape);
  for (Index y = 0; y < 22; ++y) {
    for (Index x = 0; x < 26; ++x) weights(0, 0, y, x) = 0;
  }
  const auto options = small_options(5, {0.4, 0.6}, OddSizes::drop_last);
  crisp::Workspace<MsSsimLoss<double>> workspace;
  crisp::value(MsSsimLoss<double>(options), prediction, target, workspace);
  const double value =
      crisp::value(MsSsimLoss<double>(options), prediction, crisp::weighted(target, weights), workspace);
  CHECK(value == Catch::Approx(plain_loss(options, prediction, target, weights)).epsilon(1e-12));
  CHECK(value > 0);
}

TEST_CASE("A workspace of MS-SSIM serves any images and options, on any number of threads", "[ms_ssim]") {
  crisp::Workspace<MsSsimLoss<float>> workspace;
  for (const auto& options : {small_options(5, {0.4, 0.6}), small_options(3, {0.2, 0.3, 0.5}),
                              small_options(3, {1}), small_options(4, {1, 1})}) {
    for (const Shape& shape :
         {Shape{1, 2, 60, 14}, Shape{3, 1, 14, 33}, Shape{1, 1, 40, 13}, Shape{1, 3, 90, 13}}) {
      const MsSsimLoss<float> loss(options);
      const auto target = random_images<float>(shape, 2);
      const auto prediction = alike(target, 1);
      const auto weights = random_weights<float>(shape, 3, true);
      check_repeatable(loss, prediction, target, weights, workspace);
    }
  }
}

TEST_CASE("MS-SSIM refuses options and shapes out of range, quoting them", "[ms_ssim]") {
  using Catch::Contains;
  const double nan = std::numeric_limits<double>::quiet_NaN();
  MsSsimOptions options;
  options.weights = {};
  CHECK_THROWS_AS(MsSsimLoss<float>(options), crisp::OptionError);
  CHECK_THROWS_WITH(MsSsimLoss<float>(options), Contains("got 0"));
  options.weights = {0.5, -0.25};
  CHECK_THROWS_WITH(MsSsimLoss<float>(options), Contains("-0.25") && Contains("level 2"));
  for (const double weight : {nan, std::numeric_limits<double>::infinity(), 100.5}) {
    options.weights = {weight};
    CHECK_THROWS_AS(MsSsimLoss<float>(options), crisp::OptionError);
  }
  options = {};
  options.data_range = -1.5;
  CHECK_THROWS_WITH(MsSsimLoss<float>(options), Contains("MS-SSIM") && Contains("-1.5"));
  options = {};
  options.window = 0;
  CHECK_THROWS_AS(MsSsimLoss<float>(options), crisp::OptionError);
  options = {};
  options.sigma = nan;
  CHECK_THROWS_AS(MsSsimLoss<float>(options), crisp::OptionError);
  options = {};
  options.k2 = -1;
  CHECK_THROWS_AS(MsSsimLoss<float>(options), crisp::OptionError);

  const auto check_fit = [](OddSizes odd_sizes, Index enough) {
    MsSsimOptions five;
    five.odd_sizes = odd_sizes;
    const MsSsimLoss<float> loss(five);
    CHECK_NOTHROW(loss.check(enough, 500));
    CHECK_NOTHROW(loss.check(500, enough));
    CHECK_THROWS_AS(loss.check(enough - 1, 500), crisp::ShapeError);
    CHECK_THROWS_WITH(loss.check(500, enough - 1), Contains("500") && Contains(std::to_string(enough - 1)) &&
                                                       Contains("5 levels") && Contains("room for 4 levels"));
  };
  check_fit(OddSizes::zero_padding, 161);
  check_fit(OddSizes::symmetric_padding, 161);
  check_fit(OddSizes::drop_last, 176);
  const auto small = random_images<float>({1, 1, 12, 40}, 1);
  CHECK_THROWS_WITH(crisp::value(MsSsimLoss<float>(), small, small),
                    Contains("height 12") && Contains("width 40") && Contains("room for 1 level"));
  CHECK_THROWS_WITH(MsSsimLoss<float>().check(10, 40), Contains("room for 0 levels"));
}

TEST_CASE("MS-SSIM hides no NaN in a level whose successor has no weight", "[ms_ssim]") {
  auto prediction = random_images<double>({1, 1, 13, 13}, 1);
  const auto target = random_images<double>({1, 1, 13, 13}, 2);
  auto weights = constant_images<double>({1, 1, 13, 13}, 0);
  for (Index y = 0; y < 13; ++y) weights(0, 0, y, 12) = 1;
  prediction(0, 0, 6, 12) = std::numeric_limits<double>::quiet_NaN();
  crisp::MsSsimOptions options;
  options.weights = {0.5, 0.5};
  options.window = 5;
  options.odd_sizes = crisp::OddSizes::drop_last;
  CHECK_FALSE(std::isfinite(
      crisp::value(crisp::MsSsimLoss<double>(options), prediction, crisp::weighted(target, weights))));
}

TEST_CASE("MS-SSIM next to a mean of 0 is as accurate as its header says", "[ms_ssim]") {
  // Windows of one pixel see no structure, only means: x against 0 is C1 / (x² + C1).
  MsSsimOptions options;
  options.window = 1;
  options.weights = {0.5};
  options.data_range = 1;
  const double c1 = options.k1 * options.k1;
  const double x = std::sqrt(c1 / 1e-5 - c1);
  Images<double> prediction(1, 1, 3, 5), target(1, 1, 3, 5), gradient;
  prediction.setConstant(x);
  target.setZero();
  const double value = crisp::value_and_gradient(MsSsimLoss<double>(options), prediction, target, gradient);
  CHECK(std::abs(value - (1 - std::sqrt(1e-5))) <= 1e-12);
  const double slope = 0.5 / std::sqrt(1e-5) * 2 * x * c1 / std::pow(x * x + c1, 2) / 15;
  for (Index i = 0; i < 15; ++i) CHECK(std::abs(gradient.data()[i] - slope) <= 1e-10 * slope);
}
