// Random numbers that are the same on every platform. The standard fixes std::mt19937_64 to the bit, but not
// what std::normal_distribution and its siblings make of it; nor are logarithms and cosines the same
// everywhere. So everything here is comparisons, additions and correctly rounded products of uniform numbers.
#pragma once

#include <cstdint>
#include <iterator>
#include <limits>
#include <random>
#include <utility>

namespace vae_mnist {

class Random {
 public:
  explicit Random(std::uint64_t seed) : engine_(seed) {}

  /// Uniform in [0, 1): a multiple of 2^-53.
  double uniform() { return static_cast<double>(engine_() >> 11) * 0x1p-53; }

  /// Uniform among 0 ... count - 1, without bias; count >= 1.
  std::uint64_t below(std::uint64_t count) {
    const std::uint64_t excess = (std::numeric_limits<std::uint64_t>::max() % count + 1) % count;  // 2^64 mod
    std::uint64_t number = engine_();
    while (number < excess) number = engine_();
    return number % count;
  }

  /// Standard normal, by Karney's algorithm (ACM Trans. Math. Softw. 42, 2016, art. 3): |z| = k + x with
  /// integer k and 0 <= x < 1, accepted with probability exp(-(k + x)^2 / 2) as a product of chances exp(-p),
  /// p <= 1.
  double normal() {
    for (;;) {
      int k = 0;
      while (chance_exp(0.5)) ++k;              // exp(-k / 2)
      if (!all_of(k * (k - 1), 0.5)) continue;  // exp(-k (k - 1) / 2): now exp(-k^2 / 2)
      const double x = uniform();
      if (!all_of(k + 1, x * (2 * k + x) / (2 * k + 2))) continue;  // exp(-x (2 k + x) / 2)
      return below(2) == 0 ? k + x : -(k + x);
    }
  }

 private:
  /// True with probability exp(-p), 0 <= p <= 1, by von Neumann's method: the length of the decreasing run
  /// p > u1 > u2 > ... is at least n with probability p^n / n!, so it is even with probability exp(-p).
  bool chance_exp(double p) {
    bool even = true;
    double last = p;
    double next = uniform();
    while (next < last) {
      even = !even;
      last = next;
      next = uniform();
    }
    return even;
  }

  bool all_of(int times, double p) {
    for (int i = 0; i < times; ++i) {
      if (!chance_exp(p)) return false;
    }
    return true;
  }

  std::mt19937_64 engine_;
};

/// Numbers of their own for every pair of a seed and an index, such as a step: what is random in a step then follows from
/// which step it is, and nothing random is to be kept for a training to go on. Mixed by splitmix64 (Steele, Lea, Flood,
/// 2014), whose results differ where its arguments do.
inline Random random_of(std::uint64_t seed, std::uint64_t index) {
  const auto mixed = [](std::uint64_t number) {
    number += 0x9e3779b97f4a7c15;
    number = (number ^ (number >> 30)) * 0xbf58476d1ce4e5b9;
    number = (number ^ (number >> 27)) * 0x94d049bb133111eb;
    return number ^ (number >> 31);
  };
  return Random(mixed(mixed(seed) + index));
}

/// Fisher and Yates's shuffle: every order is equally likely.
template <typename Iterator>
void shuffle(Iterator first, Iterator last, Random& random) {
  using Distance = typename std::iterator_traits<Iterator>::difference_type;
  for (Distance count = last - first; count > 1; --count) {
    const auto pick = static_cast<Distance>(random.below(static_cast<std::uint64_t>(count)));
    std::swap(first[count - 1], first[pick]);
  }
}

}  // namespace vae_mnist
