// The half spectrum of one plane: against sums, and as an adjoint.
#include "crisp/spectral/plane_spectrum.hpp"

#include <cmath>
#include <complex>
#include <limits>
#include <type_traits>

#include "crisp/core/loss.hpp"
#include "crisp/spectral/frequency_weight.hpp"
#include "photographs/made_photograph.hpp"
#include "support/catch.hpp"
#include "support/random_images.hpp"

using crisp::Images;
using crisp::Index;
using crisp::Size2;
using crisp::detail::PlaneSpectrum;
using Pack = PlaneSpectrum<double>::Pack;

namespace {

/// Sizes of 1 and 2, even, odd and prime ones, more lanes than a pack, and those that would share cache lines.
const std::vector<Size2> sizes = {{1, 1}, {1, 2}, {2, 1},   {2, 2},   {1, 9}, {9, 1},  {3, 2}, {2, 3},
                                  {5, 7}, {8, 6}, {16, 18}, {13, 32}, {7, 1}, {64, 5}, {5, 64}};

Images<double> random_plane(const Size2& size, unsigned seed) {
  return random_images<double>({1, 1, size.height, size.width}, seed, -1, 1);
}

template <typename T>
void set_plane(PlaneSpectrum<T>& spectrum, const Images<double>& pixels) {
  for (Index i = 0; i < pixels.size(); ++i) spectrum.plane().data()[i] = static_cast<T>(pixels.data()[i]);
}

std::complex<double> naive_bin(const Images<double>& f, const Size2& size, Index u, Index v) {
  const double two_pi = 2 * std::acos(-1.0);
  std::complex<double> sum = 0;
  for (Index y = 0; y < size.height; ++y) {
    for (Index x = 0; x < size.width; ++x) {
      const double turns = static_cast<double>(u * y % size.height) / static_cast<double>(size.height) +
                           static_cast<double>(v * x % size.width) / static_cast<double>(size.width);
      sum += f(0, 0, y, x) * std::polar(1.0, -two_pi * turns);
    }
  }
  return sum / std::sqrt(static_cast<double>(size.height * size.width));
}

}  // namespace

TEMPLATE_TEST_CASE("A plane's spectrum is its Fourier transform", "[plane_spectrum]", float, double) {
  using T = TestType;
  const double tolerance = 64 * static_cast<double>(std::numeric_limits<T>::epsilon());
  for (const Size2& size : sizes) {
    CAPTURE(size);
    const auto pixels = random_plane(size, 1);
    PlaneSpectrum<T> spectrum(size);
    set_plane(spectrum, pixels);
    spectrum.forward();
    for (Index u = 0; u <= size.height / 2; ++u) {
      for (Index v = 0; v < size.width; ++v) {
        const auto bin = static_cast<std::complex<double>>(spectrum.get(u, v));
        REQUIRE(std::abs(bin - naive_bin(pixels, size, u, v)) <= tolerance);
        if (2 * u % size.height == 0 && 2 * v % size.width == 0) REQUIRE(bin.imag() == 0);
      }
    }
  }
}

TEST_CASE("Rounding leaves as little of a photograph's spectrum as of noise", "[plane_spectrum]") {
  const auto is_smooth = [](Index n) {
    for (const Index prime : {2, 3, 5, 7}) {
      while (n % prime == 0) n /= prime;
    }
    return n == 1;
  };
  for (const Size2& size : {Size2(64), Size2(97), Size2(256), Size2(257), Size2(512, 768), Size2(1021)}) {
    for (const bool is_photograph : {false, true}) {
      CAPTURE(size, is_photograph);
      Images<double> pixels =
          is_photograph ? photographs::made_photograph(size.height, size.width, 5) : random_plane(size, 1);
      const double mean = crisp::plane_mean(crisp::Plane<double>(pixels.data(), size.height, size.width));
      for (Index i = 0; i < pixels.size(); ++i)  // as float has them
        pixels.data()[i] = static_cast<double>(static_cast<float>(pixels.data()[i] - mean));
      PlaneSpectrum<float> spectrum(size);
      PlaneSpectrum<double> expected(size);
      set_plane(spectrum, pixels);
      set_plane(expected, pixels);
      spectrum.forward();
      expected.forward();
      double error = 0;
      double square = 0;
      for (Index u = 0; u <= size.height / 2; ++u) {
        for (Index v = 0; v < size.width; ++v) {
          error += std::norm(static_cast<std::complex<double>>(spectrum.get(u, v)) - expected.get(u, v));
          square += std::norm(expected.get(u, v));
        }
      }
      // That of the two steps together (lane_fft.hpp).
      const auto variance = [&](Index n) {
        if (!is_smooth(n)) return std::pow(crisp::fft::rounding(n), 2);
        return std::pow(0.35, 2) * std::log2(2 * static_cast<double>(n));
      };
      const double epsilon = static_cast<double>(std::numeric_limits<float>::epsilon());
      CHECK(std::sqrt(error / square) <= epsilon * std::sqrt(variance(size.height) + variance(size.width)));
    }
  }
}

TEST_CASE("Its adjoint is the adjoint, at every size", "[plane_spectrum]") {
  for (const Size2& size : sizes) {
    CAPTURE(size);
    const auto pixels = random_plane(size, 2);
    PlaneSpectrum<double> spectrum(size);
    set_plane(spectrum, pixels);
    spectrum.forward();
    // Σ Re(conj G F) over the half spectrum must be Σ g f over the pixels, whatever G.
    const auto cotangents = random_images<double>({1, 2, size.height / 2 + 1, size.width}, 3, -1, 1);
    double in_spectrum = 0;
    for (Index u = 0; u <= size.height / 2; ++u) {
      for (Index v = 0; v < size.width; ++v) {
        const std::complex<double> cotangent(cotangents(0, 0, u, v), cotangents(0, 1, u, v));
        in_spectrum += (std::conj(cotangent) * spectrum.get(u, v)).real();
        spectrum.set(u, v, cotangent);
      }
    }
    spectrum.adjoint();
    double in_plane = 0;
    for (Index i = 0; i < pixels.size(); ++i) in_plane += spectrum.plane().data()[i] * pixels.data()[i];
    CHECK(in_plane == Approx(in_spectrum).epsilon(1e-12).margin(1e-13));
  }
}

TEST_CASE("It keeps sums of squares, and its adjoint undoes it", "[plane_spectrum]") {
  for (const Size2& size : sizes) {
    CAPTURE(size);
    const auto pixels = random_plane(size, 4);
    PlaneSpectrum<double> spectrum(size);
    set_plane(spectrum, pixels);
    spectrum.forward();
    const auto counts =
        spectrum.in_packs(crisp::half_spectrum_weights<double>(crisp::FrequencyWeight::uniform, size, 1.0));
    double largest = 0;
    for (Index u = 0; u <= size.height / 2; ++u) {
      for (Index v = 0; v < size.width; ++v) largest = std::max(largest, std::norm(spectrum.get(u, v)));
    }
    const double squares = spectrum.sum([&](auto& f, Index pack) {
      const Pack count = Pack::load_aligned(counts.data() + pack);
      const Pack square = count * crisp::detail::square_of(f);
      f = {count * f.re, count * f.im};
      return square;
    });
    double expected = 0;
    for (Index i = 0; i < pixels.size(); ++i) expected += pixels.data()[i] * pixels.data()[i];
    CHECK(squares == Approx(expected).epsilon(1e-13));
    spectrum.adjoint();
    for (Index i = 0; i < pixels.size(); ++i) {
      REQUIRE(spectrum.plane().data()[i] == Approx(pixels.data()[i]).margin(1e-14));
    }
    spectrum.forward();
    CHECK(spectrum.largest_square() == Approx(largest).epsilon(1e-13));
  }
}

TEST_CASE("What a plane leaves behind does not reach the next one", "[plane_spectrum]") {
  for (const Size2& size : sizes) {
    CAPTURE(size);
    const auto pixels = random_plane(size, 5);
    PlaneSpectrum<double> fresh(size);
    PlaneSpectrum<double> used(size);
    used.plane().setConstant(std::nan(""));
    used.forward();
    used.adjoint();
    used.forward();
    CHECK(used.largest_square() == 0);  // NaN counts for nothing
    for (Index u = 0; u <= size.height / 2; ++u) {
      for (Index v = 0; v < size.width; ++v) used.set(u, v, 1);
    }
    used.adjoint();
    CHECK(used.plane().isFinite().all());
    set_plane(used, pixels);
    set_plane(fresh, pixels);
    used.forward();
    fresh.forward();
    const auto total = [](PlaneSpectrum<double>& spectrum) {
      return spectrum.sum([](const auto& f, Index) { return crisp::detail::square_of(f); });
    };
    CHECK(total(used) == total(fresh));
    used.adjoint();
    fresh.adjoint();
    CHECK((used.plane() == fresh.plane()).all());
  }
}
