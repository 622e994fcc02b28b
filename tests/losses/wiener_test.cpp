// The Wiener loss, against deconvolution written out in pixels and frequencies.
#include "crisp/losses/wiener.hpp"

#include <Eigen/QR>
#include <cmath>
#include <complex>
#include <limits>
#include <vector>

#include "crisp/core/evaluate.hpp"
#include "crisp/losses/mse.hpp"
#include "support/catch.hpp"
#include "support/derivatives.hpp"
#include "support/random_images.hpp"

using crisp::Images;
using crisp::Index;
using crisp::Shape;
using crisp::WienerLoss;
using crisp::WienerOptions;
using Complex = std::complex<double>;

namespace {

Eigen::ArrayXXd gaussian(Index size, double sigma) {
  Eigen::ArrayXXd kernel(size, size);
  for (Index y = 0; y < size; ++y) {
    for (Index x = 0; x < size; ++x) {
      const double dy = static_cast<double>(y - size / 2);
      const double dx = static_cast<double>(x - size / 2);
      kernel(y, x) = std::exp(-(dy * dy + dx * dx) / (2 * sigma * sigma));
    }
  }
  return kernel / kernel.sum();
}

Eigen::ArrayXXd lopsided() {
  Eigen::ArrayXXd kernel(3, 5);
  kernel << 0.1, 0.4, -0.2, 0, 0.3,  //
      0, 0.2, 1, 0.5, 0.1,           //
      0.3, 0, 0.1, -0.1, 0.6;
  return kernel;
}

/// A kernel of one's own.
WienerOptions with_kernel(const Eigen::ArrayXXd& kernel, double regularization) {
  WienerOptions options;
  options.kernel = kernel;
  options.regularization = regularization;
  return options;
}

struct Setting {
  WienerOptions options;
  Eigen::ArrayXXd kernel;  // what they mean
};

std::vector<Setting> settings() {
  std::vector<Setting> all;
  const auto add_gaussian = [&](Index size, double sigma, double regularization) {
    Setting& setting = all.emplace_back();
    setting.options.kernel_size = size;
    setting.options.sigma = sigma;
    setting.options.regularization = regularization;
    setting.kernel = gaussian(size, sigma);
  };
  const auto add = [&](const Eigen::ArrayXXd& kernel, double regularization) {
    Setting& setting = all.emplace_back();
    setting.options = with_kernel(kernel, regularization);
    setting.kernel = kernel;
  };
  add_gaussian(3, 0.5, 0.01);
  add_gaussian(5, 1.2, 0.2);
  add_gaussian(1, 2, 0.5);
  add(lopsided(), 0.05);
  add(lopsided(), 0.5);
  add(lopsided().rowwise().reverse() * 0.7, 0.5);
  add(lopsided().leftCols(4), 0.5);
  add(lopsided().transpose(), 1e-3);
  return all;
}

/// H(u, v) = conj K / (|K|² + C), of a kernel whose middle is at the origin.
Complex transfer(const Eigen::ArrayXXd& kernel, double regularization, Index height, Index width, Index u,
                 Index v) {
  const double two_pi = 2 * std::acos(-1.0);
  Complex k = 0;
  for (Index y = 0; y < kernel.rows(); ++y) {
    for (Index x = 0; x < kernel.cols(); ++x) {
      const double turns = static_cast<double>(u * (y - kernel.rows() / 2)) / static_cast<double>(height) +
                           static_cast<double>(v * (x - kernel.cols() / 2)) / static_cast<double>(width);
      k += kernel(y, x) * std::polar(1.0, -two_pi * turns);
    }
  }
  return std::conj(k) / (std::norm(k) + regularization);
}

/// The filter h in pixels: the inverse transform of H.
Eigen::ArrayXXd filter(const Setting& setting, Index height, Index width) {
  const double two_pi = 2 * std::acos(-1.0);
  Eigen::ArrayXXd h = Eigen::ArrayXXd::Zero(height, width);
  for (Index u = 0; u < height; ++u) {
    for (Index v = 0; v < width; ++v) {
      const Complex bin = transfer(setting.kernel, setting.options.regularization, height, width, u, v);
      for (Index y = 0; y < height; ++y) {
        for (Index x = 0; x < width; ++x) {
          const double turns = static_cast<double>(u * y) / static_cast<double>(height) +
                               static_cast<double>(v * x) / static_cast<double>(width);
          h(y, x) += (bin * std::polar(1.0, two_pi * turns)).real() / static_cast<double>(height * width);
        }
      }
    }
  }
  return h;
}

/// Mean over pixels of (h ∗ r)², h going round the border.
double naive_value(const Setting& setting, const Images<double>& prediction, const Images<double>& target,
                   Index image, Index channel) {
  const Index height = prediction.dimension(2);
  const Index width = prediction.dimension(3);
  const Eigen::ArrayXXd h = filter(setting, height, width);
  double squares = 0;
  for (Index y = 0; y < height; ++y) {
    for (Index x = 0; x < width; ++x) {
      double sum = 0;
      for (Index t = 0; t < height; ++t) {
        for (Index s = 0; s < width; ++s) {
          sum += h((y - t + height) % height, (x - s + width) % width) *
                 (prediction(image, channel, t, s) - target(image, channel, t, s));
        }
      }
      squares += sum * sum;
    }
  }
  return squares / static_cast<double>(height * width);
}

}  // namespace

TEST_CASE("The Wiener loss is the mean square of a deconvolved residual", "[wiener]") {
  for (const Setting& setting : settings()) {
    const WienerLoss<double> loss(setting.options);
    CHECK((loss.kernel() - setting.kernel).abs().maxCoeff() <= 1e-15);
    for (const Shape& shape : {Shape{1, 1, 5, 5}, Shape{2, 2, 8, 7}, Shape{1, 2, 9, 6}}) {
      CAPTURE(setting.kernel, shape);
      const auto prediction = random_images<double>(shape, 1);
      const auto target = random_images<double>(shape, 2);
      const auto weights = random_weights<double>(shape, 3, true);
      double expected = 0;
      for (Index image = 0; image < shape.batch; ++image) {
        for (Index channel = 0; channel < shape.channels; ++channel) {
          const double plane =
              naive_value(setting, prediction, target, image, channel) / static_cast<double>(shape.planes());
          expected += plane;
        }
      }
      CHECK(crisp::value(loss, prediction, target) == Approx(expected).epsilon(1e-12));
      // Weights are relative within a plane, and this is one piece.
      CHECK(crisp::value(loss, prediction, crisp::weighted(target, weights)) ==
            Approx(expected).epsilon(1e-12));
    }
  }
}

TEST_CASE("The Wiener loss's gradient is its derivative, for every option", "[wiener][gradient]") {
  unsigned seed = 0;
  for (const Setting& setting : settings()) {
    for (const Shape& shape : {Shape{1, 1, 5, 5}, Shape{2, 2, 8, 7}, Shape{1, 3, 6, 9}}) {
      CAPTURE(setting.kernel, shape);
      check_derivatives(WienerLoss<double>(setting.options), shape, seed++);
    }
  }
  // Of one row and of one column.
  check_derivatives(WienerLoss<double>(with_kernel(lopsided().row(0), 0.1)), {2, 1, 1, 9}, 1);
  check_derivatives(WienerLoss<double>(with_kernel(lopsided().col(1), 0.1)), {2, 1, 8, 1}, 2);
}

TEST_CASE("The log determinant is that of the filter, per pixel", "[wiener]") {
  for (const Setting& setting : settings()) {
    const WienerLoss<double> loss(setting.options);
    for (const crisp::Size2& size : {crisp::Size2(5, 5), crisp::Size2(6, 5), crisp::Size2(5, 8)}) {
      CAPTURE(setting.kernel, size);
      const Eigen::ArrayXXd h = filter(setting, size.height, size.width);
      const Index pixels = size.height * size.width;
      Eigen::MatrixXd convolution(pixels, pixels);
      for (Index to = 0; to < pixels; ++to) {
        for (Index from = 0; from < pixels; ++from) {
          const Index y = to / size.width - from / size.width + size.height;
          const Index x = to % size.width - from % size.width + size.width;
          convolution(to, from) = h(y % size.height, x % size.width);
        }
      }
      const double expected =
          2 * convolution.householderQr().logAbsDeterminant() / static_cast<double>(pixels);
      CHECK(loss.log_determinant(size.height, size.width) == Approx(expected).epsilon(1e-10));
    }
  }
}

TEST_CASE("The default Wiener loss asks more of high frequencies, and less of none", "[wiener]") {
  const WienerLoss<double> loss;
  const auto black = constant_images<double>({1, 1, 16, 16}, 0);
  const auto cost = [&](Index u, Index v) {
    auto wave = black;
    for (Index y = 0; y < 16; ++y) {
      for (Index x = 0; x < 16; ++x) {
        wave(0, 0, y, x) = std::cos(std::acos(-1.0) * static_cast<double>(u * y + v * x) / 8);
      }
    }
    return crisp::value(loss, wave, black) / crisp::value(crisp::MseLoss<double>(), wave, black);
  };
  const double flat = cost(0, 0);
  CHECK(flat == Approx(1 / (1.025 * 1.025)).epsilon(1e-12));
  for (Index u = 0; u <= 8; ++u) {
    for (Index v = 0; v < 16; ++v) CHECK(cost(u, v) >= flat * (1 - 1e-12));
  }
  CHECK(cost(8, 8) > 9 * flat);
}

TEST_CASE("Float Wiener losses agree with double as their docstring says", "[wiener]") {
  for (const Shape& shape : {Shape{2, 1, 28, 28}, Shape{1, 1, 131, 96}}) {
    for (const double offset : {0.0, 5.0}) {
      std::vector<WienerOptions> all = {{}, {11, 2.0, 1e-4}};
      for (const Setting& setting : settings()) all.push_back(setting.options);
      for (const WienerOptions& options : all) {
        CAPTURE(shape, offset, options.sigma, options.regularization);
        const auto prediction = random_images<float>(shape, 1, offset, offset + 1);
        const auto target = random_images<float>(shape, 2);
        const Images<double> wide_prediction = prediction.cast<double>();
        const Images<double> wide_target = target.cast<double>();
        Images<float> gradient;
        Images<double> expected;
        const auto value = static_cast<double>(
            crisp::value_and_gradient(WienerLoss<float>(options), prediction, target, gradient));
        const double expected_value =
            crisp::value_and_gradient(WienerLoss<double>(options), wide_prediction, wide_target, expected);
        CHECK(std::abs(value - expected_value) <= 1e-5 * expected_value);
        const Images<double> widened = gradient.cast<double>();
        CHECK(largest_difference(widened, expected) <= 1e-5 * largest_entry(expected));
      }
    }
  }
}

TEST_CASE("Wiener losses have the same bits on any threads and in any workspace", "[wiener]") {
  const crisp::Threads threads(3);
  crisp::Workspace<WienerLoss<double>> workspace;  // of all options and shapes
  for (int round = 0; round < 2; ++round) {
    for (const Shape& shape : {Shape{3, 2, 6, 10}, Shape{1, 1, 10, 6}, Shape{2, 2, 10, 6}}) {
      for (const Setting& setting : settings()) {
        CAPTURE(setting.kernel, shape);
        const WienerLoss<double> loss(setting.options);
        const auto prediction = random_images<double>(shape, 1);
        const auto target = random_images<double>(shape, 2);
        const auto weights = random_weights<double>(shape, 3, false);
        const auto masked = crisp::weighted(target, weights);
        Images<double> serial, parallel(shape.batch, shape.channels, shape.height, shape.width);
        CHECK(crisp::value_and_gradient(loss, prediction, target, serial) ==
              crisp::value_and_gradient(loss, prediction, target, parallel, workspace, threads));
        CHECK(largest_difference(serial, parallel) == 0);
        CHECK(crisp::value(loss, prediction, masked) == crisp::value(loss, prediction, masked, workspace));
      }
    }
  }
}

TEMPLATE_TEST_CASE("Wiener losses of extreme images and weights", "[wiener][weights]", float, double) {
  using T = TestType;
  const Shape shape{2, 1, 11, 13};
  const WienerLoss<T> loss;
  const auto noise = random_images<T>(shape, 1);
  const auto black = constant_images<T>(shape, 0);
  Images<T> gradient, plain;
  CHECK(crisp::value_and_gradient(loss, noise, noise, gradient) == 0);
  CHECK(largest_entry(gradient) == 0);
  auto glaring = noise;
  for (Index i = 0; i < noise.size(); ++i) glaring.data()[i] *= std::numeric_limits<T>::max() / 1000;
  crisp::value_and_gradient(loss, glaring, black, gradient);
  CHECK(all_finite(gradient));
  for (const T wrong : {std::numeric_limits<T>::quiet_NaN(), std::numeric_limits<T>::infinity()}) {
    auto broken = noise;
    broken(1, 0, 10, 12) = wrong;
    CHECK_FALSE(std::isfinite(crisp::value_and_gradient(loss, broken, black, gradient)));
    CHECK_FALSE(std::isfinite(crisp::value(loss, black, broken)));

    auto weights = constant_images<T>(shape, T(1));
    CHECK(crisp::value_and_gradient(loss, noise, black, plain) ==
          crisp::value_and_gradient(loss, noise, crisp::weighted(black, weights), gradient));
    CHECK(largest_difference(plain, gradient) == 0);
    for (Index i = weights.size() / 2; i < weights.size(); ++i) weights.data()[i] = 0;
    CHECK(crisp::value_and_gradient(loss, broken, crisp::weighted(black, weights), gradient) ==
          crisp::value(loss, noise, crisp::weighted(black, weights)));
    REQUIRE(all_finite(gradient));
    for (Index i = gradient.size() / 2; i < gradient.size(); ++i) REQUIRE(gradient.data()[i] == 0);
  }
}

TEST_CASE("The least regularization makes no NaN of moderate images", "[wiener]") {
  crisp::Images<float> prediction(1, 1, 24, 13), target(1, 1, 24, 13), gradient;
  prediction.setConstant(1000);
  target.setRandom();
  // Next to 1e-10, a kernel's response is magnified the most.
  const WienerLoss<float> loss(with_kernel(Eigen::ArrayXXd::Constant(1, 1, 1e-10), 1e-20));
  CHECK(std::isfinite(crisp::value_and_gradient(loss, prediction, target, gradient)));
  CHECK(all_finite(gradient));
}

TEST_CASE("Wiener errors quote what was given", "[wiener][errors]") {
  using Loss = WienerLoss<float>;
  CHECK_THROWS_WITH(Loss({0}), Catch::Contains("kernel_size") && Catch::Contains("got 0"));
  CHECK_THROWS_AS(Loss({-3}), crisp::OptionError);
  CHECK_THROWS_WITH(Loss({3, -0.5}), Catch::Contains("sigma") && Catch::Contains("-0.5"));
  CHECK_THROWS_AS(Loss({3, std::nan("")}), crisp::OptionError);
  CHECK_THROWS_WITH(Loss({3, 1, 0}), Catch::Contains("regularization") && Catch::Contains("got 0"));
  CHECK_THROWS_AS(Loss({3, 1, std::numeric_limits<double>::infinity()}), crisp::OptionError);
  CHECK_THROWS_WITH(Loss({3, 1, 1e-21}), Catch::Contains("1e-21"));
  CHECK_NOTHROW(Loss({3, 1, 1e-20}));
  CHECK_THROWS_AS(Loss(with_kernel(lopsided() * 1e200, 1)), crisp::OptionError);
  Eigen::ArrayXXd kernel = lopsided();
  kernel(1, 2) = std::nan("");
  CHECK_THROWS_WITH(Loss(with_kernel(kernel, 1)), Catch::Contains("nan"));
  const auto images = random_images<float>({1, 1, 12, 4}, 1);
  Images<float> gradient;
  CHECK_THROWS_WITH(crisp::value_and_gradient(Loss(), images, images, gradient),
                    Catch::Contains("5 x 5") && Catch::Contains("height 12") && Catch::Contains("width 4"));
  CHECK(gradient.size() == 0);
  CHECK_THROWS_AS(Loss().log_determinant(4, 12), crisp::ShapeError);
}

TEST_CASE("A Wiener loss refuses a kernel of zeros", "[wiener][errors]") {
  crisp::WienerOptions options;
  options.kernel = Eigen::ArrayXXd::Zero(3, 3);
  CHECK_THROWS_AS(crisp::WienerLoss<float>(options), crisp::OptionError);
}
