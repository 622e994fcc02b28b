// Long sums of numbers of either precision: short stretches in T, these in double.
//
// A float holds seven digits, and a sum of a million of them in float keeps three. Summed by stretches it keeps what its terms have, at
// no cost worth measuring: most additions are still T's, a register at a time.
#pragma once

#include <array>
#include <cstddef>
#include <xsimd/xsimd.hpp>

namespace crisp::detail {

/// How many registers are added in T before the sum goes on in double.
inline constexpr int registers_of_a_stretch = 32;

/// A sum of registers, lane by lane.
template <typename T>
class LaneSum {
 public:
  using Pack = xsimd::batch<T>;

  /// Adds a register, which may be the sum of a few.
  void add(const Pack& pack, int count = 1) {
    stretch_ += pack;
    count_ += count;
    if (count_ >= registers_of_a_stretch) end_stretch();
  }

  double total() {
    end_stretch();
    double sum = 0;
    for (const double lane : lanes_) sum += lane;
    return sum;
  }

 private:
  void end_stretch() {
    std::array<T, Pack::size> parts;
    stretch_.store_unaligned(parts.data());
    for (std::size_t i = 0; i < Pack::size; ++i) lanes_[i] += static_cast<double>(parts[i]);
    stretch_ = Pack(T(0));
    count_ = 0;
  }

  Pack stretch_ = Pack(T(0));
  int count_ = 0;
  std::array<double, Pack::size> lanes_{};
};

}  // namespace crisp::detail
