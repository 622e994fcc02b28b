// What the targets of losses draw from their input: sizes, numbers, pixels and weights.
//
// A draw is moderate or wild. Moderate numbers are those that people use, and losses of moderate pixels under moderate
// options are finite. Wild ones are any bits at all, and a loss need only keep its head.
#pragma once

#include <fuzzer/FuzzedDataProvider.h>

#include <algorithm>
#include <cmath>
#include <crisp/core/images.hpp>
#include <cstdint>
#include <limits>
#include <vector>

namespace crisp_fuzz {

using crisp::Images;
using crisp::Index;
using crisp::Shape;

class Draw {
 public:
  Draw(const std::uint8_t* data, std::size_t size) : input_(data, size) {
    wild_options_ = one_in(4);
    wild_pixels_ = one_in(4);
  }

  bool wild_options() const { return wild_options_; }
  bool wild_pixels() const { return wild_pixels_; }

  bool flag() { return input_.ConsumeBool(); }
  bool one_in(int n) { return input_.ConsumeIntegralInRange(0, n - 1) == n - 1; }
  Index integer(Index low, Index high) { return input_.ConsumeIntegralInRange<Index>(low, high); }
  /// One of the enumerators from 0 to `last`.
  template <typename Enumeration>
  Enumeration choice(Enumeration last) {
    return static_cast<Enumeration>(input_.ConsumeIntegralInRange(0, static_cast<int>(last)));
  }

  /// An option: from `low` to `high`, or anything if options are wild.
  double option(double low, double high) {
    return wild_options_ && one_in(2) ? any_bits<double>() : fraction() * (high - low) + low;
  }
  /// The same for a size.
  Index size_option(Index low, Index high) {
    return wild_options_ && one_in(2) ? input_.ConsumeIntegral<Index>() : integer(low, high);
  }

  /// Up to 2 images of up to 2 channels and 24x24 pixels, seldom none.
  Shape shape() {
    if (one_in(16)) return {integer(0, 1), integer(0, 1), integer(0, 2), integer(0, 2)};
    return {integer(1, 2), integer(1, 2), integer(1, 24), integer(1, 24)};
  }

  /// Flat areas, textures, a few grey levels, with some pixels of their own.
  template <typename T>
  Images<T> images(const Shape& shape) {
    Images<T> images(shape.batch, shape.channels, shape.height, shape.width);
    const std::vector<T> palette = {pixel<T>(), pixel<T>(), pixel<T>(), pixel<T>()};
    const auto kind = integer(0, 2);
    std::uint32_t noise = input_.ConsumeIntegral<std::uint32_t>() | 1;
    for (Index i = 0; i < images.size(); ++i) {
      noise = noise * 1664525U + 1013904223U;
      const double share = std::ldexp(static_cast<double>(noise >> 8), -24);
      const T random = palette[0] * static_cast<T>(share) + palette[1] * static_cast<T>(1 - share);
      images.data()[i] = kind == 0 ? palette[0] : kind == 1 ? random : palette[noise >> 30];
    }
    change_some(images);
    return images;
  }
  template <typename T>
  void change_some(Images<T>& images) {
    for (Index count = images.size() > 0 ? integer(0, 4) : 0; count > 0; --count) {
      const Index where = integer(0, images.size() - 1);
      images.data()[where] = pixel<T>();
    }
  }

  /// Weights from 0 to 1, a quarter of them 0 and none next to it; one is anything if pixels are wild.
  template <typename T>
  Images<T> weights(const Shape& shape) {
    Images<T> weights(shape.batch, shape.channels, shape.height, shape.width);
    std::uint32_t noise = input_.ConsumeIntegral<std::uint32_t>() | 1;
    for (Index i = 0; i < weights.size(); ++i) {
      noise = noise * 1664525U + 1013904223U;
      weights.data()[i] = noise >> 30 == 0 ? T(0) : static_cast<T>(noise >> 24) / T(255);
    }
    if (wild_pixels_ && weights.size() > 0) weights.data()[integer(0, weights.size() - 1)] = any_bits<T>();
    return weights;
  }

 private:
  double fraction() { return static_cast<double>(input_.ConsumeIntegral<std::uint16_t>()) / 65535; }

  template <typename T>
  T any_bits() {
    T number = 0;
    input_.ConsumeData(&number, sizeof number);
    return number;
  }

  template <typename T>
  T pixel() {
    using Limits = std::numeric_limits<T>;
    if (wild_pixels_ && one_in(2)) {
      constexpr T special[] = {Limits::quiet_NaN(), Limits::infinity(), -Limits::infinity(), Limits::max(),
                               Limits::lowest()};
      return one_in(2) ? input_.PickValueInArray(special) : any_bits<T>();
    }
    constexpr T plain[] = {T(0),    T(-0.0),           T(1),          T(-1),    T(0.5),
                           T(1000), Limits::epsilon(), Limits::min(), T(1e-10), Limits::denorm_min()};
    return one_in(2) ? input_.PickValueInArray(plain) : static_cast<T>(2000 * fraction() - 1000);
  }

  FuzzedDataProvider input_;
  bool wild_options_ = false;
  bool wild_pixels_ = false;
};

}  // namespace crisp_fuzz
