// Short discrete Fourier transforms in registers, the steps that longer ones are made of.
//
//   X[k] = Σ_q z[q] e^{-2πi qk/r},   on SIMD batches of r complex numbers
//
// 4, 8 and 16 are made of 2s and 4s; the odd ones pair z[q] with z[r-q], which share their cosines and sines.
#pragma once

#include <array>
#include <cstddef>
#include <type_traits>
#include <utility>
#include <xsimd/xsimd.hpp>

#include "crisp/core/compiler.hpp"
#include "crisp/spectral/complex_batch.hpp"

namespace crisp::detail {

/// A number as a type.
template <std::size_t i>
inline constexpr std::integral_constant<std::size_t, i> constant{};

/// Calls body with the constants 0 … count-1, without a loop: what is indexed with them can stay in registers.
template <std::size_t... i, typename Body>
CRISP_ALWAYS_INLINE void unrolled(std::index_sequence<i...> /*indices*/, const Body& body) {
  (body(constant<i>), ...);
}
template <std::size_t count, typename Body>
CRISP_ALWAYS_INLINE void unrolled(const Body& body) {
  unrolled(std::make_index_sequence<count>(), body);
}

template <typename V>
CRISP_ALWAYS_INLINE ComplexBatch<V> operator+(const ComplexBatch<V>& a, const ComplexBatch<V>& b) {
  return {a.re + b.re, a.im + b.im};
}
template <typename V>
CRISP_ALWAYS_INLINE ComplexBatch<V> operator-(const ComplexBatch<V>& a, const ComplexBatch<V>& b) {
  return {a.re - b.re, a.im - b.im};
}
/// a + i b, and a - i b.
template <typename V>
CRISP_ALWAYS_INLINE ComplexBatch<V> plus_i(const ComplexBatch<V>& a, const ComplexBatch<V>& b) {
  return {a.re - b.im, a.im + b.re};
}
template <typename V>
CRISP_ALWAYS_INLINE ComplexBatch<V> minus_i(const ComplexBatch<V>& a, const ComplexBatch<V>& b) {
  return {a.re + b.im, a.im - b.re};
}
/// (cosine - i sine) z
template <typename V>
CRISP_ALWAYS_INLINE ComplexBatch<V> turned(const ComplexBatch<V>& z, const V& cosine, const V& sine) {
  return {xsimd::fma(z.re, cosine, z.im * sine), xsimd::fnma(z.re, sine, z.im * cosine)};
}
/// z e^{-πi/4}, and z e^{-3πi/4}.
template <typename V>
CRISP_ALWAYS_INLINE ComplexBatch<V> eighth_turn(const ComplexBatch<V>& z) {
  const V root(static_cast<typename V::value_type>(0.70710678118654752440));
  return {root * (z.re + z.im), root * (z.im - z.re)};
}
template <typename V>
CRISP_ALWAYS_INLINE ComplexBatch<V> three_eighths_turn(const ComplexBatch<V>& z) {
  const V root(static_cast<typename V::value_type>(-0.70710678118654752440));
  return {root * (z.re - z.im), root * (z.re + z.im)};
}

/// cos(2πk/r) and sin(2πk/r), k = 1 … (r-1)/2.
template <std::size_t r>
struct OddRoots;
template <>
struct OddRoots<3> {
  static constexpr std::array<double, 1> cosine{-0.5};
  static constexpr std::array<double, 1> sine{0.86602540378443864676};
};
template <>
struct OddRoots<5> {
  static constexpr std::array<double, 2> cosine{0.30901699437494742410, -0.80901699437494742410};
  static constexpr std::array<double, 2> sine{0.95105651629515357212, 0.58778525229247312917};
};
template <>
struct OddRoots<7> {
  static constexpr std::array<double, 3> cosine{0.62348980185873353053, -0.22252093395631440429,
                                                -0.90096886790241912624};
  static constexpr std::array<double, 3> sine{0.78183148246802980871, 0.97492791218182360702,
                                              0.43388373911755812048};
};

/// Butterfly<r>::apply(z) is the transform of z[0] … z[r-1], r odd here. apply(load, store) reads z[q] = load(q) and leaves
/// store(k, X[k]), either with constants, in an order that keeps few numbers in registers.
template <std::size_t r>
struct Butterfly {
  template <typename Load, typename Store>
  CRISP_ALWAYS_INLINE static void apply(const Load& load, const Store& store) {
    using ComplexNumber = decltype(load(constant<0>));
    using V = decltype(ComplexNumber::re);
    using T = typename V::value_type;
    constexpr std::size_t half = r / 2;
    const ComplexNumber first = load(constant<0>);
    std::array<ComplexNumber, half> sum;
    std::array<ComplexNumber, half> difference;
    ComplexNumber total = first;
    unrolled<half>([&](auto q) CRISP_ALWAYS_INLINE_LAMBDA {
      const ComplexNumber a = load(std::integral_constant<std::size_t, decltype(q)::value + 1>());
      const ComplexNumber b = load(std::integral_constant<std::size_t, r - 1 - decltype(q)::value>());
      sum[q] = a + b;
      difference[q] = a - b;
      total = total + sum[q];
    });
    store(constant<0>, total);
    unrolled<half>([&](auto k) CRISP_ALWAYS_INLINE_LAMBDA {
      ComplexNumber even = first;
      ComplexNumber odd{V(T(0)), V(T(0))};
      unrolled<half>([&](auto q) CRISP_ALWAYS_INLINE_LAMBDA {
        constexpr std::size_t turns = (decltype(k)::value + 1) * (decltype(q)::value + 1) % r;
        constexpr bool lower = turns > half;
        constexpr std::size_t root = (lower ? r - turns : turns) - 1;
        const V cosine(static_cast<T>(OddRoots<r>::cosine[root]));
        const V sine(static_cast<T>(lower ? -OddRoots<r>::sine[root] : OddRoots<r>::sine[root]));
        even = {xsimd::fma(sum[q].re, cosine, even.re), xsimd::fma(sum[q].im, cosine, even.im)};
        odd = {xsimd::fma(difference[q].re, sine, odd.re), xsimd::fma(difference[q].im, sine, odd.im)};
      });
      store(std::integral_constant<std::size_t, decltype(k)::value + 1>(), minus_i(even, odd));
      store(std::integral_constant<std::size_t, r - 1 - decltype(k)::value>(), plus_i(even, odd));
    });
  }
};

template <>
struct Butterfly<2> {
  template <typename Load, typename Store>
  CRISP_ALWAYS_INLINE static void apply(const Load& load, const Store& store) {
    const auto a = load(constant<0>);
    const auto b = load(constant<1>);
    store(constant<0>, a + b);
    store(constant<1>, a - b);
  }
};

/// The transform of four numbers.
template <typename V>
CRISP_ALWAYS_INLINE std::array<ComplexBatch<V>, 4> four(const ComplexBatch<V>& a, const ComplexBatch<V>& b,
                                                        const ComplexBatch<V>& c, const ComplexBatch<V>& d) {
  const ComplexBatch<V> even_sum = a + c;
  const ComplexBatch<V> even_difference = a - c;
  const ComplexBatch<V> odd_sum = b + d;
  const ComplexBatch<V> odd_difference = b - d;
  return {even_sum + odd_sum, minus_i(even_difference, odd_difference), even_sum - odd_sum,
          plus_i(even_difference, odd_difference)};
}

template <>
struct Butterfly<4> {
  template <typename Load, typename Store>
  CRISP_ALWAYS_INLINE static void apply(const Load& load, const Store& store) {
    const auto z = four(load(constant<0>), load(constant<1>), load(constant<2>), load(constant<3>));
    unrolled<4>([&](auto k) CRISP_ALWAYS_INLINE_LAMBDA { store(k, z[k]); });
  }
};

template <>
struct Butterfly<8> {
  template <typename Load, typename Store>
  CRISP_ALWAYS_INLINE static void apply(const Load& load, const Store& store) {
    using ComplexNumber = decltype(load(constant<0>));
    std::array<ComplexNumber, 4> sum;
    std::array<ComplexNumber, 4> difference;
    unrolled<4>([&](auto q) CRISP_ALWAYS_INLINE_LAMBDA {
      const ComplexNumber a = load(q);
      const ComplexNumber b = load(std::integral_constant<std::size_t, decltype(q)::value + 4>());
      sum[q] = a + b;
      difference[q] = a - b;
    });
    const auto even = four(sum[0], sum[1], sum[2], sum[3]);
    unrolled<4>([&](auto k) CRISP_ALWAYS_INLINE_LAMBDA {
      store(std::integral_constant<std::size_t, 2 * decltype(k)::value>(), even[k]);
    });
    const auto odd =
        four(difference[0], eighth_turn(difference[1]), ComplexNumber{difference[2].im, -difference[2].re},
             three_eighths_turn(difference[3]));
    unrolled<4>([&](auto k) CRISP_ALWAYS_INLINE_LAMBDA {
      store(std::integral_constant<std::size_t, 2 * decltype(k)::value + 1>(), odd[k]);
    });
  }
};

template <>
struct Butterfly<16> {
  template <typename Load, typename Store>
  CRISP_ALWAYS_INLINE static void apply(const Load& load, const Store& store) {
    using ComplexNumber = decltype(load(constant<0>));
    using V = decltype(ComplexNumber::re);
    using T = typename V::value_type;
    const V cosine(static_cast<T>(0.92387953251128675613));
    const V sine(static_cast<T>(0.38268343236508977173));
    std::array<std::array<ComplexNumber, 4>, 4> step;  // [q mod 4][k mod 4]
    unrolled<4>([&](auto q) CRISP_ALWAYS_INLINE_LAMBDA {
      constexpr std::size_t first = decltype(q)::value;
      auto& s = step[q];
      s = four(load(q), load(constant<first + 4>), load(constant<first + 8>), load(constant<first + 12>));
      if constexpr (first == 1)
        s = {s[0], turned(s[1], cosine, sine), eighth_turn(s[2]), turned(s[3], sine, cosine)};
      if constexpr (first == 2)
        s = {s[0], eighth_turn(s[1]), ComplexNumber{s[2].im, -s[2].re}, three_eighths_turn(s[3])};
      if constexpr (first == 3)
        s = {s[0], turned(s[1], sine, cosine), three_eighths_turn(s[2]), turned(s[3], -cosine, -sine)};
    });
    unrolled<4>([&](auto k) CRISP_ALWAYS_INLINE_LAMBDA {
      const auto z = four(step[0][k], step[1][k], step[2][k], step[3][k]);
      unrolled<4>([&](auto j) CRISP_ALWAYS_INLINE_LAMBDA {
        store(std::integral_constant<std::size_t, decltype(k)::value + 4 * decltype(j)::value>(), z[j]);
      });
    });
  }
};

}  // namespace crisp::detail
