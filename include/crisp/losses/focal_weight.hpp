// The weight that the focal frequency loss gives a bin: w = (√d)^α or ln((√d)^α + 1), as a share of its largest value.
#pragma once

#include <cmath>
#include <limits>
#include <xsimd/xsimd.hpp>

#include "crisp/losses/exponential.hpp"

namespace crisp::detail {

/// 1/x, but 0 where that is no finite number worth having: 0/0 counts as 0.
template <typename T>
T focal_inverse(T x) {
  return x >= std::numeric_limits<T>::min() ? 1 / x : T(0);
}

/// d^exponent for d >= 0 and an exponent > 0. What is no number to take a power of is left as it is, as 0 is.
template <typename T>
xsimd::batch<T> focal_power(const xsimd::batch<T>& d, T exponent) {
  using Pack = xsimd::batch<T>;
  const auto proper = d > Pack(T(0)) && d <= Pack(std::numeric_limits<T>::max());
  const Pack logarithm = xsimd::log(xsimd::select(proper, d, Pack(T(1))));
  return xsimd::select(proper, exponential<T>(Pack(exponent) * logarithm), d);
}

/// (d / d_max)^{α/2}
template <typename T>
class FocalPower {
 public:
  using Pack = xsimd::batch<T>;
  FocalPower(T alpha, T largest) : half_alpha_(alpha / 2), inverse_(focal_inverse(largest)) {}

  Pack operator()(const Pack& d) const { return focal_power(d * Pack(inverse_), half_alpha_); }

 private:
  T half_alpha_;
  T inverse_;
};

/// √(d / d_max), what α = 1 comes to.
template <typename T>
class FocalRoot {
 public:
  using Pack = xsimd::batch<T>;
  explicit FocalRoot(T largest) : inverse_(focal_inverse(largest)) {}

  Pack operator()(const Pack& d) const { return xsimd::sqrt(d * Pack(inverse_)); }

 private:
  T inverse_;
};

/// ln(d^{α/2} + 1) / ln(d_max^{α/2} + 1)
template <typename T>
class FocalLogarithm {
 public:
  using Pack = xsimd::batch<T>;
  FocalLogarithm(T alpha, T largest) : half_alpha_(alpha / 2) {
    const bool proper = largest > T(0) && largest <= std::numeric_limits<T>::max();
    const T exponent = proper ? half_alpha_ * std::log(largest) : T(0);
    // Where even the largest power is next to 0, powers stand for the logarithms; they would underflow, but not relative to it.
    is_power_ = exponent < std::log(std::numeric_limits<T>::epsilon() / 8);
    if (is_power_) {
      largest_exponent_ = exponent;
    } else {
      inverse_ = focal_inverse((*this)(Pack(largest)).get(0));
    }
  }

  Pack operator()(const Pack& d) const {
    // ln(1 + e^t) for t = ln(d^{α/2}), in which nothing overflows.
    const auto positive = d > Pack(T(0));
    const Pack t = Pack(half_alpha_) * xsimd::log(xsimd::select(positive, d, Pack(T(1))));
    if (is_power_) return xsimd::select(positive, exponential<T>(t - Pack(largest_exponent_)), Pack(T(0)));
    const Pack logarithm = xsimd::max(t, Pack(T(0))) + xsimd::log1p(exponential<T>(-xsimd::abs(t)));
    return xsimd::select(positive, logarithm, Pack(T(0))) * Pack(inverse_);
  }

 private:
  T half_alpha_;
  T inverse_ = 1;
  T largest_exponent_ = 0;
  bool is_power_ = false;
};

/// 1, what α = 0 comes to.
template <typename T>
struct FocalOne {
  using Pack = xsimd::batch<T>;
  Pack operator()(const Pack& /*d*/) const { return Pack(T(1)); }
};

/// Calls body with the weight, a function of packs of d, where `largest` is the largest d.
template <typename T, typename Body>
auto with_focal_weight(double alpha, bool log_matrix, T largest, Body&& body) {
  if (alpha == 0) return body(FocalOne<T>());
  if (log_matrix) return body(FocalLogarithm<T>(static_cast<T>(alpha), largest));
  if (alpha == 1) return body(FocalRoot<T>(largest));
  return body(FocalPower<T>(static_cast<T>(alpha), largest));
}

}  // namespace crisp::detail
