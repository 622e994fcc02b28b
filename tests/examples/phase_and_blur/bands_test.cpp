#include "bands.hpp"

#include <cmath>
#include <complex>

#include "crisp/spectral/stft.hpp"
#include "support/catch.hpp"
#include "support/random_images.hpp"

using namespace phase_and_blur;
using crisp::Shape;

namespace {

constexpr double pi = 3.14159265358979323846;

Bands bands_of(Index octaves, Index rings_per_octave) {
  BandOptions options;
  options.octaves = octaves;
  options.rings_per_octave = rings_per_octave;
  return Bands(options);
}

/// The pixel of a plane that lies at any integer position of its mirror images.
Index mirrored_position(Index position, Index length) {
  const Index within = ((position % (2 * length)) + 2 * length) % (2 * length);
  return std::min(within, 2 * length - 1 - within);
}

crisp::Spectra<double> spectra_of(const Images<double>& images) {
  const crisp::Size2 size(2 * images.dimension(2), 2 * images.dimension(3));
  return crisp::Stft<double>(size, size, crisp::WindowShape::rectangular).forward(mirrored(images));
}

}  // namespace

TEST_CASE("Bands tile the frequencies from the corner down") {
  const Bands octaves = bands_of(3, 1);
  CHECK(octaves.count() == 3);
  CHECK(octaves.band_of(std::sqrt(0.5)) == 0);
  CHECK(octaves.band_of(0.5) == 0);
  CHECK(octaves.band_of(0.2500001) == 0);
  CHECK(octaves.band_of(0.25) == 1);
  CHECK(octaves.band_of(0.0625001) == 2);
  CHECK(octaves.band_of(0.0625) == Bands::none);
  CHECK(octaves.band_of(0) == Bands::none);

  const Bands thin = bands_of(2, 5);
  CHECK(thin.count() == 10);
  CHECK(thin.upper(0) == std::sqrt(0.5));
  CHECK(thin.lower(9) == Approx(0.125));
  for (Index band = 0; band < thin.count(); ++band) {
    CHECK(thin.band_of((thin.lower(band) + thin.upper(band)) / 2) == band);
    if (band > 0) CHECK(thin.upper(band) == thin.lower(band - 1));
  }
}

TEST_CASE("Energies are those of the Fourier sum, written out") {
  const Index height = 3, width = 4;
  const auto image = random_images<double>(Shape{1, 1, height, width}, 1);
  const Bands bands = bands_of(2, 2);
  std::vector<double> expected(4, 0);
  for (Index u = -height; u < height; ++u) {
    for (Index v = -width; v < width; ++v) {
      std::complex<double> bin = 0;
      for (Index y = 0; y < 2 * height; ++y) {
        for (Index x = 0; x < 2 * width; ++x) {
          const double turns =
              static_cast<double>(u * y) / (2 * height) + static_cast<double>(v * x) / (2 * width);
          bin += image(0, 0, mirrored_position(y, height), mirrored_position(x, width)) *
                 std::polar(1.0, -2 * pi * turns);
        }
      }
      const double count = 4 * height * width;
      const Index band = bands.band_of(
          std::hypot(static_cast<double>(u) / (2 * height), static_cast<double>(v) / (2 * width)));
      if (band != Bands::none) expected[static_cast<std::size_t>(band)] += std::norm(bin) / (count * count);
    }
  }
  const auto energies = band_energies(image, bands);
  REQUIRE(energies.size() == 1);
  for (std::size_t j = 0; j < expected.size(); ++j)
    CHECK(energies[0][j] == Approx(expected[j]).epsilon(1e-12));
}

TEST_CASE("A blur is the convolution with a Gaussian, mirrored at the borders") {
  const Shape shape{2, 3, 9, 14};
  const double sigma = 3;  // a Gaussian sampled so finely has no aliases above 1e-18
  const auto images = random_images<double>(shape, 2);
  const Images<double> blurred = gaussian_blur(images, sigma);
  const Index radius = 27;
  double largest = 0;
  for (Index y = 0; y < shape.height; ++y) {
    for (Index x = 0; x < shape.width; ++x) {
      double sum = 0, weights = 0;
      for (Index i = -radius; i <= radius; ++i) {
        for (Index j = -radius; j <= radius; ++j) {
          const double weight = std::exp(-static_cast<double>(i * i + j * j) / (2 * sigma * sigma));
          sum += weight *
                 images(1, 2, mirrored_position(y + i, shape.height), mirrored_position(x + j, shape.width));
          weights += weight;
        }
      }
      largest = std::max(largest, std::abs(sum / weights - blurred(1, 2, y, x)));
    }
  }
  CHECK(largest < 1e-12);
}

TEST_CASE("A cosine is dimmed by the Gaussian at its frequency") {
  const Index width = 25;
  Images<double> image(1, 1, 16, width);
  const Index half_turns = 7;
  for (Index y = 0; y < 16; ++y) {
    for (Index x = 0; x < width; ++x) {
      image(0, 0, y, x) = std::cos(pi * half_turns * (static_cast<double>(x) + 0.5) / width);
    }
  }
  const double radians = pi * half_turns / width;
  const Images<double> expected = image * image.constant(std::exp(-0.5 * 1.5 * 1.5 * radians * radians));
  CHECK(largest_difference(gaussian_blur(image, 1.5), expected) < 1e-14);
}

TEST_CASE("After an exchange the energies are the donor's, band by band, and the phases the picture's own") {
  const Shape shape = GENERATE(Shape{1, 1, 16, 16}, Shape{1, 3, 17, 23}, Shape{2, 3, 31, 18});
  const Bands bands = GENERATE(bands_of(3, 1), bands_of(2, 4));
  const auto images = random_images<double>(shape, 3);
  const Images<double> donor = gaussian_blur(random_images<double>(shape, 4), 0.7);
  const Images<double> exchanged = with_band_energies(images, donor, bands);

  const auto wanted = band_energies(donor, bands);
  const auto energies = band_energies(exchanged, bands);
  REQUIRE(energies.size() == static_cast<std::size_t>(shape.planes()));
  for (std::size_t plane = 0; plane < energies.size(); ++plane) {
    for (std::size_t j = 0; j < energies[plane].size(); ++j) {
      CHECK(energies[plane][j] == Approx(wanted[plane][j]).epsilon(1e-11));
    }
  }
  const auto before = spectra_of(images);
  const auto after = spectra_of(exchanged);
  double largest_turn = 0;
  for (Index bin = 0; bin < before.size(); ++bin) {
    if (std::abs(before.data()[bin]) < 1e-6) continue;
    largest_turn =
        std::max(largest_turn, std::abs(std::arg(after.data()[bin] * std::conj(before.data()[bin]))));
  }
  CHECK(largest_turn < 1e-6);
  CHECK(largest_difference(with_band_energies(exchanged, images, bands), images) < 1e-12);
}

TEST_CASE("A picture that is its own donor stays as it is") {
  for (const Shape& shape : {Shape{1, 1, 16, 16}, Shape{1, 3, 19, 27}}) {
    const auto images = random_images<double>(shape, 5);
    CHECK(largest_difference(with_band_energies(images, images, bands_of(3, 2)), images) < 1e-14);
  }
}

TEST_CASE("Bands that a picture has nothing in are not raised") {
  const Shape shape{1, 1, 16, 20};
  const auto flat = constant_images<double>(shape, 0.3);
  CHECK(largest_difference(with_band_energies(flat, random_images<double>(shape, 6), bands_of(3, 1)), flat) <
        1e-14);
  const auto black = constant_images<double>(shape, 0.0);
  CHECK(largest_entry(with_band_energies(black, random_images<double>(shape, 6), bands_of(3, 1))) == 0);
}

TEST_CASE("What has no bands, no blur and no donor is refused") {
  const auto image = random_images<double>(Shape{1, 1, 16, 16}, 7);
  CHECK_THROWS_AS(bands_of(0, 1), crisp::OptionError);
  CHECK_THROWS_AS(bands_of(17, 1), crisp::OptionError);
  CHECK_THROWS_AS(bands_of(3, 0), crisp::OptionError);
  CHECK_THROWS_AS(bands_of(3, 65), crisp::OptionError);
  for (const double sigma : {0.0, -1.0, std::nan(""), HUGE_VAL}) {
    CHECK_THROWS_AS(gaussian_blur(image, sigma), crisp::OptionError);
  }
  const auto larger = random_images<double>(Shape{1, 1, 16, 17}, 7);
  CHECK_THROWS_AS(with_band_energies(image, larger, bands_of(3, 1)), crisp::ShapeError);
}
