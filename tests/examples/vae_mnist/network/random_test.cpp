// The random numbers: their distributions, and that they are the same everywhere.
#include "network/random.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>
#include <set>
#include <vector>

#include "support/catch.hpp"

using vae_mnist::Random;

TEST_CASE("normal numbers have the moments and the tails of the normal distribution") {
  Random random(1);
  constexpr int count = 1000000;
  double sums[4] = {};
  std::array<int, 4> beyond = {};  // |z| > 0.5, 1, 2, 3
  for (int i = 0; i < count; ++i) {
    const double z = random.normal();
    for (int power = 0; power < 4; ++power) sums[power] += std::pow(z, power + 1);
    const double edges[] = {0.5, 1, 2, 3};
    for (std::size_t k = 0; k < 4; ++k) beyond[k] += std::abs(z) > edges[k];
  }
  // Margins of five standard errors.
  CHECK(sums[0] / count == Approx(0).margin(5 * 1e-3));
  CHECK(sums[1] / count == Approx(1).margin(5 * 1.42e-3));
  CHECK(sums[2] / count == Approx(0).margin(5 * 3.9e-3));
  CHECK(sums[3] / count == Approx(3).margin(5 * 9.8e-3));
  const double tails[] = {0.617075077, 0.317310508, 0.045500264, 0.002699796};
  for (std::size_t k = 0; k < 4; ++k) {
    const double error = std::sqrt(tails[k] * (1 - tails[k]) / count);
    CHECK(beyond[k] / double(count) == Approx(tails[k]).margin(5 * error));
  }
}

TEST_CASE("uniform numbers fill [0, 1) evenly") {
  Random random(2);
  std::array<int, 10> bins = {};
  for (int i = 0; i < 100000; ++i) {
    const double u = random.uniform();
    REQUIRE((0 <= u && u < 1));
    ++bins[static_cast<std::size_t>(10 * u)];
  }
  for (const int bin : bins) CHECK(bin == Approx(10000).margin(5 * 95));
}

TEST_CASE("below is even among its numbers") {
  Random random(3);
  std::array<int, 7> bins = {};
  for (int i = 0; i < 70000; ++i) ++bins.at(random.below(7));
  for (const int bin : bins) CHECK(bin == Approx(10000).margin(5 * 93));
  CHECK(random.below(1) == 0);
}

TEST_CASE("a shuffle is a permutation, and every one is as likely") {
  Random random(4);
  std::array<int, 6> seen = {};
  for (int i = 0; i < 60000; ++i) {
    std::array<int, 3> order = {0, 1, 2};
    vae_mnist::shuffle(order.begin(), order.end(), random);
    REQUIRE(std::is_permutation(order.begin(), order.end(), std::array<int, 3>{0, 1, 2}.begin()));
    ++seen[static_cast<std::size_t>(2 * order[0] + (order[1] > order[2]))];
  }
  for (const int count : seen) CHECK(count == Approx(10000).margin(5 * 92));
}

TEST_CASE("the numbers are these on every platform") {
  Random random(42);
  CHECK(random.uniform() == 0x1.82a3befaddcbcp-1);
  CHECK(random.normal() == 0x1.af6df0655c689p+0);
  CHECK(random.normal() == 0x1.c8e7d9eeb494p-2);
  CHECK(random.below(1000) == 559);
}

TEST_CASE("every step of every seed has random numbers of its own") {
  std::set<double> first_numbers;
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    for (std::uint64_t index = 0; index < 50; ++index) {
      first_numbers.insert(vae_mnist::random_of(seed, index).uniform());
    }
  }
  CHECK(first_numbers.size() == 2500);
  CHECK(vae_mnist::random_of(3, 7).uniform() == vae_mnist::random_of(3, 7).uniform());
}
