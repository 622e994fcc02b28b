#include "photographs/other_sides.hpp"

#include <cmath>
#include <complex>
#include <cstddef>
#include <vector>

#include "crisp/spectral/plane_spectrum.hpp"

namespace photographs {
namespace {

using crisp::Index;

/// The half spectra of a plane's blocks.
template <typename T>
std::vector<std::complex<double>> block_spectra(const crisp::Images<T>& plane, const crisp::Size2& block) {
  crisp::detail::PlaneSpectrum<double> spectrum(block);
  std::vector<std::complex<double>> bins;
  for (Index top = 0; top + block.height <= plane.dimension(2); top += block.height) {
    for (Index left = 0; left + block.width <= plane.dimension(3); left += block.width) {
      for (Index y = 0; y < block.height; ++y) {
        for (Index x = 0; x < block.width; ++x)
          spectrum.plane()(y, x) = static_cast<double>(plane(0, 0, top + y, left + x));
      }
      spectrum.forward();
      for (Index u = 0; u <= block.height / 2; ++u) {
        for (Index v = 0; v < block.width; ++v) bins.push_back(spectrum.get(u, v));
      }
    }
  }
  return bins;
}

}  // namespace

OtherSides other_sides(const ComparedLoss& loss, const ImagePair& pair, const crisp::Size2& block) {
  const Results results = evaluate(loss, pair);
  const auto cotangents = block_spectra(results.gradient, block);
  const auto expected = block_spectra(results.expected_gradient, block);
  const auto bins = static_cast<double>(expected.size());
  double square = 0;
  for (const auto& cotangent : expected) square += std::norm(cotangent);
  double others = 0;
  double error = 0;
  double error_of_the_rest = 0;
  for (std::size_t i = 0; i < expected.size(); ++i) {
    const double difference = std::norm(cotangents[i] - expected[i]);
    const bool is_other = difference > 0.25 * std::norm(expected[i]) && difference > 1e-6 * square / bins;
    if (is_other) ++others;
    error += difference;
    if (!is_other) error_of_the_rest += difference;
  }
  return {others / bins, std::abs(results.value - results.expected) / std::abs(results.expected),
          std::sqrt(error / square), std::sqrt(error_of_the_rest / square)};
}

}  // namespace photographs
