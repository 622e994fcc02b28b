// The settings of the literature and of crisp itself, against what they are said to be.
#include "crisp/losses/presets.hpp"

#include <cmath>
#include <complex>

#include "crisp/core/evaluate.hpp"
#include "crisp/losses/dft.hpp"
#include "crisp/losses/ssim.hpp"
#include "crisp/losses/wiener.hpp"
#include "crisp/spectral/stft.hpp"
#include "support/catch.hpp"
#include "support/derivatives.hpp"
#include "support/random_images.hpp"

using crisp::DftLoss;
using crisp::Images;
using crisp::Index;
using Complex = std::complex<double>;

namespace {

constexpr Index height = 7;
constexpr Index width = 10;

Complex bin(const Images<double>& f, Index u, Index v, bool hann) {
  const double two_pi = 2 * std::acos(-1.0);
  const auto window = [&](Index t, Index n) {
    return hann ? 0.5 - 0.5 * std::cos(two_pi * static_cast<double>(t) / static_cast<double>(n)) : 1;
  };
  Complex sum = 0;
  for (Index y = 0; y < height; ++y) {
    for (Index x = 0; x < width; ++x) {
      const double turns = static_cast<double>(u * y) / height + static_cast<double>(v * x) / width;
      sum += f(0, 0, y, x) * window(y, height) * window(x, width) * std::polar(1.0, -two_pi * turns);
    }
  }
  const bool is_real = 2 * u % height == 0 && 2 * v % width == 0;
  return is_real ? Complex(sum.real(), 0) : sum;
}

/// The mean over all bins of a distance between the spectra of two images.
template <typename Distance>
double mean_over_bins(const Images<double>& a, const Images<double>& b, bool hann, const Distance& distance) {
  double sum = 0;
  for (Index u = 0; u < height; ++u) {
    for (Index v = 0; v < width; ++v) sum += distance(bin(a, u, v, hann), bin(b, u, v, hann));
  }
  return sum / (height * width);
}

/// The mean of W |X - Y|, or of W (|X| - |Y|)², over all bins of all frames.
template <typename Distance>
double mean_over_frames(const Images<double>& a, const Images<double>& b, Index window,
                        const Distance& distance) {
  const crisp::Stft<double> stft(window, window / 4, crisp::WindowShape::hann, crisp::Normalization::ortho,
                                 crisp::Padding::zero);
  const crisp::Spectra<double> x = stft.forward(a);
  const crisp::Spectra<double> y = stft.forward(b);
  const auto frequency = [&](Index bin) {
    return static_cast<double>(bin < (window + 1) / 2 ? bin : bin - window) / static_cast<double>(window);
  };
  double sum = 0;
  for (Index i = 0; i < x.size(); ++i) {
    const double radius = std::hypot(frequency(i / window % window), frequency(i % window));
    sum += distance(x.data()[i], y.data()[i], radius / std::sqrt(0.5));
  }
  return sum / static_cast<double>(x.size());
}

}  // namespace

TEST_CASE("Presets of global spectra are their formulas", "[presets]") {
  const auto a = random_images<double>({1, 1, height, width}, 1);
  const auto b = random_images<double>({1, 1, height, width}, 2);
  const auto amplitudes = [](Complex x, Complex y) { return std::abs(std::abs(x) - std::abs(y)); };
  CHECK(crisp::value(DftLoss<double>(crisp::presets::fuoli_2021()), a, b) ==
        Approx(mean_over_bins(a, b, true, [&](Complex x, Complex y) {
          return (amplitudes(x, y) + std::abs(std::arg(x * std::conj(y)))) / 2;
        })).epsilon(1e-12));
  CHECK(crisp::value(DftLoss<double>(crisp::presets::wronski_2021()), a, b) ==
        Approx(mean_over_bins(a, b, false, [&](Complex x, Complex y) {
          return amplitudes(x, y) * amplitudes(x, y) / (height * width);
        })).epsilon(1e-12));
  CHECK(crisp::value(DftLoss<double>(crisp::presets::bjork_2022()), a, b) ==
        Approx(mean_over_bins(a, b, false, amplitudes) / std::sqrt(height * width)).epsilon(1e-12));
  CHECK(crisp::value(DftLoss<double>(crisp::presets::fft_l1()), a, b) ==
        Approx(mean_over_bins(a, b, false, [](Complex x, Complex y) {
          return std::abs((x - y).real()) + std::abs((x - y).imag());
        })).epsilon(1e-12));
}

TEST_CASE("The preset of Wronski 2021 does not see where things are", "[presets]") {
  const auto image = random_images<double>({1, 1, height, width}, 1);
  auto shifted = image;
  for (Index y = 0; y < height; ++y) {
    for (Index x = 0; x < width; ++x) shifted(0, 0, y, x) = image(0, 0, (y + 2) % height, (x + 3) % width);
  }
  CHECK(crisp::value(DftLoss<double>(crisp::presets::wronski_2021()), image, shifted) < 1e-12);
  CHECK(crisp::value(DftLoss<double>(crisp::presets::fft_l1()), image, shifted) > 0.1);
}

TEST_CASE("The preset of Bredell 2023 makes the default Wiener loss", "[presets]") {
  const auto image = random_images<double>({1, 1, 12, 13}, 1);
  const auto target = random_images<double>({1, 1, 12, 13}, 2);
  CHECK(crisp::value(crisp::WienerLoss<double>(crisp::presets::bredell_2023()), image, target) ==
        crisp::value(crisp::WienerLoss<double>(), image, target));
}

TEST_CASE("crisp's own preset is where strokes are, how much detail there is, and SSIM", "[presets]") {
  const auto a = random_images<double>({2, 1, 17, 13}, 1);
  const auto b = random_images<double>({2, 1, 17, 13}, 2);
  const double where =
      mean_over_frames(a, b, 8, [](Complex x, Complex y, double /*weight*/) { return std::abs(x - y); });
  const double how_much = mean_over_frames(a, b, 16, [](Complex x, Complex y, double weight) {
    return weight * (std::abs(x) - std::abs(y)) * (std::abs(x) - std::abs(y));
  });
  CHECK(crisp::value(crisp::presets::crisp<double>(), a, b) ==
        Approx(2 * where + 4 * how_much + crisp::value(crisp::SsimLoss<double>(), a, b)).epsilon(1e-12));
}

TEST_CASE("The gradient of crisp's own preset is its derivative", "[presets][gradient]") {
  check_derivatives(crisp::presets::crisp<double>(), {2, 1, 13, 11}, 1);
}
