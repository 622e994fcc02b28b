// Transforms in lanes: against sums in long double, and as adjoints; and the transposition that goes with them.
#include "crisp/spectral/lane_fft.hpp"

#include <cmath>
#include <complex>
#include <limits>
#include <random>
#include <type_traits>
#include <vector>

#include "crisp/core/aligned.hpp"
#include "crisp/spectral/transpose.hpp"
#include "support/catch.hpp"

using crisp::Index;
using crisp::detail::AlignedVector;
using crisp::detail::LaneFft;
using crisp::detail::SpectrumSamples;
using crisp::detail::TappedResults;
using crisp::detail::TappedSums;

namespace {

/// All short lengths, powers and products of 2, 3, 5 and 7, and some that are the library's of fft.hpp.
std::vector<Index> lengths() {
  std::vector<Index> result;
  for (Index n = 1; n <= 64; ++n) result.push_back(n);
  for (const Index n : {98, 100, 127, 128, 243, 256, 343, 360, 512, 625, 1024}) result.push_back(n);
  return result;
}

/// Whether LaneFft does it itself.
bool is_smooth(Index n) {
  for (const Index prime : {2, 3, 5, 7}) {
    while (n % prime == 0) n /= prime;
  }
  return n == 1;
}

/// What the root mean square of a spectrum's error may be, relative to the spectrum's. Float has factors that are right to the last
/// bit, double those of angles that are rounded.
template <typename T>
double stated_rounding(Index n) {
  const double of_smooth = std::is_same_v<T, float> ? 0.35 : 0.6;
  const double epsilon = static_cast<double>(std::numeric_limits<T>::epsilon());
  if (!is_smooth(n)) return epsilon * crisp::fft::rounding(n);
  return of_smooth * epsilon * std::sqrt(std::log2(2 * static_cast<double>(n)));
}

template <typename T>
AlignedVector<T> random_numbers(Index count, unsigned seed) {
  std::mt19937 generator(seed);
  std::normal_distribution<double> number;
  AlignedVector<T> numbers(static_cast<std::size_t>(count));
  for (T& x : numbers) x = static_cast<T>(number(generator));
  return numbers;
}

/// Signals [t][re, im][lane] with some room in between, and taps.
template <typename T>
struct Signals {
  static constexpr Index lanes = LaneFft<T>::lanes;
  static constexpr Index stride = 2 * lanes + 3;
  AlignedVector<T> numbers;
  AlignedVector<T> taps;

  explicit Signals(Index length)
      : numbers(random_numbers<T>(length * stride, 1)), taps(random_numbers<T>(length, 2)) {}
  crisp::detail::TappedSamples<T> samples() const {
    return {numbers.data(), numbers.data() + lanes, stride, taps.data()};
  }
};

using Exact = std::complex<long double>;

/// e^{-2πi k/n} for k < n.
std::vector<Exact> roots_of_unity(Index n) {
  std::vector<Exact> roots;
  for (Index k = 0; k < n; ++k) {
    const long double angle =
        -2 * std::acos(-1.0L) * static_cast<long double>(k) / static_cast<long double>(n);
    roots.emplace_back(std::cos(angle), std::sin(angle));
  }
  return roots;
}

template <typename T>
Exact naive_bin(const Signals<T>& signals, const std::vector<Exact>& roots, Index lane, Index u) {
  const auto n = static_cast<Index>(roots.size());
  Exact sum = 0;
  for (Index t = 0; t < n; ++t) {
    const auto at = static_cast<std::size_t>(t * Signals<T>::stride + lane);
    const T tap = signals.taps[static_cast<std::size_t>(t)];
    // The product with the tap is rounded first, as it is there.
    const Exact sample(tap * signals.numbers[at], tap * signals.numbers[at + Signals<T>::lanes]);
    sum += sample * roots[static_cast<std::size_t>(u * t % n)];
  }
  return sum;
}

}  // namespace

TEMPLATE_TEST_CASE("A transform in lanes is the Fourier transform of each, as exact as it says", "[lane_fft]",
                   float, double) {
  using T = TestType;
  const Index lanes = LaneFft<T>::lanes;
  std::vector<Index> any_length = lengths();
  for (const Index n : {509, 1021, 1411, 2039, 2048, 4093, 4096}) any_length.push_back(n);
  for (const Index n : any_length) {
    CAPTURE(n);
    const LaneFft<T> fft(n);
    REQUIRE(fft.length() == n);
    const Signals<T> signals(n);
    const std::vector<Exact> roots = roots_of_unity(n);
    AlignedVector<T> spectrum(static_cast<std::size_t>(n * LaneFft<T>::sample));
    fft.forward(signals.samples(), spectrum.data());
    long double error = 0;
    long double size = 0;
    // Every lane of short ones, two of long ones, and of those of the longest every eighth bin or so.
    for (Index lane = 0; lane < lanes; lane += n <= 64 ? 1 : lanes - 1) {
      for (Index u = 0; u < n; u += n <= 1024 ? 1 : 7) {
        const auto at = static_cast<std::size_t>(fft.place(u) * LaneFft<T>::sample + lane);
        const Exact bin(spectrum[at], spectrum[at + static_cast<std::size_t>(lanes)]);
        const Exact expected = naive_bin(signals, roots, lane, u);
        error += std::norm(bin - expected);
        size += std::norm(expected);
      }
    }
    const double relative = static_cast<double>(std::sqrt(error / size));
    REQUIRE(relative <= stated_rounding<T>(n));
    if (n > 1) REQUIRE(fft.rounding() == Catch::Approx(stated_rounding<T>(n)));
#ifndef CRISP_FFT_EIGEN
    REQUIRE(crisp::fft::rounding(n) == Catch::Approx(0.9 * std::sqrt(std::log2(2 * static_cast<double>(n)))));
#endif
  }
}

TEST_CASE("Its adjoint is the adjoint, which adds to what is there or takes its place", "[lane_fft]") {
  constexpr Index lanes = LaneFft<double>::lanes;
  constexpr Index sample = LaneFft<double>::sample;
  constexpr Index stride = Signals<double>::stride;
  for (const Index n : lengths()) {
    CAPTURE(n);
    const LaneFft<double> fft(n);
    const Signals<double> signals(n);
    AlignedVector<double> spectrum(static_cast<std::size_t>(n * sample));
    fft.forward(signals.samples(), spectrum.data());
    const AlignedVector<double> cotangents = random_numbers<double>(n * sample, 3);
    AlignedVector<double> used = cotangents;
    AlignedVector<double> sums(signals.numbers.size(), 1);
    fft.adjoint(used.data(),
                TappedSums<double>{sums.data(), sums.data() + lanes, stride, signals.taps.data()});
    // Σ Re conj(G) F over the bins must be Σ Re conj(g) f over the samples, whatever G, in each lane.
    std::vector<double> expected(lanes, 0);
    for (std::size_t i = 0; i < spectrum.size(); ++i) expected[i % lanes] += cotangents[i] * spectrum[i];
    for (Index lane = 0; lane < lanes; ++lane) {
      double product = 0;
      for (Index t = 0; t < n; ++t) {
        for (const Index part : {lane, lanes + lane}) {
          const auto at = static_cast<std::size_t>(t * stride + part);
          product += signals.numbers[at] * (sums[at] - 1);
        }
      }
      REQUIRE(product == Approx(expected[static_cast<std::size_t>(lane)]).epsilon(1e-11).margin(1e-11));
    }

    used = cotangents;
    AlignedVector<double> results(signals.numbers.size(), 1);
    fft.adjoint(used.data(),
                TappedResults<double>{results.data(), results.data() + lanes, stride, signals.taps.data()});
    used = cotangents;  // and in place, without taps
    fft.adjoint(used.data(), SpectrumSamples<double>{used.data(), used.data() + lanes});
    for (Index t = 0; t < n; ++t) {
      for (Index i = 0; i < 2 * lanes; ++i) {
        const auto at = static_cast<std::size_t>(t * stride + i);
        const auto in_place = static_cast<std::size_t>(t * sample + i);
        REQUIRE(results[at] == Approx(sums[at] - 1).margin(1e-13));
        REQUIRE(results[at] ==
                Approx(signals.taps[static_cast<std::size_t>(t)] * used[in_place]).margin(1e-13));
      }
      const auto between = static_cast<std::size_t>(t * stride + 2 * lanes);
      REQUIRE(sums[between] == 1);
      REQUIRE(results[between] == 1);
    }
  }
}

TEMPLATE_TEST_CASE("Every frequency has a place of its own", "[lane_fft]", float, double) {
  for (const Index n : lengths()) {
    const LaneFft<TestType> fft(n);
    std::vector<int> times(static_cast<std::size_t>(n), 0);
    for (Index u = 0; u < n; ++u) ++times[static_cast<std::size_t>(fft.place(u))];
    CHECK(times == std::vector<int>(static_cast<std::size_t>(n), 1));
  }
}

TEMPLATE_TEST_CASE("A transposition turns rows into columns, and touches nothing else", "[lane_fft]", float,
                   double) {
  using T = TestType;
  constexpr Index side = LaneFft<T>::lanes;
  constexpr Index from_stride = side + 1;
  constexpr Index to_stride = side + 3;
  const auto from = random_numbers<T>(side * from_stride, 4);
  AlignedVector<T> to(static_cast<std::size_t>(side * to_stride), T(7));
  crisp::detail::transpose(from.data(), from_stride, to.data(), to_stride);
  for (Index i = 0; i < side; ++i) {
    for (Index j = 0; j < to_stride; ++j) {
      const T expected = j < side ? from[static_cast<std::size_t>(j * from_stride + i)] : T(7);
      REQUIRE(to[static_cast<std::size_t>(i * to_stride + j)] == expected);
    }
  }
}
