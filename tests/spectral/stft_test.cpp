#include <cmath>
#include <complex>
#include <crisp/spectral/stft.hpp>

#include "support/catch.hpp"
#include "support/random_images.hpp"

using crisp::Index;
using crisp::Normalization;
using crisp::Size2;
using crisp::Stft;
using crisp::WindowShape;
using Complex = std::complex<double>;

namespace {

struct Setting {
  Size2 image;
  Size2 window;
  Size2 stride;
  WindowShape shape;
  Normalization normalization = Normalization::none;
};

// Even, odd, prime and mixed sizes; overlap, none, and gaps; tiles of one and of many frame rows; one frame
// alone.
const std::vector<Setting> settings = {
    {{28, 28}, 16, 4, WindowShape::hann},
    {{29, 23}, {7, 5}, {3, 2}, WindowShape::hamming},
    {{31, 17}, {11, 13}, {4, 1}, WindowShape::hann_symmetric, Normalization::ortho},
    {{13, 40}, {2, 3}, {5, 7}, WindowShape::rectangular},
    {{19, 21}, {19, 21}, 1, WindowShape::hann},
    {{16, 9}, {16, 9}, 3, WindowShape::rectangular, Normalization::ortho},
    {{64, 10}, {4, 6}, {1, 2}, WindowShape::hann},
};

/// The definition, word for word.
Complex direct_bin(const crisp::Images<double>& images, Index batch, Index channel, const Setting& s, Index k,
                   Index l, Index u, Index v) {
  const auto rows = crisp::window_function<double>(s.shape, s.window.height);
  const auto columns = crisp::window_function<double>(s.shape, s.window.width);
  const double pi = std::acos(-1.0);
  Complex sum = 0;
  for (Index y = 0; y < s.window.height; ++y) {
    for (Index x = 0; x < s.window.width; ++x) {
      const double angle = -2 * pi *
                           (static_cast<double>(u * y) / static_cast<double>(s.window.height) +
                            static_cast<double>(v * x) / static_cast<double>(s.window.width));
      sum += images(batch, channel, k * s.stride.height + y, l * s.stride.width + x) *
             rows[static_cast<std::size_t>(y)] * columns[static_cast<std::size_t>(x)] *
             std::polar(1.0, angle);
    }
  }
  const double area = static_cast<double>(s.window.height * s.window.width);
  return s.normalization == Normalization::ortho ? sum / std::sqrt(area) : sum;
}

Stft<double> transform_of(const Setting& s) {
  return Stft<double>(s.window, s.stride, s.shape, s.normalization);
}

crisp::Spectra<double> random_spectra(const crisp::Spectra<double>& like) {
  crisp::Spectra<double> spectra(like.dimensions());
  std::mt19937 generator(5);
  std::normal_distribution<double> part;
  for (Index i = 0; i < spectra.size(); ++i) spectra.data()[i] = Complex(part(generator), part(generator));
  return spectra;
}

}  // namespace

TEST_CASE("The STFT is its definition", "[stft]") {
  for (const Setting& s : settings) {
    CAPTURE(s.image, s.window, s.stride);
    const auto images = random_images<double>({3, 1, s.image.height, s.image.width}, 1, -1, 1);
    const auto spectra = transform_of(s).forward(images);
    REQUIRE(spectra.dimension(2) == (s.image.height - s.window.height) / s.stride.height + 1);
    REQUIRE(spectra.dimension(3) == (s.image.width - s.window.width) / s.stride.width + 1);
    double worst = 0;
    for (Index batch = 0; batch < 3; ++batch) {
      // Every bin of a first, a last and a middle frame.
      for (const Index k : {Index(0), spectra.dimension(2) / 2, spectra.dimension(2) - 1}) {
        const Index l = (k * 7) % spectra.dimension(3);
        for (Index u = 0; u < s.window.height; ++u) {
          for (Index v = 0; v < s.window.width; ++v) {
            const Complex expected = direct_bin(images, batch, 0, s, k, l, u, v);
            worst = std::max(worst, std::abs(spectra(batch, 0, k, l, u, v) - expected));
            const bool real = 2 * u % s.window.height == 0 && 2 * v % s.window.width == 0;
            if (real) CHECK(spectra(batch, 0, k, l, u, v).imag() == 0);
          }
        }
      }
    }
    CHECK(worst < 1e-12);
  }
}

TEST_CASE("The STFT's adjoint is exact", "[stft]") {
  for (const Setting& s : settings) {
    CAPTURE(s.image, s.window, s.stride);
    const auto x = random_images<double>({2, 3, s.image.height, s.image.width}, 2, -1, 1);
    const auto stft = transform_of(s);
    const auto transformed = stft.forward(x);
    const auto y = random_spectra(transformed);
    const auto back = stft.adjoint(y, s.image);
    double left = 0;
    for (Index i = 0; i < y.size(); ++i) left += (std::conj(transformed.data()[i]) * y.data()[i]).real();
    double right = 0;
    for (Index i = 0; i < x.size(); ++i) right += x.data()[i] * back.data()[i];
    CHECK(std::abs(left - right) <= 1e-12 * std::max(1.0, std::abs(left)));
  }
}

TEST_CASE("The STFT's inverse gives the image back", "[stft]") {
  const std::vector<Setting> covering = {
      {{28, 28}, 16, 4, WindowShape::hamming},
      {{29, 23}, {8, 5}, {3, 2}, WindowShape::rectangular, Normalization::ortho},
      {{17, 19}, {17, 19}, 1, WindowShape::hamming, Normalization::ortho},
  };
  for (const Setting& s : covering) {
    CAPTURE(s.image, s.window, s.stride);
    const auto images = random_images<double>({3, 1, s.image.height, s.image.width}, 3);
    const auto stft = transform_of(s);
    CHECK(largest_difference(stft.inverse(stft.forward(images), s.image), images) < 1e-12);
  }
}

TEST_CASE("With padding, a Hann STFT has an exact adjoint and an inverse", "[stft][padding]") {
  for (const auto padding : {crisp::Padding::reflect, crisp::Padding::zero}) {
    for (const auto& [window, stride] : {std::pair(Size2(16), Size2(4)), std::pair(Size2(7, 5), Size2(3, 2)),
                                         std::pair(Size2(8, 11), Size2(4, 5))}) {
      const Size2 image(23, 29);
      const Stft<double> stft(window, stride, WindowShape::hann, Normalization::none, padding);
      const auto x = random_images<double>({3, 1, 23, 29}, 2, -1, 1);
      const auto transformed = stft.forward(x);
      CHECK(transformed.dimension(2) == (23 + window.height / 2 * 2 - window.height) / stride.height + 1);
      CHECK(largest_difference(stft.inverse(transformed, image), x) < 1e-12);
      const auto y = random_spectra(transformed);
      const auto back = stft.adjoint(y, image);
      double left = 0;
      for (Index i = 0; i < y.size(); ++i) left += (std::conj(transformed.data()[i]) * y.data()[i]).real();
      double right = 0;
      for (Index i = 0; i < x.size(); ++i) right += x.data()[i] * back.data()[i];
      CHECK(std::abs(left - right) <= 1e-12 * std::max(1.0, std::abs(left)));
    }
  }
}

TEST_CASE("An STFT whose windows leave a pixel without weight has no inverse, and says which", "[stft]") {
  const auto spectra = Stft<double>(16, 4).forward(random_images<double>({1, 1, 28, 28}, 4));
  // Periodic Hann is 0 at its first tap.
  CHECK_THROWS_WITH(Stft<double>(16, 4).inverse(spectra, 28), Catch::Contains("row 0 of 28"));
  const Stft<double> gaps(4, 5, WindowShape::rectangular);
  const auto with_gaps = gaps.forward(random_images<double>({1, 1, 14, 14}, 4));
  CHECK_THROWS_WITH(gaps.inverse(with_gaps, 14), Catch::Contains("row 4 of 14"));
  const Stft<double> short_of_the_edge(4, 4, WindowShape::rectangular);
  const auto cut = short_of_the_edge.forward(random_images<double>({1, 1, 12, 14}, 4));
  CHECK_THROWS_WITH(short_of_the_edge.inverse(cut, Size2(12, 14)), Catch::Contains("column 12 of 14"));
}

TEST_CASE("The STFT refuses what it cannot transform", "[stft]") {
  CHECK_THROWS_AS(Stft<double>(1, 1), crisp::OptionError);
  CHECK_THROWS_AS(Stft<double>(8, 0), crisp::OptionError);
  CHECK_THROWS_WITH(Stft<double>(16, 4).forward(random_images<double>({1, 1, 15, 20}, 1)),
                    Catch::Contains("16x16") && Catch::Contains("15x20"));
  const auto spectra = Stft<double>(8, 4).forward(random_images<double>({1, 1, 16, 16}, 1));
  CHECK_THROWS_AS(Stft<double>(8, 2).adjoint(spectra, 16), crisp::ShapeError);
}

TEST_CASE("The STFT has the same bits on any number of threads", "[stft]") {
  const auto images = random_images<float>({5, 1, 40, 33}, 6);
  const Stft<float> stft(12, 3);
  const auto serial = stft.forward(images);
  for (const int threads : {2, 5}) {
    const crisp::Threads executor(threads);
    CHECK(largest_difference(stft.forward(images, executor), serial) == 0);
    CHECK(largest_difference(stft.adjoint(serial, Size2(40, 33), executor),
                             stft.adjoint(serial, Size2(40, 33))) == 0);
  }
}
