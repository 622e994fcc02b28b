// The Fourier transforms of fft.hpp by the kissfft that comes with Eigen (unsupported/Eigen/FFT), a lane at a time.
#pragma once

#include <algorithm>
#include <cmath>
#include <complex>
#include <cstddef>
#include <unsupported/Eigen/FFT>
#include <vector>

#include "crisp/core/images.hpp"
#include "crisp/spectral/fft_direction.hpp"

namespace crisp::fft {

/// The root mean square of a transform's error, relative to that of the spectrum, is at most so many machine epsilons. Eigen adds as
/// many terms one after the other as the largest prime factor says.
inline double rounding(Index length) {
  Index rest = length;
  Index largest_prime = 1;
  for (Index factor = 2; factor * factor <= rest; ++factor) {
    for (; rest % factor == 0; rest /= factor) largest_prime = factor;
  }
  largest_prime = std::max(largest_prime, rest);
  return std::sqrt(0.81 * std::log2(2 * static_cast<double>(length)) +
                   static_cast<double>(largest_prime) / 32);
}

namespace detail {

/// One transform at a time, of contiguous numbers. What Eigen keeps for a length is made here, so that execute() need not.
template <typename T>
class SingleTransform {
 public:
  using ComplexNumber = std::complex<T>;

  SingleTransform() = default;
  SingleTransform(Index length, Direction direction)
      : length_(length), direction_(direction), in_(static_cast<std::size_t>(length)), out_(in_.size()) {
    engine_.SetFlag(Eigen::FFT<T>::Unscaled);
    execute(in_.data(), out_.data());
  }

  Index length() const { return length_; }
  Direction direction() const { return direction_; }

  /// They do not overlap.
  void execute(const ComplexNumber* in, ComplexNumber* out) const {
    if (length_ == 1) {  // which Eigen has no plan for
      *out = *in;
    } else if (direction_ == Direction::forward) {
      engine_.fwd(out, in, length_);
    } else {
      engine_.inv(out, in, length_);
    }
  }

  /// Room for one signal each, for gathering lanes and taking them apart.
  ComplexNumber* in() const { return in_.data(); }
  ComplexNumber* out() const { return out_.data(); }

 private:
  Index length_ = 0;
  Direction direction_ = Direction::forward;
  mutable Eigen::FFT<T> engine_;
  mutable std::vector<ComplexNumber> in_, out_;
};

}  // namespace detail

/// `lanes` transforms of `length`, either >= 1.
template <typename T>
class Transform {
 public:
  Transform() = default;
  Transform(Index length, Index lanes, Direction direction) : lanes_(lanes), single_(length, direction) {}

  /// In and out are length * lanes numbers each, not overlapping. In is left as it is.
  void execute(const std::complex<T>* in, std::complex<T>* out) const {
    const Index length = single_.length();
    const bool is_forward = single_.direction() == Direction::forward;
    for (Index lane = 0; lane < lanes_; ++lane) {
      if (is_forward) {
        for (Index t = 0; t < length; ++t) single_.in()[t] = in[t * lanes_ + lane];
        single_.execute(single_.in(), out + lane * length);
      } else {
        single_.execute(in + lane * length, single_.out());
        for (Index t = 0; t < length; ++t) out[t * lanes_ + lane] = single_.out()[t];
      }
    }
  }

 private:
  Index lanes_ = 0;
  detail::SingleTransform<T> single_;
};

/// The same in place, on `length` samples of `lanes` real parts and as many imaginary parts each.
template <typename T>
class SplitTransform {
 public:
  SplitTransform() = default;
  SplitTransform(Index length, Index lanes, Direction direction)
      : lanes_(lanes), single_(length, direction) {}

  /// im = re + lanes.
  void execute(T* re, T* im) const {
    const Index stride = 2 * lanes_;
    for (Index lane = 0; lane < lanes_; ++lane) {
      for (Index t = 0; t < single_.length(); ++t) {
        single_.in()[t] = {re[t * stride + lane], im[t * stride + lane]};
      }
      single_.execute(single_.in(), single_.out());
      for (Index u = 0; u < single_.length(); ++u) {
        re[u * stride + lane] = single_.out()[u].real();
        im[u * stride + lane] = single_.out()[u].imag();
      }
    }
  }

 private:
  Index lanes_ = 0;
  detail::SingleTransform<T> single_;
};

}  // namespace crisp::fft
