#include <cmath>
#include <complex>
#include <crisp/crisp.hpp>
#include <limits>
#include <type_traits>
#include <utility>
#include <vector>

#include "support/catch.hpp"
#include "support/derivatives.hpp"
#include "support/large_index.hpp"
#include "support/random_images.hpp"

using crisp::Images;
using crisp::Shape;
using crisp::Size2;

namespace {

/// Every combination of the options that change a formula.
template <typename Options>
std::vector<Options> all_options() {
  struct Distance {
    crisp::SpectralDistance distance;
    crisp::PhaseDistance phase;
    double gate;
    double bias;
  };
  using crisp::PhaseDistance;
  using crisp::SpectralDistance;
  const std::vector<Distance> distances = {{SpectralDistance::polar, PhaseDistance::wrapped, 0, 0},
                                           {SpectralDistance::polar, PhaseDistance::wrapped, 0.7, 0},
                                           {SpectralDistance::polar, PhaseDistance::raw, 0, 0},
                                           {SpectralDistance::polar, PhaseDistance::raw, 0.7, 0.4},
                                           {SpectralDistance::polar, PhaseDistance::cosine, 0, 0},
                                           {SpectralDistance::polar, PhaseDistance::cosine, 0.7, 0},
                                           {SpectralDistance::rectangular, PhaseDistance::raw, 0, 0},
                                           {SpectralDistance::complex_modulus, PhaseDistance::raw, 0, 0},
                                           {SpectralDistance::squared_amplitude, PhaseDistance::raw, 0, 0}};
  std::vector<Options> all;
  for (const Distance& distance : distances) {
    for (const auto weight : {crisp::FrequencyWeight::linear, crisp::FrequencyWeight::uniform,
                              crisp::FrequencyWeight::quadrant_product}) {
      for (const auto window : {crisp::WindowShape::hann, crisp::WindowShape::hann_symmetric,
                                crisp::WindowShape::hamming, crisp::WindowShape::rectangular}) {
        for (const auto normalization : {crisp::Normalization::none, crisp::Normalization::ortho}) {
          for (const auto reduction : {crisp::Reduction::sum, crisp::Reduction::mean}) {
            Options options;
            options.distance = distance.distance;
            options.phase_distance = distance.phase;
            options.phase_gate = distance.gate;
            options.phase_bias = distance.bias;
            options.frequency_weight = weight;
            options.window_shape = window;
            options.normalization = normalization;
            options.bin_reduction = reduction;
            options.amplitude_weight = 0.8;
            options.phase_weight = 1.7;
            all.push_back(options);
          }
        }
      }
    }
  }
  return all;
}

}  // namespace

TEST_CASE("The STFT loss's gradient is its derivative, for every option", "[stft_loss][gradient]") {
  struct Geometry {
    Shape image;
    Size2 window;
    Size2 stride;
  };
  // Odd, prime and non-square; one and three channels; overlap, gaps, uncovered borders, one frame.
  const std::vector<Geometry> geometries = {
      {{1, 1, 13, 11}, {7, 5}, {3, 2}},  {{1, 3, 7, 9}, {4, 6}, {2, 3}}, {{2, 1, 11, 8}, 5, {6, 3}},
      {{1, 1, 10, 13}, {8, 11}, {2, 5}}, {{1, 1, 7, 7}, 7, 4},
  };
  const std::vector<crisp::Padding> paddings = {crisp::Padding::none, crisp::Padding::reflect,
                                                crisp::Padding::zero};
  unsigned number = 0;
  for (crisp::StftOptions options : all_options<crisp::StftOptions>()) {
    const Geometry& geometry = geometries[number % geometries.size()];
    options.window = geometry.window;
    options.stride = geometry.stride;
    options.padding = paddings[number % paddings.size()];
    CAPTURE(number, geometry.image, geometry.window, geometry.stride);
    check_derivatives(crisp::StftLoss<double>(options), geometry.image, number++);
  }
}

TEST_CASE("The DFT loss's gradient is its derivative, for every option", "[dft_loss][gradient]") {
  const std::vector<Shape> shapes = {{1, 1, 7, 11}, {1, 3, 6, 5}, {2, 1, 8, 9}, {1, 1, 4, 5}, {1, 1, 13, 6}};
  unsigned number = 0;
  for (const crisp::DftOptions& options : all_options<crisp::DftOptions>()) {
    const Shape& shape = shapes[number % shapes.size()];
    CAPTURE(number, shape);
    check_derivatives(crisp::DftLoss<double>(options), shape, number++);
  }
}

TEST_CASE("An STFT of one frame is the DFT", "[stft_loss][dft_loss]") {
  const auto prediction = random_images<double>({2, 2, 15, 18}, 1);
  const auto target = random_images<double>({2, 2, 15, 18}, 2);
  crisp::StftOptions stft;
  stft.window = {15, 18};
  crisp::DftOptions dft;
  dft.window_shape = crisp::WindowShape::hann;
  Images<double> stft_gradient, dft_gradient;
  CHECK(crisp::value_and_gradient(crisp::StftLoss<double>(stft), prediction, target, stft_gradient) ==
        crisp::value_and_gradient(crisp::DftLoss<double>(dft), prediction, target, dft_gradient));
  CHECK(largest_difference(stft_gradient, dft_gradient) == 0);
}

TEST_CASE("The STFT loss is its formula on spectra from the transform, for every distance", "[stft_loss]") {
  using Bin = std::complex<double>;
  const auto prediction = random_images<double>({1, 1, 14, 17}, 1);
  const auto target = random_images<double>({1, 1, 14, 17}, 2);
  crisp::StftOptions options;
  options.window = {6, 7};
  options.stride = {4, 5};
  const crisp::Stft<double> stft(options.window, options.stride);
  const auto x = stft.forward(prediction);
  const auto y = stft.forward(target);
  const auto check = [&](const auto& distance) {
    double expected = 0;
    for (crisp::Index k = 0; k < 3; ++k) {
      for (crisp::Index l = 0; l < 3; ++l) {
        for (crisp::Index u = 0; u < 6; ++u) {
          for (crisp::Index v = 0; v < 7; ++v) {
            expected += frequency_weight(crisp::FrequencyWeight::linear, options.window, u, v) *
                        distance(x(0, 0, k, l, u, v), y(0, 0, k, l, u, v));
          }
        }
      }
    }
    options.bin_reduction = crisp::Reduction::sum;
    CHECK(crisp::value(crisp::StftLoss<double>(options), prediction, target) ==
          Approx(expected).epsilon(1e-12));
    options.bin_reduction = crisp::Reduction::mean;
    CHECK(crisp::value(crisp::StftLoss<double>(options), prediction, target) ==
          Approx(expected / (3 * 3 * 6 * 7)).epsilon(1e-12));
  };
  const auto check_polar = [&](crisp::PhaseDistance distance, const auto& phase) {
    options.phase_distance = distance;
    check([&](const Bin& a, const Bin& b) {
      const double s = std::abs(a) * std::abs(b);
      return 0.8 * std::abs(std::abs(a) - std::abs(b)) + 1.7 * s / (s + 0.25) * phase(a, b);
    });
  };
  options.amplitude_weight = 0.8;
  options.phase_weight = 1.7;
  options.phase_gate = 0.5;
  options.phase_bias = 0.4;  // of the raw distance alone
  check_polar(crisp::PhaseDistance::wrapped,
              [](const Bin& a, const Bin& b) { return std::abs(std::arg(a * std::conj(b))); });
  check_polar(crisp::PhaseDistance::cosine, [](const Bin& a, const Bin& b) {
    return 1 - (a * std::conj(b)).real() / (std::abs(a) * std::abs(b));
  });
  check_polar(crisp::PhaseDistance::raw,
              [](const Bin& a, const Bin& b) { return std::abs(std::arg(a + 0.4) - std::arg(b + 0.4)); });
  options.distance = crisp::SpectralDistance::rectangular;
  check([](const Bin& a, const Bin& b) { return std::abs((a - b).real()) + std::abs((a - b).imag()); });
  options.distance = crisp::SpectralDistance::complex_modulus;
  check([](const Bin& a, const Bin& b) { return std::abs(a - b); });
  options.distance = crisp::SpectralDistance::squared_amplitude;
  check([](const Bin& a, const Bin& b) { return std::pow(std::abs(a) - std::abs(b), 2); });
}

// So many rows of frames go in several tiles, the last of which has fewer: 14 and 13.
TEST_CASE("The gradient of an STFT of many rows of frames is its derivative", "[stft_loss][gradient]") {
  crisp::StftOptions options;
  options.window = 5;
  options.stride = 1;
  options.window_shape = crisp::WindowShape::hamming;
  check_derivatives(crisp::StftLoss<double>(options), {1, 1, 31, 6}, 1);
}

TEST_CASE("Bins without signal have no phase, and bins that are equal but for rounding no distance",
          "[stft_loss][dft_loss]") {
  const Shape shape{1, 1, 13, 12};
  const auto noise = random_images<double>(shape, 1);
  const auto black = constant_images<double>(shape, 0);
  const auto flat = constant_images<double>(shape, 0.3);
  for (const auto phase : {crisp::PhaseDistance::wrapped, crisp::PhaseDistance::cosine}) {
    crisp::DftOptions options;
    options.phase_distance = phase;
    const crisp::DftLoss<double> loss(options);
    options.phase_weight = 0;
    const crisp::DftLoss<double> of_amplitudes(options);
    for (const auto* other : {&black, &flat}) {
      CHECK(crisp::value(loss, *other, noise) == crisp::value(of_amplitudes, *other, noise));
      CHECK(crisp::value(loss, noise, *other) == crisp::value(of_amplitudes, noise, *other));
    }
    // The weight of DC is 0.
    for (const auto& [prediction, target] :
         {std::pair(&black, &flat), std::pair(&flat, &black), std::pair(&noise, &noise)}) {
      Images<double> gradient;
      CHECK(crisp::value_and_gradient(loss, *prediction, *target, gradient) == 0);
      CHECK(largest_entry(gradient) == 0);
    }
  }
}

TEMPLATE_TEST_CASE("Black, flat and identical images have tame gradients", "[stft_loss][dft_loss]", float,
                   double) {
  using T = TestType;
  const Shape shape{1, 1, 33, 28};
  const auto noise = random_images<T>(shape, 1);
  const auto black = constant_images<T>(shape, 0);
  const auto gray = constant_images<T>(shape, T(0.3));
  const auto white = constant_images<T>(shape, 1);
  const auto bright = constant_images<T>(shape, 255);
  // Derivatives go with 1/|X|. Smooth windows make bins of flat images honestly small, near 1e-9 of the
  // largest in double; what rounding leaves of bins that are 0 is thousands of times smaller.
  const double tame = std::is_same_v<T, float> ? 1e7 : 1e10;
  const auto check = [&](const auto& loss) {
    Images<T> gradient;
    for (const auto* prediction : {&noise, &black, &gray, &white, &bright}) {
      for (const auto* target : {&noise, &black, &gray, &white, &bright}) {
        const T value = crisp::value_and_gradient(loss, *prediction, *target, gradient);
        CHECK(std::isfinite(value));
        REQUIRE(all_finite(gradient));
        CHECK(largest_entry(gradient) < tame);
        if (prediction == target) {
          CHECK(value == 0);
          CHECK(largest_entry(gradient) == 0);
        }
      }
    }
  };
  for (const auto& options : all_options<crisp::StftOptions>()) check(crisp::StftLoss<T>(options));
  for (const auto& options : all_options<crisp::DftOptions>()) check(crisp::DftLoss<T>(options));
}

TEST_CASE("Spectral losses are symmetric and invariant to the order of images", "[stft_loss][dft_loss]") {
  const auto a = random_images<double>({2, 1, 20, 17}, 1);
  const auto b = random_images<double>({2, 1, 20, 17}, 2);
  Images<double> a_swapped(2, 1, 20, 17), b_swapped(2, 1, 20, 17);
  for (crisp::Index image = 0; image < 2; ++image) {
    a_swapped.chip(image, 0) = a.chip(1 - image, 0);
    b_swapped.chip(image, 0) = b.chip(1 - image, 0);
  }
  const auto check = [&](const auto& loss) {
    const double value = crisp::value(loss, a, b);
    CHECK(value > 0);
    CHECK(crisp::value(loss, b, a) == Approx(value).epsilon(1e-13));
    CHECK(crisp::value(loss, a_swapped, b_swapped) == Approx(value).epsilon(1e-14));
  };
  for (auto options : all_options<crisp::StftOptions>()) {
    options.window = 9;
    options.stride = 4;
    check(crisp::StftLoss<double>(options));
  }
  for (const auto& options : all_options<crisp::DftOptions>()) check(crisp::DftLoss<double>(options));
}

TEST_CASE("Float spectral losses agree with double as their docstring says", "[stft_loss][dft_loss]") {
  const auto prediction = random_images<double>({2, 1, 28, 28}, 1);
  const auto target = random_images<double>({2, 1, 28, 28}, 2);
  const Images<float> float_prediction = prediction.cast<float>();
  const Images<float> float_target = target.cast<float>();
  // The same images for both, so that what differs is the arithmetic.
  const Images<double> rounded_prediction = float_prediction.cast<double>();
  const Images<double> rounded_target = float_target.cast<double>();
  const auto check = [&](const auto& loss, const auto& float_loss) {
    Images<double> gradient;
    Images<float> float_gradient;
    const double value = crisp::value_and_gradient(loss, rounded_prediction, rounded_target, gradient);
    const double float_value = static_cast<double>(
        crisp::value_and_gradient(float_loss, float_prediction, float_target, float_gradient));
    CHECK(std::abs(float_value - value) <= 2e-5 * value);
    const Images<double> widened = float_gradient.cast<double>();
    CHECK(largest_difference(widened, gradient) <= 1e-3 * largest_entry(gradient));
  };
  for (const auto& options : all_options<crisp::StftOptions>()) {
    check(crisp::StftLoss<double>(options), crisp::StftLoss<float>(options));
  }
  for (const auto& options : all_options<crisp::DftOptions>()) {
    check(crisp::DftLoss<double>(options), crisp::DftLoss<float>(options));
  }
}

TEMPLATE_TEST_CASE("The largest factors of amplitudes and phases make no NaN of moderate images",
                   "[dft_loss]", float, double) {
  crisp::Images<TestType> prediction(1, 1, 24, 13), target(1, 1, 24, 13), gradient;
  prediction.setConstant(std::numeric_limits<TestType>::epsilon());
  target.setRandom();
  target(0, 0, 5, 7) = 1000;
  crisp::DftOptions options;
  options.frequency_weight = crisp::FrequencyWeight::quadrant_product;
  options.amplitude_weight = 1e12;
  options.phase_weight = 1e12;
  for (const auto phase :
       {crisp::PhaseDistance::wrapped, crisp::PhaseDistance::raw, crisp::PhaseDistance::cosine}) {
    options.phase_distance = phase;
    CHECK(std::isfinite(
        crisp::value_and_gradient(crisp::DftLoss<TestType>(options), prediction, target, gradient)));
    CHECK(all_finite(gradient));
    CHECK(std::isfinite(
        crisp::value_and_gradient(crisp::DftLoss<TestType>(options), target, prediction, gradient)));
    CHECK(all_finite(gradient));
  }
}

TEST_CASE("Spectral options outside their range are errors that quote them", "[errors]") {
  crisp::StftOptions options;
  options.phase_weight = -0.25;
  CHECK_THROWS_WITH(crisp::StftLoss<float>(options),
                    Catch::Contains("phase_weight") && Catch::Contains("-0.25"));
  options = {};
  options.amplitude_weight = std::nan("");
  CHECK_THROWS_AS(crisp::StftLoss<float>(options), crisp::OptionError);
  options = {};
  options.phase_gate = -1;
  CHECK_THROWS_AS(crisp::StftLoss<float>(options), crisp::OptionError);
  options = {};
  options.phase_gate = 1e20;  // whose square float does not hold
  CHECK_THROWS_WITH(crisp::StftLoss<float>(options),
                    Catch::Contains("phase_gate") && Catch::Contains("1e+20"));
  CHECK_NOTHROW(crisp::StftLoss<double>(options));
  options = {};
  options.amplitude_weight = 1.1e12;
  CHECK_THROWS_WITH(crisp::StftLoss<float>(options),
                    Catch::Contains("amplitude_weight") && Catch::Contains("1.1e+12"));
  CHECK_THROWS_AS(crisp::DftLoss<double>(crisp::to_dft_options(options)), crisp::OptionError);
  options = {};
  options.phase_weight = 1.1e12;
  CHECK_THROWS_WITH(crisp::StftLoss<double>(options), Catch::Contains("phase_weight"));
  options = {};
  options.window = {16, 1};
  CHECK_THROWS_WITH(crisp::StftLoss<float>(options), Catch::Contains("16x1"));
  options = {};
  options.stride = {0, 4};
  CHECK_THROWS_WITH(crisp::StftLoss<float>(options), Catch::Contains("0x4"));
  options = {};
  options.window = 3;
  options.frequency_weight = crisp::FrequencyWeight::quadrant_product;
  const auto images = random_images<float>({1, 1, 8, 8}, 1);
  CHECK_THROWS_WITH(crisp::value(crisp::StftLoss<float>(options), images, images), Catch::Contains("3x3"));
  const auto line = random_images<float>({1, 1, 1, 8}, 1);
  CHECK_THROWS_WITH(crisp::value(crisp::DftLoss<float>(), line, line), Catch::Contains("1x8"));
}

TEST_CASE("Presets are what their sources say", "[presets]") {
  const auto paper = crisp::presets::dalal_2024_paper();
  CHECK(paper.window == Size2(16));
  CHECK(paper.stride == Size2(4));
  CHECK(paper.window_shape == crisp::WindowShape::hann);
  CHECK(paper.frequency_weight == crisp::FrequencyWeight::linear);
  CHECK(paper.phase_distance == crisp::PhaseDistance::raw);
  CHECK(paper.phase_weight > paper.amplitude_weight);
  const auto code = crisp::presets::dalal_2024_code();
  CHECK(code.window_shape == crisp::WindowShape::rectangular);
  CHECK(code.frequency_weight == crisp::FrequencyWeight::quadrant_product);
  CHECK(code.amplitude_weight == 0.1);
  CHECK(code.phase_weight == 0.9);
}

// The sizes are those where FFTW's rounding is largest: large primes, and twice one.
TEMPLATE_TEST_CASE("Flat images of awkward sizes differ in nothing but their mean", "[dft_loss]", float,
                   double) {
  using T = TestType;
  for (const Shape& shape :
       {Shape{1, 1, 127, 127}, Shape{1, 1, 118, 118}, Shape{1, 1, 131, 139}, Shape{1, 1, 256, 229}}) {
    CAPTURE(shape);
    Images<T> gradient;
    const auto dim = constant_images<T>(shape, T(0.3));
    const auto bright = constant_images<T>(shape, T(0.7));
    // The weight of DC, the one bin that differs, is 0.
    CHECK(crisp::value_and_gradient(crisp::DftLoss<T>(), dim, bright, gradient) == 0);
    CHECK(largest_entry(gradient) == 0);
  }
}

TEST_CASE("Extreme strides and gates are harmless", "[stft_loss]") {
  const auto images = random_images<float>({1, 1, 20, 21}, 1);
  const auto black = constant_images<float>({1, 1, 20, 21}, 0);
  crisp::StftOptions options;
  options.stride = std::numeric_limits<crisp::Index>::max();
  crisp::StftOptions one_frame;
  one_frame.stride = 100;
  CHECK(crisp::value(crisp::StftLoss<float>(options), images, black) ==
        crisp::value(crisp::StftLoss<float>(one_frame), images, black));
  options.phase_gate = 1e-20;  // its square is no normal float
  Images<float> gradient;
  CHECK(std::isfinite(crisp::value_and_gradient(crisp::StftLoss<float>(options), black, images, gradient)));
  CHECK(all_finite(gradient));
}

TEST_CASE("Padding is the loss of the extended images", "[stft_loss][padding]") {
  const auto prediction = random_images<double>({2, 1, 13, 11}, 1);
  const auto target = random_images<double>({2, 1, 13, 11}, 2);
  const auto extended = [](const Images<double>& images, crisp::Padding padding) {
    Images<double> result(2, 1, 13 + 6, 11 + 4);  // windows of 7 x 5: 3 rows and 2 columns on every side
    result.setZero();
    const auto mirrored = [](crisp::Index i, crisp::Index n) {
      return i < 0 ? -i : i >= n ? 2 * n - 2 - i : i;
    };
    for (crisp::Index b = 0; b < 2; ++b) {
      for (crisp::Index y = -3; y < 16; ++y) {
        for (crisp::Index x = -2; x < 13; ++x) {
          const bool inside = y >= 0 && y < 13 && x >= 0 && x < 11;
          if (!inside && padding == crisp::Padding::zero) continue;
          result(b, 0, y + 3, x + 2) = images(b, 0, mirrored(y, 13), mirrored(x, 11));
        }
      }
    }
    return result;
  };
  crisp::StftOptions options;
  options.window = {7, 5};
  options.stride = {3, 2};
  const crisp::StftLoss<double> plain(options);
  for (const auto padding : {crisp::Padding::reflect, crisp::Padding::zero}) {
    options.padding = padding;
    const crisp::StftLoss<double> loss(options);
    const double expected = crisp::value(plain, extended(prediction, padding), extended(target, padding));
    CHECK(crisp::value(loss, prediction, target) == Approx(expected).epsilon(1e-13));
  }
}

TEST_CASE("Padding gives every pixel a gradient, and makes room for large windows", "[stft_loss][padding]") {
  crisp::StftOptions options;
  const auto prediction = random_images<double>({1, 1, 21, 19}, 1);
  const auto target = random_images<double>({1, 1, 21, 19}, 2);
  const auto touched = [&](crisp::Padding padding) {
    options.padding = padding;
    Images<double> gradient;
    crisp::value_and_gradient(crisp::StftLoss<double>(options), prediction, target, gradient);
    crisp::Index count = 0;
    for (crisp::Index i = 0; i < gradient.size(); ++i) count += gradient.data()[i] != 0 ? 1 : 0;
    return count;
  };
  CHECK(touched(crisp::Padding::none) == (20 - 1) * (16 - 1));  // the first row and column have no weight
  CHECK(touched(crisp::Padding::reflect) == 21 * 19);
  CHECK(touched(crisp::Padding::zero) == 21 * 19);

  const auto small = random_images<double>({1, 1, 9, 10}, 3);
  CHECK_NOTHROW(crisp::value(crisp::StftLoss<double>(options), small, small));
  options.padding = crisp::Padding::reflect;
  CHECK_NOTHROW(crisp::value(crisp::StftLoss<double>(options), small, small));
  const auto smaller = random_images<double>({1, 1, 8, 10}, 3);
  CHECK_THROWS_WITH(crisp::value(crisp::StftLoss<double>(options), smaller, smaller),
                    Catch::Contains("9x9") && Catch::Contains("8x10"));
}

TEST_CASE("Frames are weighted by their share of the plane's weight", "[stft_loss][weighted]") {
  const Shape shape{2, 2, 13, 11};
  const auto prediction = random_images<double>(shape, 1);
  auto target = random_images<double>(shape, 2);
  const auto weights = random_weights<double>(shape, 3, true);
  const auto mean_weight = [&](crisp::Index plane) {
    return crisp::plane_mean(crisp::Plane<double>(weights.data() + plane * 13 * 11, 13, 11));
  };
  crisp::StftOptions options;
  options.window = {5, 4};
  options.stride = {4, 3};
  for (const auto reduction : {crisp::Reduction::sum, crisp::Reduction::mean}) {
    options.bin_reduction = reduction;
    const crisp::StftLoss<double> loss(options);
    double expected = 0;
    for (crisp::Index plane = 0; plane < 4; ++plane) {
      for (crisp::Index k = 0; k < 3; ++k) {
        for (crisp::Index l = 0; l < 3; ++l) {
          // One frame on its own: an image of the window's size.
          Images<double> x(1, 1, 5, 4), y(1, 1, 5, 4);
          double share = 0;
          for (crisp::Index i = 0; i < 5; ++i) {
            for (crisp::Index j = 0; j < 4; ++j) {
              x(0, 0, i, j) = prediction(plane / 2, plane % 2, 4 * k + i, 3 * l + j);
              y(0, 0, i, j) = target(plane / 2, plane % 2, 4 * k + i, 3 * l + j);
              share += weights(plane / 2, plane % 2, 4 * k + i, 3 * l + j) / 20;
            }
          }
          const double frames = reduction == crisp::Reduction::mean ? 9 : 1;
          expected += share / mean_weight(plane) * crisp::value(loss, x, y) / frames / 4;
        }
      }
    }
    CHECK(crisp::value(loss, prediction, crisp::weighted(target, weights)) ==
          Approx(expected).epsilon(1e-12));
  }
}

// Of frames in the border only the pixels inside the image have weights.
TEST_CASE("Padded frames are weighted by their pixels inside the image", "[stft_loss][weighted][padding]") {
  const auto prediction = random_images<double>({1, 1, 6, 6}, 1);
  const auto target = random_images<double>({1, 1, 6, 6}, 2);
  const auto weights = random_weights<double>({1, 1, 6, 6}, 3, true);
  crisp::StftOptions options;
  options.window = 4;
  options.stride = 3;  // frames begin at -2, 1 and 4 of the rows and columns -2 … 7
  options.padding = crisp::Padding::zero;
  const double mean_weight = crisp::plane_mean(crisp::Plane<double>(weights.data(), 6, 6));
  double expected = 0;
  for (const crisp::Index top : {-2, 1, 4}) {
    for (const crisp::Index left : {-2, 1, 4}) {
      Images<double> x(1, 1, 4, 4), y(1, 1, 4, 4);
      x.setZero();
      y.setZero();
      double weight = 0;
      crisp::Index inside = 0;
      for (crisp::Index i = std::max<crisp::Index>(0, -top); i < std::min<crisp::Index>(4, 6 - top); ++i) {
        for (crisp::Index j = std::max<crisp::Index>(0, -left); j < std::min<crisp::Index>(4, 6 - left);
             ++j) {
          x(0, 0, i, j) = prediction(0, 0, top + i, left + j);
          y(0, 0, i, j) = target(0, 0, top + i, left + j);
          weight += weights(0, 0, top + i, left + j);
          ++inside;
        }
      }
      crisp::StftOptions of_frame = options;
      of_frame.padding = crisp::Padding::none;
      expected += weight / static_cast<double>(inside) / mean_weight *
                  crisp::value(crisp::StftLoss<double>(of_frame), x, y);
    }
  }
  CHECK(crisp::value(crisp::StftLoss<double>(options), prediction, crisp::weighted(target, weights)) ==
        Approx(expected).epsilon(1e-12));
}

TEST_CASE("Frames without weight are left out, whatever they hold", "[stft_loss][weighted]") {
  const Shape shape{1, 1, 20, 20};
  auto prediction = random_images<double>(shape, 1);
  auto target = random_images<double>(shape, 2);
  auto weights = constant_images<double>(shape, 1);
  for (crisp::Index y = 0; y < 20; ++y) {
    for (crisp::Index x = 0; x < 10; ++x) weights(0, 0, y, x) = 0;
  }
  const auto check = [&](const auto& loss, crisp::Index dead_columns) {
    Images<double> expected, gradient;
    const double value =
        crisp::value_and_gradient(loss, prediction, crisp::weighted(target, weights), expected);
    CHECK(value > 0);
    auto broken = prediction;
    auto broken_target = target;
    broken(0, 0, 3, 1) = std::nan("");
    broken_target(0, 0, 19, 0) = std::numeric_limits<double>::infinity();
    CHECK(crisp::value_and_gradient(loss, broken, crisp::weighted(broken_target, weights), gradient) ==
          value);
    CHECK(largest_difference(gradient, expected) == 0);
    for (crisp::Index x = 0; x < dead_columns; ++x) CHECK(gradient(0, 0, 7, x) == 0);
  };
  crisp::StftOptions options;
  options.window = 6;
  options.stride = 4;
  check(crisp::StftLoss<double>(options), 8);  // the frames from columns 0 and 4 on end before 10
  options.padding = crisp::Padding::reflect;
  check(crisp::StftLoss<double>(options), 5);
  options.padding = crisp::Padding::none;
  options.window = 5;
  options.stride = 7;  // rows 12 and 13 of an image of 20 are covered by nobody
  check(crisp::StftLoss<double>(options), 7);
  auto none = constant_images<double>(shape, 0);
  Images<double> gradient;
  CHECK(crisp::value_and_gradient(crisp::DftLoss<double>(), prediction, crisp::weighted(target, none),
                                  gradient) == 0);
  CHECK(largest_entry(gradient) == 0);
}

TEST_CASE("A multi-resolution loss is the mean of its resolutions", "[multi_resolution]") {
  const auto prediction = random_images<double>({2, 3, 17, 19}, 1);
  const auto target = random_images<double>({2, 3, 17, 19}, 2);
  const auto check_mean = [&](const crisp::MultiResolutionStftOptions& options) {
    double expected = 0;
    for (const auto& resolution : options.resolutions) {
      expected += crisp::value(crisp::StftLoss<double>(resolution), prediction, target) /
                  static_cast<double>(options.resolutions.size());
    }
    CHECK(crisp::value(crisp::MultiResolutionStftLoss<double>(options), prediction, target) ==
          Approx(expected).epsilon(1e-13));
  };
  check_mean({});
  crisp::MultiResolutionStftOptions options{crisp::stft_resolutions({3, 6})};
  options.resolutions[1].padding = crisp::Padding::reflect;
  options.resolutions[1].phase_distance = crisp::PhaseDistance::cosine;
  check_mean(options);
  check_derivatives(crisp::MultiResolutionStftLoss<double>(options), {1, 2, 7, 9}, 1);
  options.resolutions.clear();
  CHECK_THROWS_WITH(crisp::MultiResolutionStftLoss<double>(options), Catch::Contains("0"));
  const auto small = random_images<double>({1, 1, 15, 16}, 1);
  CHECK_THROWS_WITH(crisp::value(crisp::MultiResolutionStftLoss<double>(), small, small),
                    Catch::Contains("16x16") && Catch::Contains("15x16"));
}

TEMPLATE_TEST_CASE("Cosine phases cost nothing, and never less, between multiples of one image",
                   "[stft_loss]", float, double) {
  using T = TestType;
  crisp::StftOptions options;
  options.phase_distance = crisp::PhaseDistance::cosine;
  options.amplitude_weight = 0;
  for (unsigned seed = 0; seed < 30; ++seed) {
    const auto target = random_images<T>({1, 1, 16, 16}, seed);
    const Images<T> prediction = target * static_cast<T>(0.3 + 0.01 * seed);
    const T value = crisp::value(crisp::StftLoss<T>(options), prediction, target);
    CHECK(value >= 0);
    CHECK(value < 1e-3);
  }
}

TEST_CASE("A tiny gate leaves the gradients of black predictions finite", "[stft_loss]") {
  const auto black = constant_images<float>({1, 1, 28, 28}, 0);
  const auto bright = random_images<float>({1, 1, 28, 28}, 1, 0, 255);
  crisp::StftOptions options;
  Images<float> gradient;
  for (const auto phase :
       {crisp::PhaseDistance::raw, crisp::PhaseDistance::wrapped, crisp::PhaseDistance::cosine}) {
    options.phase_distance = phase;
    for (const double gate : {1e-20, 1e-18, 1e-17, 1e-10}) {
      options.phase_gate = gate;
      const crisp::StftLoss<float> loss(options);
      CHECK(std::isfinite(crisp::value_and_gradient(loss, black, bright, gradient)));
      CHECK(all_finite(gradient));
    }
  }
}

TEST_CASE("Windows far larger than the image are refused, padded or not", "[stft_loss][errors]") {
  const auto images = random_images<float>({1, 1, 12, 12}, 1);
  crisp::StftOptions options;
  for (const auto padding : {crisp::Padding::none, crisp::Padding::reflect, crisp::Padding::zero}) {
    options.padding = padding;
    for (const crisp::Index window : {large_index(40), std::numeric_limits<crisp::Index>::max()}) {
      options.window = window;
      CHECK_THROWS_AS(crisp::value(crisp::StftLoss<float>(options), images, images), crisp::ShapeError);
    }
  }
}

// In float they differ by 1e-4 and 1e-5 of what is transformed, which has seven digits.
TEST_CASE("Nearly equal images differ by their difference, in float too", "[stft_loss]") {
  const Shape shape{1, 1, 32, 32};
  const auto target = random_images<float>(shape, 1);
  const auto noise = random_images<float>(shape, 2);
  const Images<double> exact_target = target.cast<double>();
  for (const float step : {1e-4F, 1e-5F}) {
    const Images<float> prediction = target + step * (noise - 0.5F);
    const Images<double> exact = prediction.cast<double>();
    for (const auto distance : {crisp::SpectralDistance::polar, crisp::SpectralDistance::squared_amplitude,
                                crisp::SpectralDistance::complex_modulus}) {
      crisp::StftOptions options;
      options.distance = distance;
      const double expected = crisp::value(crisp::StftLoss<double>(options), exact, exact_target);
      CHECK(static_cast<double>(crisp::value(crisp::StftLoss<float>(options), prediction, target)) ==
            Approx(expected).epsilon(1e-5));
    }
  }
}

// What is left of the difference without its mean is that mean's rounding, and must not count as a difference to be seen.
TEST_CASE("Images that differ by a constant differ in their means, in float too", "[stft_loss]") {
  crisp::StftOptions options;
  options.window = 5;
  options.stride = 2;
  options.phase_weight = 0;
  for (unsigned seed = 1; seed <= 20; ++seed) {
    const Images<float> prediction = (255.F * random_images<float>({1, 1, 9, 7}, seed)).round();
    const Images<float> target = prediction + 25.5F;
    const double expected =
        crisp::value(crisp::StftLoss<double>(options), Images<double>(prediction.cast<double>()),
                     Images<double>(target.cast<double>()));
    CHECK(static_cast<double>(crisp::value(crisp::StftLoss<float>(options), prediction, target)) ==
          Approx(expected).epsilon(2e-6));
  }
}

TEMPLATE_TEST_CASE("Rounding chooses no side of a kink", "[stft_loss][dft_loss]", float, double) {
  using T = TestType;
  const Shape shape{1, 1, 24, 20};
  const auto image = random_images<T>(shape, 1);
  Images<T> gradient;
  const T rounding = 2000 * std::numeric_limits<T>::epsilon();  // of the values of some hundred bins
  crisp::StftOptions phases;
  phases.amplitude_weight = 0;
  for (const auto phase : {crisp::PhaseDistance::wrapped, crisp::PhaseDistance::cosine}) {
    phases.phase_distance = phase;
    const Images<T> twice = T(2) * image;
    const T value = crisp::value_and_gradient(crisp::StftLoss<T>(phases), image, twice, gradient);
    CHECK(value < rounding);
    if (std::is_same_v<T, double>) CHECK(value == 0);
    CHECK(largest_entry(gradient) == 0);
  }
  crisp::DftOptions amplitudes;
  amplitudes.phase_weight = 0;
  const Images<T> mirrored = image.reverse(Eigen::array<bool, 4>{false, false, true, true});
  CHECK(crisp::value_and_gradient(crisp::DftLoss<T>(amplitudes), image, mirrored, gradient) < rounding);
  CHECK(largest_entry(gradient) == 0);
  // Of flat images only three bins a direction differ under a Hann window, and these are real.
  crisp::StftOptions rectangular;
  rectangular.distance = crisp::SpectralDistance::rectangular;
  rectangular.frequency_weight = crisp::FrequencyWeight::uniform;
  const auto dim = constant_images<T>(shape, T(0.3));
  const auto bright = constant_images<T>(shape, T(0.7));
  // Σ |H(u) H(v)| = (2 n/2)² a frame, times the difference: 3x2 frames.
  CHECK(static_cast<double>(
            crisp::value_and_gradient(crisp::StftLoss<T>(rectangular), dim, bright, gradient)) ==
        Approx(0.4 * 16 * 16 * 3 * 2).epsilon(1e-6));
}
