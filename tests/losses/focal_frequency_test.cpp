// The focal frequency loss, against a plain implementation of its formula.
#include "crisp/losses/focal_frequency.hpp"

#include <algorithm>
#include <cmath>
#include <complex>
#include <limits>
#include <numeric>
#include <string>
#include <vector>

#include "crisp/core/compose.hpp"
#include "crisp/core/evaluate.hpp"
#include "crisp/losses/l1.hpp"
#include "crisp/losses/mse.hpp"
#include "crisp/testing/gradient_check.hpp"
#include "support/catch.hpp"
#include "support/derivatives.hpp"
#include "support/golden.hpp"
#include "support/random_images.hpp"

using crisp::FocalFrequencyLoss;
using crisp::FocalFrequencyOptions;
using crisp::Images;
using crisp::Index;
using crisp::Shape;

namespace {

std::vector<FocalFrequencyOptions> all_options() {
  std::vector<FocalFrequencyOptions> all;
  for (const double alpha : {0.0, 0.5, 1.0, 2.5}) {
    for (const Index patch_factor : {1, 2}) {
      for (const bool average : {false, true}) {
        for (const bool logarithm : {false, true}) {
          for (const bool batch : {false, true})
            all.push_back({alpha, patch_factor, average, logarithm, batch});
        }
      }
    }
  }
  return all;
}

std::string describe(const FocalFrequencyOptions& o) {
  return "alpha " + std::to_string(o.alpha) + ", patch_factor " + std::to_string(o.patch_factor) +
         (o.average_spectrum ? ", average_spectrum" : "") + (o.log_matrix ? ", log_matrix" : "") +
         (o.batch_matrix ? ", batch_matrix" : "");
}

/// The formula, step by step, on full spectra. Its weights can be kept for other images.
class Formula {
 public:
  Formula(const FocalFrequencyOptions& options, const Shape& shape)
      : options_(options), shape_(shape), patches_(options.patch_factor * options.patch_factor) {}

  /// The weights w of these images, for value().
  void freeze(const Images<double>& prediction, const Images<double>& target, const Images<double>& weights) {
    find_squares(prediction, target, weights);
    matrix_ = squares_;
    double largest = 0;
    for (auto& spectrum : matrix_) {
      for (double& w : spectrum) {
        w = std::pow(std::sqrt(w), options_.alpha);
        if (options_.log_matrix) w = std::log(w + 1);
        largest = std::max(largest, w);
      }
    }
    for (auto& spectrum : matrix_) {
      const double divisor =
          options_.batch_matrix ? largest : *std::max_element(spectrum.begin(), spectrum.end());
      for (double& w : spectrum) w = divisor > 0 ? std::clamp(w / divisor, 0.0, 1.0) : 0;
    }
  }

  /// The loss with these weights.
  double value(const Images<double>& prediction, const Images<double>& target,
               const Images<double>& weights) {
    find_squares(prediction, target, weights);
    double sum = 0;
    for (std::size_t i = 0; i < squares_.size(); ++i) {
      for (std::size_t bin = 0; bin < squares_[i].size(); ++bin) {
        sum += factors_[i] * matrix_[i][bin] * squares_[i][bin];
      }
    }
    return sum / static_cast<double>(squares_.size() * squares_[0].size());
  }

 private:
  double mean_weight(const Images<double>& weights, Index image, Index channel) const {
    const Index plane = image * weights.dimension(1) + (weights.dimension(1) == 1 ? 0 : channel);
    const Index size = shape_.height * shape_.width;
    return std::accumulate(weights.data() + plane * size, weights.data() + (plane + 1) * size, 0.0) /
           static_cast<double>(size);
  }

  /// |X - Y|² of every patch of every series, and what the patch is multiplied with. Patches without weight have 0.
  void find_squares(const Images<double>& prediction, const Images<double>& target,
                    const Images<double>& weights) {
    squares_.clear();
    factors_.clear();
    const Index height = shape_.height / options_.patch_factor;
    const Index width = shape_.width / options_.patch_factor;
    for (Index image = 0; image < (options_.average_spectrum ? 1 : shape_.batch); ++image) {
      const Index last = options_.average_spectrum ? shape_.batch : image + 1;
      for (Index channel = 0; channel < shape_.channels; ++channel) {
        for (Index patch = 0; patch < patches_; ++patch) {
          const Index top = patch / options_.patch_factor * height;
          const Index left = patch % options_.patch_factor * width;
          std::vector<std::complex<double>> sum(static_cast<std::size_t>(height * width));
          double shares = 0;
          for (Index i = image; i < last; ++i) {
            double share = 0;
            for (Index y = 0; y < height; ++y) {
              for (Index x = 0; x < width; ++x) {
                share += weights(i, weights.dimension(1) == 1 ? 0 : channel, top + y, left + x);
              }
            }
            if (share == 0) continue;
            share /= static_cast<double>(height * width) * mean_weight(weights, i, channel);
            shares += share;
            add_spectrum(prediction, target, i, channel, top, left, height, width, share, sum);
          }
          std::vector<double> squares;
          for (const auto& bin : sum) squares.push_back(shares > 0 ? std::norm(bin / shares) : 0);
          squares_.push_back(squares);
          factors_.push_back(shares / static_cast<double>(last - image));
        }
      }
    }
  }

  void add_spectrum(const Images<double>& prediction, const Images<double>& target, Index image,
                    Index channel, Index top, Index left, Index height, Index width, double share,
                    std::vector<std::complex<double>>& sum) {
    const double two_pi = 2 * std::acos(-1.0);
    const double norm = share / std::sqrt(static_cast<double>(height * width));
    const auto phasor = [&](Index k, Index n) {
      return std::polar(1.0, -two_pi * static_cast<double>(k % n) / static_cast<double>(n));
    };
    for (Index y = 0; y < height; ++y) {
      for (Index x = 0; x < width; ++x) {
        const double residual =
            prediction(image, channel, top + y, left + x) - target(image, channel, top + y, left + x);
        for (Index u = 0; u < height; ++u) {
          const std::complex<double> term = norm * residual * phasor(u * y, height);
          for (Index v = 0; v < width; ++v)
            sum[static_cast<std::size_t>(u * width + v)] += term * phasor(v * x, width);
        }
      }
    }
  }

  FocalFrequencyOptions options_;
  Shape shape_;
  Index patches_;
  std::vector<std::vector<double>> squares_;  // [series and patch][bin]
  std::vector<double> factors_;
  std::vector<std::vector<double>> matrix_;
};

/// Weights that leave out whole patches too: of 2 x 2 patches the first, in every image but the last.
Images<double> weights_with_empty_patches(const Shape& shape, unsigned seed) {
  auto weights = random_weights<double>(shape, seed, seed % 2 == 0);
  for (Index image = 0; image + 1 < shape.batch; ++image) {
    for (Index channel = 0; channel < weights.dimension(1); ++channel) {
      for (Index y = 0; y < shape.height / 2; ++y) {
        for (Index x = 0; x < shape.width / 2; ++x) weights(image, channel, y, x) = 0;
      }
    }
  }
  return weights;
}

}  // namespace

TEST_CASE("The focal frequency loss equals its authors' code", "[focal_frequency][golden]") {
  for (const char* const name : {"ffl_default", "ffl_options", "ffl_batch"}) {
    const auto golden = crisp_test::load_golden(name);
    if (!golden) return;
    const auto& given = golden->options;
    FocalFrequencyOptions options;
    options.alpha = given.at("alpha").get<double>();
    options.patch_factor = given.at("patch_factor").get<Index>();
    options.average_spectrum = given.at("average_spectrum").get<bool>();
    options.log_matrix = given.at("log_matrix").get<bool>();
    options.batch_matrix = given.at("batch_matrix").get<bool>();
    crisp_test::check_golden(FocalFrequencyLoss<double>(options), *golden);
    crisp_test::check_golden(FocalFrequencyLoss<float>(options), *golden, 1e-5, 1e-5);
  }
}

// The gradient is that of the loss with its weights held, so that is what differences are taken of.
TEST_CASE("The focal frequency loss and its gradient are the formula with weights held",
          "[focal_frequency][gradient]") {
  const std::vector<Shape> shapes = {{2, 2, 4, 6}, {3, 1, 6, 2}, {1, 3, 2, 8}, {2, 1, 6, 6}};
  unsigned number = 0;
  for (const FocalFrequencyOptions& options : all_options()) {
    const Shape& shape = shapes[number % shapes.size()];
    CAPTURE(describe(options), shape);
    const FocalFrequencyLoss<double> loss(options);
    auto prediction = random_images<double>(shape, number, -0.3, 1);
    auto target = random_images<double>(shape, number + 1000, 0, 1.2);
    for (const bool weighted : {false, true}) {
      const auto weights =
          weighted ? weights_with_empty_patches(shape, number) : constant_images<double>(shape, 1);
      CAPTURE(weighted);
      Formula formula(options, shape);
      formula.freeze(prediction, target, weights);
      Images<double> gradient, target_gradient;
      const double value = crisp::value_and_gradients(loss, prediction, crisp::weighted(target, weights),
                                                      gradient, target_gradient);
      CHECK(value == Approx(formula.value(prediction, target, weights)).epsilon(1e-12));
      CHECK(crisp::value(loss, prediction, crisp::weighted(target, weights)) == value);

      const auto held = [&] { return formula.value(prediction, target, weights); };
      const auto report = crisp::detail::compare_with_differences(gradient, held, prediction, {});
      INFO(report);
      CHECK(report.passed());
      const auto target_report = crisp::detail::compare_with_differences(target_gradient, held, target, {});
      INFO(target_report);
      CHECK(target_report.passed());
    }
    ++number;
  }
}

TEST_CASE("Every image has its own value", "[focal_frequency]") {
  const auto prediction = random_images<double>({3, 2, 6, 9}, 1);
  const auto target = random_images<double>({3, 2, 6, 9}, 2);
  const FocalFrequencyLoss<double> loss({1, 3});
  const auto values = crisp::values(loss, prediction, target);
  for (Index i = 0; i < 3; ++i) {
    const Images<double> one =
        prediction.slice(Eigen::array<Index, 4>{i, 0, 0, 0}, Eigen::array<Index, 4>{1, 2, 6, 9});
    const Images<double> other =
        target.slice(Eigen::array<Index, 4>{i, 0, 0, 0}, Eigen::array<Index, 4>{1, 2, 6, 9});
    CHECK(values(i) == crisp::value(loss, one, other));
  }
}

TEST_CASE("With alpha 0 the focal frequency loss is the squared error", "[focal_frequency][gradient]") {
  unsigned seed = 0;
  for (const Index patch_factor : {1, 3}) {
    for (const bool batch : {false, true}) {
      const FocalFrequencyLoss<double> loss({0, patch_factor, false, false, batch});
      for (const Shape& shape : {Shape{1, 1, 3, 9}, Shape{2, 3, 6, 3}, Shape{3, 1, 9, 6}}) {
        CAPTURE(patch_factor, batch, shape);
        check_derivatives(loss, shape, seed++);
        const auto prediction = random_images<double>(shape, seed);
        const auto target = random_images<double>(shape, seed + 1);
        Images<double> gradient, expected;
        CHECK(crisp::value_and_gradient(loss, prediction, target, gradient) ==
              Approx(crisp::value_and_gradient(crisp::MseLoss<double>(), prediction, target, expected))
                  .epsilon(1e-13));
        CHECK(largest_difference(gradient, expected) <= 1e-15);
      }
    }
  }
  check_derivatives(FocalFrequencyLoss<double>({0, 1, true}), {3, 2, 5, 4}, 1);
}

TEST_CASE("With another alpha the printed value is steeper than the gradient",
          "[focal_frequency][gradient]") {
  const auto prediction = random_images<double>({1, 1, 5, 6}, 1);
  const auto target = random_images<double>({1, 1, 5, 6}, 2);
  CHECK_FALSE(crisp::check_gradient(FocalFrequencyLoss<double>(), prediction, target).passed());
}

TEST_CASE("Float focal frequency losses agree with double as their docstring says", "[focal_frequency]") {
  const auto check = [](const FocalFrequencyOptions& options, const Shape& shape, double scale) {
    CAPTURE(describe(options), shape, scale);
    const auto prediction = random_images<float>(shape, 1, 0, scale);
    const auto target = random_images<float>(shape, 2, 0, scale);
    const Images<double> wide_prediction = prediction.cast<double>();
    const Images<double> wide_target = target.cast<double>();
    Images<float> gradient;
    Images<double> expected;
    const auto value = static_cast<double>(
        crisp::value_and_gradient(FocalFrequencyLoss<float>(options), prediction, target, gradient));
    const double expected_value = crisp::value_and_gradient(FocalFrequencyLoss<double>(options),
                                                            wide_prediction, wide_target, expected);
    CHECK(std::abs(value - expected_value) <= 1e-5 * expected_value);
    const Images<double> widened = gradient.cast<double>();
    CHECK(largest_difference(widened, expected) <= 1e-5 * largest_entry(expected));
  };
  for (const auto& options : all_options()) {
    for (const double scale : {1e-3, 1.0, 255.0}) check(options, {2, 2, 28, 28}, scale);
  }
  check({}, {1, 1, 256, 240}, 1);
  check({}, {1, 1, 254, 131 * 2}, 1);
}

TEST_CASE("Focal frequency losses have the same bits on any threads and in any workspace",
          "[focal_frequency]") {
  const crisp::Threads threads(3);
  crisp::Workspace<FocalFrequencyLoss<double>> workspace;  // of all options and shapes
  for (const auto& options : all_options()) {
    for (const Shape& shape :
         {Shape{3, 2, 6, 10}, Shape{1, 1, 10, 6}, Shape{4, 3, 10, 6}, Shape{1, 2, 20, 12}}) {
      CAPTURE(describe(options), shape);
      const FocalFrequencyLoss<double> loss(options);
      const auto prediction = random_images<double>(shape, 1);
      const auto target = random_images<double>(shape, 2);
      const auto weights = random_weights<double>(shape, 3, false);
      Images<double> serial, parallel(shape.batch, shape.channels, shape.height, shape.width);
      CHECK(crisp::value_and_gradient(loss, prediction, target, serial) ==
            crisp::value_and_gradient(loss, prediction, target, parallel, workspace, threads));
      CHECK(largest_difference(serial, parallel) == 0);
      const auto masked = crisp::weighted(target, weights);
      CHECK(crisp::value_and_gradient(loss, prediction, masked, serial) ==
            crisp::value_and_gradient(loss, prediction, masked, parallel, workspace));
      CHECK(largest_difference(serial, parallel) == 0);
    }
  }
}

TEST_CASE("A workspace knows patches that are alike apart", "[focal_frequency]") {
  crisp::Workspace<FocalFrequencyLoss<double>> workspace;
  const auto check = [&](Index patch_factor, const Shape& shape) {
    CAPTURE(patch_factor, shape);
    const FocalFrequencyLoss<double> loss({1, patch_factor});
    const auto prediction = random_images<double>(shape, 1);
    const auto target = random_images<double>(shape, 2);
    CHECK(crisp::value(loss, prediction, target, workspace) == crisp::value(loss, prediction, target));
  };
  check(2, {1, 1, 20, 12});
  check(1, {1, 1, 10, 6});
  check(1, {5, 3, 10, 6});
  check(2, {5, 3, 20, 12});
}

TEMPLATE_TEST_CASE("Weights of 1 change nothing, and patches of weight 0 are ignored",
                   "[focal_frequency][weights]", float, double) {
  using T = TestType;
  const Shape shape{2, 2, 6, 8};
  const auto prediction = random_images<T>(shape, 1);
  const auto target = random_images<T>(shape, 2);
  for (const auto& options : all_options()) {
    CAPTURE(describe(options));
    const FocalFrequencyLoss<T> loss(options);
    Images<T> plain, gradient;
    const auto ones = constant_images<T>({2, 1, 6, 8}, T(1));
    CHECK(crisp::value_and_gradient(loss, prediction, target, plain) ==
          crisp::value_and_gradient(loss, prediction, crisp::weighted(target, ones), gradient));
    CHECK(largest_difference(plain, gradient) == 0);

    // The second image, whatever it holds.
    auto weights = constant_images<T>({2, 1, 6, 8}, T(1));
    auto bad = prediction;
    for (Index i = weights.size() / 2; i < weights.size(); ++i) weights.data()[i] = 0;
    for (Index i = bad.size() / 2; i < bad.size(); ++i) bad.data()[i] = std::numeric_limits<T>::quiet_NaN();
    const T value = crisp::value_and_gradient(loss, bad, crisp::weighted(target, weights), gradient);
    CHECK(value == crisp::value(loss, prediction, crisp::weighted(target, weights)));
    CHECK(value > 0);
    REQUIRE(all_finite(gradient));
    for (Index i = gradient.size() / 2; i < gradient.size(); ++i) REQUIRE(gradient.data()[i] == 0);

    weights.setZero();
    bad.setConstant(std::numeric_limits<T>::quiet_NaN());
    CHECK(crisp::value_and_gradient(loss, bad, crisp::weighted(bad, weights), gradient) == 0);
    CHECK(largest_entry(gradient) == 0);
  }
}

TEMPLATE_TEST_CASE("Black, flat, equal, faint, glaring and broken images", "[focal_frequency]", float,
                   double) {
  using T = TestType;
  const Shape shape{2, 1, 6, 4};
  const auto noise = random_images<T>(shape, 1);
  const auto black = constant_images<T>(shape, 0);
  const auto gray = constant_images<T>(shape, T(0.3));
  auto faint = noise;
  auto glaring = noise;
  for (Index i = 0; i < noise.size(); ++i) {
    faint.data()[i] *= std::sqrt(std::numeric_limits<T>::min());
    glaring.data()[i] *= std::numeric_limits<T>::max() / 100;
  }
  const std::vector<Images<T>> images = {noise, black, gray, faint, glaring};
  for (const auto& options : all_options()) {
    CAPTURE(describe(options));
    const FocalFrequencyLoss<T> loss(options);
    Images<T> gradient;
    for (const auto& prediction : images) {
      for (const auto& target : images) {
        const T value = crisp::value_and_gradient(loss, prediction, target, gradient);
        CHECK_FALSE(value < 0);
        REQUIRE(all_finite(gradient));
        if (&prediction == &target) {
          CHECK(value == 0);
          CHECK(largest_entry(gradient) == 0);
        }
      }
    }
    if (options.alpha > 0) {  // squares that are too small for a number make weights of 0/0
      auto invisible = black;
      invisible(0, 0, 1, 1) = std::pow(std::numeric_limits<T>::min(), T(0.75));
      CHECK(crisp::value_and_gradient(loss, invisible, black, gradient) == 0);
      CHECK(largest_entry(gradient) == 0);
    }
    for (const T wrong : {std::numeric_limits<T>::quiet_NaN(), std::numeric_limits<T>::infinity()}) {
      auto broken = noise;
      broken(1, 0, 3, 2) = wrong;
      CHECK_FALSE(std::isfinite(crisp::value_and_gradient(loss, broken, gray, gradient)));
      CHECK_FALSE(std::isfinite(crisp::value(loss, gray, broken)));
    }
  }
}

TEST_CASE("A focal frequency loss adds its gradient to that of other terms", "[focal_frequency]") {
  const auto prediction = random_images<double>({2, 2, 6, 8}, 1);
  const auto target = random_images<double>({2, 2, 6, 8}, 2);
  for (const auto& options : all_options()) {
    const FocalFrequencyLoss<double> loss(options);
    const auto check = [&](const auto& sum) {
      Images<double> of_sum, of_loss, of_l1;
      const double value = crisp::value_and_gradient(sum, prediction, target, of_sum);
      const double expected =
          0.5 * crisp::value_and_gradient(loss, prediction, target, of_loss) +
          2 * crisp::value_and_gradient(crisp::L1Loss<double>(), prediction, target, of_l1);
      CHECK(value == Approx(expected).epsilon(1e-14));
      const Images<double> expected_gradient = 0.5 * of_loss + 2.0 * of_l1;
      CHECK(largest_difference(of_sum, expected_gradient) <= 1e-16);
    };
    check(0.5 * loss + 2 * crisp::L1Loss<double>());
    check(2 * crisp::L1Loss<double>() + 0.5 * loss);
  }
}

TEST_CASE("Focal frequency errors quote what was given", "[focal_frequency][errors]") {
  using Loss = FocalFrequencyLoss<float>;
  CHECK_THROWS_WITH(Loss({-0.25}), Catch::Contains("alpha") && Catch::Contains("-0.25"));
  CHECK_THROWS_AS(Loss({std::nan("")}), crisp::OptionError);
  CHECK_THROWS_AS(Loss({100.5}), crisp::OptionError);
  CHECK_THROWS_AS(Loss({std::numeric_limits<double>::infinity()}), crisp::OptionError);
  CHECK_THROWS_WITH(Loss({1, 0}), Catch::Contains("patch_factor") && Catch::Contains("got 0"));
  const auto images = random_images<float>({1, 1, 12, 10}, 1);
  Images<float> gradient;
  CHECK_THROWS_AS(crisp::value_and_gradient(Loss({1, 3}), images, images, gradient), crisp::ShapeError);
  CHECK_THROWS_WITH(crisp::value(Loss({1, 3}), images, images), Catch::Contains("patch_factor of 3") &&
                                                                    Catch::Contains("height 12") &&
                                                                    Catch::Contains("width 10"));
  CHECK(gradient.size() == 0);
  CHECK(crisp::value(Loss({1, 2}), images, images) == 0);
}

TEST_CASE("Logarithmic weights do not overflow in float", "[focal_frequency]") {
  const auto prediction = random_images<double>({1, 1, 32, 32}, 1, 0, 255);
  const auto target = random_images<double>({1, 1, 32, 32}, 2, 0, 255);
  crisp::FocalFrequencyOptions options;
  options.log_matrix = true;
  for (const double alpha : {1., 16., 100.}) {
    options.alpha = alpha;
    const Images<float> float_prediction = prediction.cast<float>();
    const Images<float> float_target = target.cast<float>();
    const auto value = static_cast<double>(
        crisp::value(crisp::FocalFrequencyLoss<float>(options), float_prediction, float_target));
    CHECK(value == Catch::Approx(crisp::value(crisp::FocalFrequencyLoss<double>(options), prediction, target))
                       .epsilon(1e-5));
  }
}
