// Random numbers that are the same on every system, so that a case can be run again by its number.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <iterator>
#include <random>

namespace soak {

class Random {
 public:
  /// The numbers of one case of a seed.
  Random(std::uint64_t seed, std::uint64_t number) {
    std::seed_seq sequence{low(seed), high(seed), low(number), high(number)};
    engine_.seed(sequence);
  }

  /// In [0, 1).
  double uniform() { return static_cast<double>(engine_() >> 11) * 0x1p-53; }
  double uniform(double from, double to) { return from + (to - from) * uniform(); }

  /// From `first` to `last`, both included.
  std::int64_t integer(std::int64_t first, std::int64_t last) {
    return first + static_cast<std::int64_t>(uniform() * static_cast<double>(last - first + 1));
  }

  bool chance(double probability) { return uniform() < probability; }

  template <typename Value>
  Value one_of(std::initializer_list<Value> values) {
    return *std::next(values.begin(),
                      static_cast<std::ptrdiff_t>(integer(0, static_cast<std::int64_t>(values.size()) - 1)));
  }

 private:
  static std::uint32_t low(std::uint64_t x) { return static_cast<std::uint32_t>(x); }
  static std::uint32_t high(std::uint64_t x) { return static_cast<std::uint32_t>(x >> 32); }

  std::mt19937_64 engine_;
};

}  // namespace soak
