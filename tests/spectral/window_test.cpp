#include <cmath>
#include <complex>
#include <crisp/spectral/frequency_weight.hpp>
#include <crisp/spectral/window.hpp>

#include "support/catch.hpp"

using crisp::FrequencyWeight;
using crisp::Index;
using crisp::Size2;
using crisp::WindowShape;

TEST_CASE("Windows take the values of their formulas", "[window]") {
  const auto periodic = crisp::window_function<double>(WindowShape::hann, 4);
  CHECK(periodic[0] == 0);
  CHECK(periodic[1] == Approx(0.5));
  CHECK(periodic[2] == 1);
  CHECK(periodic[3] == Approx(0.5));
  const auto symmetric = crisp::window_function<double>(WindowShape::hann_symmetric, 5);
  CHECK(symmetric[0] == 0);
  CHECK(symmetric[1] == Approx(0.5));
  CHECK(symmetric[2] == 1);
  CHECK(symmetric[4] == 0);
  CHECK(crisp::window_function<double>(WindowShape::hamming, 2)[0] == Approx(0.08));
  CHECK(crisp::window_function<double>(WindowShape::hamming, 2)[1] == Approx(1));
  CHECK(crisp::window_function<float>(WindowShape::rectangular, 3) == std::vector<float>{1, 1, 1});
}

TEST_CASE("A window's spectrum is its Fourier transform", "[window]") {
  const double two_pi = 2 * std::acos(-1.0);
  for (const auto shape :
       {WindowShape::hann, WindowShape::hann_symmetric, WindowShape::hamming, WindowShape::rectangular}) {
    for (const crisp::Index n : {2, 3, 4, 7, 16, 31, 64}) {
      CAPTURE(static_cast<int>(shape), n);
      const auto taps = crisp::window_function<double>(shape, n);
      const auto spectrum = crisp::window_spectrum(shape, n);
      for (crisp::Index u = 0; u < n; ++u) {
        std::complex<double> expected = 0;
        for (crisp::Index t = 0; t < n; ++t) {
          expected += taps[static_cast<std::size_t>(t)] *
                      std::polar(1.0, -two_pi * static_cast<double>(u * t % n) / static_cast<double>(n));
        }
        CHECK(std::abs(spectrum[static_cast<std::size_t>(u)] - expected) <= 1e-13);
      }
    }
  }
  CHECK(crisp::window_spectrum(WindowShape::hann, 16)[2] == 0.0);
}

TEST_CASE("Frequency weights take the values of their formulas", "[frequency_weight]") {
  const auto linear = [](Index u, Index v) {
    return frequency_weight(FrequencyWeight::linear, {16, 10}, u, v);
  };
  CHECK(linear(0, 0) == 0);
  CHECK(linear(8, 5) == Approx(1));
  CHECK(linear(4, 0) == Approx(0.25 / std::sqrt(0.5)));
  CHECK(linear(12, 0) == linear(4, 0));  // -4
  CHECK(linear(3, 9) == linear(13, 1));  // a bin and its conjugate
  CHECK(frequency_weight(FrequencyWeight::uniform, 5, 3, 2) == 1);

  const auto quadrant = [](Index u, Index v) {
    return frequency_weight(FrequencyWeight::quadrant_product, 16, u, v);
  };
  CHECK(quadrant(7, 7) == Approx(1));
  CHECK(quadrant(3, 5) == Approx(15.0 / 49));
  CHECK(quadrant(0, 5) == 0);
  CHECK(quadrant(8, 5) == 0);
  CHECK(quadrant(5, 8) == 0);
  CHECK_THROWS_WITH(frequency_weight(FrequencyWeight::quadrant_product, {3, 8}, 0, 0),
                    Catch::Contains("3x8"));
}

TEST_CASE("Half spectra count every bin of the full one", "[frequency_weight]") {
  for (const Size2 size : {Size2(16, 16), Size2(7, 5), Size2(6, 9), Size2(4, 4), Size2(13, 8)}) {
    for (const auto weight :
         {FrequencyWeight::uniform, FrequencyWeight::linear, FrequencyWeight::quadrant_product}) {
      CAPTURE(size, static_cast<int>(weight));
      double full = 0;
      for (Index u = 0; u < size.height; ++u) {
        for (Index v = 0; v < size.width; ++v) full += frequency_weight(weight, size, u, v);
      }
      double half = 0;
      for (const double w : crisp::half_spectrum_weights<double>(weight, size, 3)) half += w;
      CHECK(half == Approx(3 * full));
    }
  }
}
