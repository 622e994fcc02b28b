// Timing by turns: what is compared runs alternately in one process, a few milliseconds each, so that what disturbs the
// machine disturbs all of it alike. Of all turns the median counts.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <functional>
#include <vector>

namespace crisp_benchmarks {

/// How long to measure. A turn calls a function as often as fills turn_seconds, and at least once. There are `turns`
/// of them, fewer where all functions together would take longer than budget_seconds, but at least 3.
struct Effort {
  int turns;
  double turn_seconds;
  double budget_seconds;
};
inline constexpr Effort thorough{101, 0.005, 12};
inline constexpr Effort quick{41, 0.002, 3};

using Call = std::function<void()>;

/// How long `repeats` calls take, in seconds.
inline double seconds_of(const Call& call, long repeats) {
  const auto start = std::chrono::steady_clock::now();
  for (long i = 0; i < repeats; ++i) call();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

inline double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

/// Seconds a call of several functions, in turns.
class Timing {
 public:
  Timing(const std::vector<Call>& calls, const Effort& effort) : turns_(calls.size()) {
    std::vector<long> repeats;
    double round_seconds = 0;
    for (const Call& call : calls) {
      double once = seconds_of(call, 1);  // first calls allocate and plan
      if (once < effort.turn_seconds) once = seconds_of(call, 1);
      repeats.push_back(std::max(1L, static_cast<long>(effort.turn_seconds / std::max(once, 1e-9))));
      round_seconds += static_cast<double>(repeats.back()) * once;
    }
    const int affordable = static_cast<int>(std::min(1e6, effort.budget_seconds / round_seconds));
    const int turns = std::min(effort.turns, std::max(3, affordable));
    for (int turn = 0; turn < turns; ++turn) {
      for (std::size_t i = 0; i < calls.size(); ++i) {
        turns_[i].push_back(seconds_of(calls[i], repeats[i]) / static_cast<double>(repeats[i]));
      }
    }
  }

  /// Seconds a call: the median.
  double seconds(std::size_t call) const { return median(turns_[call]); }

  /// How many times as long one takes as another: the median over the turns, each compared with its neighbour.
  double ratio(std::size_t call, std::size_t other) const {
    std::vector<double> ratios;
    for (std::size_t turn = 0; turn < turns_[call].size(); ++turn) {
      ratios.push_back(turns_[call][turn] / turns_[other][turn]);
    }
    return median(ratios);
  }

 private:
  std::vector<std::vector<double>> turns_;  // [call][turn]
};

}  // namespace crisp_benchmarks
