#include "crisp/metrics/local_phase_coherence.hpp"

#include <algorithm>
#include <cmath>
#include <complex>
#include <functional>
#include <limits>
#include <vector>

#include "metrics/accumulation.hpp"
#include "metrics/sharpness_images.hpp"
#include "support/catch.hpp"
#include "support/random_images.hpp"

using crisp::Images;
using crisp::Index;
using crisp::Shape;
using crisp::metrics::LocalPhaseCoherence;
using crisp::metrics::LocalPhaseCoherenceOptions;

namespace {

using Complex = std::complex<double>;
const double pi = std::acos(-1.0);

/// e^{2πi sign (a/n + b/m)}
Complex wave(double sign, Index a, Index n, Index b, Index m) {
  return std::polar(1.0, sign * 2 * pi *
                             (static_cast<double>(a % n) / static_cast<double>(n) +
                              static_cast<double>(b % m) / static_cast<double>(m)));
}

double signed_frequency(Index bin, Index length) {
  return static_cast<double>(bin) / static_cast<double>(length) - (2 * bin >= length ? 1 : 0);
}

/// The filter of a scale and an angle at a bin. Angles are compared by their unit vectors.
double plain_filter(const LocalPhaseCoherenceOptions& options, double scale, double angle, double down,
                    double along) {
  const double radius = std::sqrt(down * down + along * along);
  if (radius == 0) return 0;
  const double centre = 1 / (options.wavelength * scale);
  const double radial = std::exp(-std::pow(std::log(radius / centre) / std::log(options.bandwidth), 2) / 2);
  const double cosine = (along * std::cos(angle) - down * std::sin(angle)) / radius;
  const double between = std::acos(std::clamp(cosine, -1.0, 1.0));
  const double deviation = pi / static_cast<double>(options.orientations) / options.angular_overlap;
  const double low_pass = 1 / (1 + std::pow(radius / options.low_pass, 2 * options.low_pass_order));
  return radial * low_pass * std::exp(-std::pow(between / deviation, 2) / 2);
}

/// The index of a plane by its formulas alone, every transform a sum over pixels or bins.
double plain_index(const LocalPhaseCoherenceOptions& options, const Images<double>& image) {
  const Index height = image.dimension(2), width = image.dimension(3);
  const Index rows = 2 * height, columns = 2 * width;
  std::vector<Complex> spectrum(static_cast<std::size_t>(rows * columns));
  for (Index u = 0; u < rows; ++u) {
    for (Index v = 0; v < columns; ++v) {
      Complex& bin = spectrum[static_cast<std::size_t>(u * columns + v)];
      for (Index y = 0; y < rows; ++y) {
        for (Index x = 0; x < columns; ++x) {
          bin += image(0, 0, y < height ? y : rows - 1 - y, x < width ? x : columns - 1 - x) * 255 /
                 options.data_range * wave(-1, u * y, rows, v * x, columns);
        }
      }
    }
  }
  const auto border =
      static_cast<Index>(std::lround(options.border * static_cast<double>(std::min(height, width))));
  std::vector<double> coherences;
  for (Index y = border; y < height - border; ++y) {
    for (Index x = border; x < width - border; ++x) {
      double numerator = 0, denominator = options.constant;
      for (Index orientation = 0; orientation < options.orientations; ++orientation) {
        const double angle =
            static_cast<double>(orientation) * pi / static_cast<double>(options.orientations);
        double phase = 0, amplitude = 0;
        for (std::size_t scale = 0; scale < options.scales.size(); ++scale) {
          Complex response = 0;
          for (Index u = 0; u < rows; ++u) {
            for (Index v = 0; v < columns; ++v) {
              const double filter = plain_filter(options, options.scales[scale], angle,
                                                 signed_frequency(u, rows), signed_frequency(v, columns));
              response += filter * spectrum[static_cast<std::size_t>(u * columns + v)] *
                          wave(1, u * y, rows, v * x, columns);
            }
          }
          response /= static_cast<double>(rows * columns);
          phase += options.weights[scale] * std::atan2(response.imag(), response.real());
          if (scale == 0) amplitude = std::abs(response);
        }
        numerator += amplitude * std::cos(phase);
        denominator += amplitude;
      }
      coherences.push_back(numerator / denominator);
    }
  }
  std::sort(coherences.begin(), coherences.end(), std::greater<>());
  double sum = 0, weights = 0;
  for (std::size_t k = 0; k < coherences.size(); ++k) {
    const double rank =
        coherences.size() == 1 ? 0 : static_cast<double>(k) / static_cast<double>(coherences.size() - 1);
    sum += std::exp(-rank / options.decay) * coherences[k];
    weights += std::exp(-rank / options.decay);
  }
  return sum / weights;
}

double index_of(const Images<double>& image, const LocalPhaseCoherenceOptions& options = {}) {
  LocalPhaseCoherence<double> index(options);
  index.add(image);
  return index.value();
}

/// How the index changes as an image is blurred more and more.
std::vector<double> indices_of_blurred(const Images<double>& image) {
  std::vector<double> indices;
  for (const double sigma : {0.0, 0.7, 1.1, 1.6, 2.2, 3.0})
    indices.push_back(index_of(blurred(image, sigma)));
  return indices;
}

}  // namespace

TEST_CASE("LPC-SI is its formula", "[metrics][sharpness]") {
  LocalPhaseCoherenceOptions other;
  other.scales = {1, 2};
  other.weights = {1, -2};
  other.orientations = 3;
  other.wavelength = 3;
  other.bandwidth = 0.6;
  other.angular_overlap = 1.2;
  other.low_pass = 0.3;
  other.low_pass_order = 4;
  other.data_range = 7;
  other.constant = 30;
  other.decay = 0.3;
  other.border = 0.2;
  LocalPhaseCoherenceOptions several_decide;
  several_decide.decay = 0.02;
  several_decide.border = 0;
  for (const auto& options : {LocalPhaseCoherenceOptions(), other, several_decide}) {
    CHECK(index_of(random_images<double>({1, 1, 5, 8}, 1), options) ==
          Catch::Approx(plain_index(options, random_images<double>({1, 1, 5, 8}, 1))).epsilon(1e-10));
    CHECK(index_of(disc_image(9, 6, 4), options) ==
          Catch::Approx(plain_index(options, disc_image(9, 6, 4))).epsilon(1e-10));
  }
}

// Which the index cannot tell: clockwise, they are the same filters or their conjugates.
TEST_CASE("Log-Gabor filters turn anticlockwise", "[metrics][sharpness]") {
  crisp::LogGaborOptions options;
  options.orientations = 4;
  const crisp::detail::LogGaborFilters<double> filters(options, {8, 8});
  const auto filter = [&](std::size_t orientation, Index down, Index along) {
    return filters.angular(orientation)[static_cast<std::size_t>((down + 8) % 8 * 8 + (along + 8) % 8)];
  };
  CHECK(filter(0, 0, 2) == 1);
  CHECK(filter(1, -2, 2) == Catch::Approx(1));  // up and to the right
  CHECK(filter(1, 2, 2) < 0.1);
  CHECK(filter(2, -2, 0) == Catch::Approx(1));
  CHECK(filter(2, 2, 0) < 0.1);
  CHECK(filter(3, -2, -2) == Catch::Approx(1));
  CHECK(filter(3, 2, -2) < 0.1);
}

TEST_CASE("LPC-SI falls monotonically with blur", "[metrics][sharpness]") {
  for (const auto& image : {edge_image(64, 64, 0), edge_image(64, 50, 0.4), edge_image(50, 64, 1.2),
                            edge_image(28, 28, 0.4), disc_image(28, 28, 1), disc_image(64, 64, 2),
                            disc_image(96, 80, 3), random_images<double>({1, 1, 64, 64}, 1)}) {
    const auto indices = indices_of_blurred(image);
    CAPTURE(indices, crisp::detail::shape_of(image));
    CHECK(indices.front() > 0.85);
    CHECK(indices.back() < 0.5);
    CHECK(std::is_sorted(indices.rbegin(), indices.rend()));
  }
}

TEST_CASE("LPC-SI heeds contrast a little, and brightness not at all", "[metrics][sharpness]") {
  const auto image = blurred(disc_image(40, 33, 1), 0.7);
  const double index = index_of(image);
  CHECK(index_of(image + 3.0) == Catch::Approx(index).epsilon(1e-10));
  CHECK(index_of(image - 0.9) == Catch::Approx(index).epsilon(1e-10));

  // So bright that the sums of a transform of all of it would round detail away; the pixels are exact.
  const Images<double> pixels = (image * 1024.0).round() / 1024.0;
  CHECK(index_of(pixels + std::ldexp(1.0, 30)) == Catch::Approx(index_of(pixels)).epsilon(1e-10));

  double last = 0;
  for (const double contrast : {0.01, 0.1, 0.3, 1.0, 10.0, 1e4}) {
    const double with_contrast = index_of(image * contrast);
    CHECK(with_contrast > last);
    last = with_contrast;
  }
  CHECK(last <= 1);
  CHECK(index_of(image * 1e8) == Catch::Approx(index_of(image * 1e9)).epsilon(1e-6));  // C no longer counts

  LocalPhaseCoherenceOptions bytes;
  bytes.data_range = 255;
  CHECK(index_of(image * 255.0, bytes) == Catch::Approx(index).epsilon(1e-10));
  LocalPhaseCoherenceOptions tenfold;
  tenfold.constant = 20;
  CHECK(index_of(image * 10.0, tenfold) == Catch::Approx(index).epsilon(1e-10));
}

TEST_CASE("LPC-SI accumulates, merges and has the same bits on any threads", "[metrics][sharpness]") {
  const auto images = random_images<float>({7, 3, 19, 16}, 1);
  check_accumulation(LocalPhaseCoherence<float>(),
                     [&](auto& index, Index first, Index count, const auto& executor) {
                       return index.add(some_images(images, first, count), executor);
                     });

  // A mean over channels, of the same numbers in float and double.
  LocalPhaseCoherence<float> index;
  const auto values = index.add(images);
  const Images<double> wide = images.cast<double>();
  const auto of_planes = LocalPhaseCoherence<double>().add(crisp::view(wide.data(), 21, 1, 19, 16));
  for (std::size_t i = 0; i < 7; ++i) {
    CHECK(values[i] ==
          Catch::Approx((of_planes[3 * i] + of_planes[3 * i + 1] + of_planes[3 * i + 2]) / 3).epsilon(1e-12));
  }

  // Other sizes in between.
  const auto others = random_images<float>({2, 1, 12, 30}, 1);
  CHECK(index.add(others) == LocalPhaseCoherence<float>().add(others));
  CHECK(index.add(images) == values);
}

TEST_CASE("LPC-SI of flat and broken images", "[metrics][sharpness]") {
  const Shape shape{1, 1, 30, 21};
  CHECK(index_of(constant_images<double>(shape, 0)) == 0);
  for (const double grey : {0.1, 1.0 / 3, 200.0}) {
    CHECK(std::abs(index_of(constant_images<double>(shape, grey))) < 1e-10);
  }
  CHECK(index_of(constant_images<double>({1, 1, 1, 1}, 0.3)) == 0);
  for (const double pixel : {std::nan(""), std::numeric_limits<double>::infinity()}) {
    auto broken = random_images<double>({2, 1, 30, 21}, 1);
    broken(1, 0, 0, 0) = pixel;
    LocalPhaseCoherence<double> index;
    const auto values = index.add(broken);
    CHECK(std::isfinite(values[0]));
    CHECK(std::isnan(values[1]));
    CHECK(std::isnan(index.value()));
  }
}

TEST_CASE("LPC-SI refuses what has none, and stays as it was", "[metrics][sharpness]") {
  using Options = LocalPhaseCoherenceOptions;
  using Metric = LocalPhaseCoherence<float>;
  Metric index;
  index.add(random_images<float>({1, 1, 12, 13}, 1));
  check_refuses<crisp::ShapeError>(index, [&] { index.add(Images<float>(2, 0, 5, 5)); }, {"[2, 0, 5, 5]"});

  Options options;
  options.border = 0.45;
  Metric bordered(options);
  bordered.add(random_images<float>({1, 1, 30, 31}, 1));
  check_refuses<crisp::ShapeError>(bordered,
                                   [&] {
                                     bordered.add(random_images<float>({1, 1, 2, 9}, 1));
                                   },
                                   {"border of 1", "2x9"});

  const auto check_field = [&](const std::function<void(Options&)>& change,
                               const std::vector<std::string>& words) {
    Options changed;
    change(changed);
    check_refuses<crisp::OptionError>(
        index, [&] { index.merge(Metric(changed)); }, words);
  };
  check_field([](Options& o) { o.scales[1] = 1.25; }, {"scales", "1.5", "1.25"});
  check_field([](Options& o) { o.weights[2] = 3; }, {"weights", "2", "3"});
  check_field([](Options& o) { o.orientations = 6; }, {"orientations", "8", "6"});
  check_field([](Options& o) { o.wavelength = 6; }, {"wavelength", "4", "6"});
  check_field([](Options& o) { o.bandwidth = 0.5; }, {"bandwidth", "0.75", "0.5"});
  check_field([](Options& o) { o.angular_overlap = 1; }, {"angular_overlap", "1.5", "1"});
  check_field([](Options& o) { o.low_pass = 0.4; }, {"low_pass", "0.45", "0.4"});
  check_field([](Options& o) { o.low_pass_order = 9; }, {"low_pass_order", "15", "9"});
  check_field([](Options& o) { o.data_range = 255; }, {"data_range", "1", "255"});
  check_field([](Options& o) { o.constant = 3; }, {"constant", "2", "3"});
  check_field([](Options& o) { o.decay = 0.5; }, {"decay", "0.0001", "0.5"});
  check_field([](Options& o) { o.border = 0; }, {"border", "0.0625", "0"});
  check_field(
      [](Options& o) {
        o.scales = {1, 2};
        o.weights = {1, -2};
      },
      {"3 and 2 scales"});

  const auto check_option = [](const std::function<void(Options&)>& change,
                               const std::vector<std::string>& words) {
    Options changed;
    change(changed);
    check_refuses_options<Metric>(changed, words);
  };
  const double infinity = std::numeric_limits<double>::infinity();
  check_option([](Options& o) { o.scales = {}; }, {"scales", "0"});
  check_option([](Options& o) { o.scales[0] = 0; }, {"scales", "got 0"});
  check_option([](Options& o) { o.weights = {1, 2}; }, {"2 weights", "3 scales"});
  check_option([=](Options& o) { o.weights[1] = infinity; }, {"weights", "inf"});
  check_option([](Options& o) { o.orientations = 0; }, {"orientations", "got 0"});
  check_option([](Options& o) { o.wavelength = 1.5; }, {"wavelength", "1.5"});
  check_option([](Options& o) { o.bandwidth = 1; }, {"bandwidth", "got 1"});
  check_option([](Options& o) { o.angular_overlap = -1; }, {"angular_overlap", "-1"});
  check_option([](Options& o) { o.low_pass = 0; }, {"low_pass", "got 0"});
  check_option([](Options& o) { o.low_pass_order = 0; }, {"low_pass_order", "got 0"});
  check_option([](Options& o) { o.data_range = 0; }, {"data_range", "got 0"});
  check_option([](Options& o) { o.constant = 0; }, {"constant", "got 0"});
  check_option([=](Options& o) { o.decay = infinity; }, {"decay", "inf"});
  check_option([](Options& o) { o.border = 0.5; }, {"border", "0.5"});
}
