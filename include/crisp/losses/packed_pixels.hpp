// The loop of losses that are a mean over pixels: a register of pixels at a time, value and gradient in one pass.
//
//   value = Σ w f(x, y) / Σ w,   gradient += scale w f'(x, y) / Σ w,   w = 1 without weights, f' with respect to x
//
// What such a loss writes is its kernel: f and f' of a register of pixels of prediction and target. Every pixel is computed in the same
// way, wherever it lies in memory. (pixel_mean does the same for an expression of Eigen's.)
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <xsimd/xsimd.hpp>

#include "crisp/core/lane_sum.hpp"
#include "crisp/core/loss.hpp"

namespace crisp::detail {

/// f and f' of some pixels.
template <typename T>
struct PixelTerm {
  xsimd::batch<T> value;
  xsimd::batch<T> derivative;
};

template <typename T, typename Kernel>
class PackedPixels {
  using Pack = xsimd::batch<T>;
  static constexpr auto pack = static_cast<Index>(Pack::size);

 public:
  PackedPixels(const PlanePair<T>& images, const PlaneGradient<T>& gradient, const Kernel& kernel)
      : images_(images), gradient_(gradient), kernel_(kernel), size_(images.prediction.size()) {}

  /// The value; adds the gradient, if one is wanted. 0 for a plane without weight; pixels without are left out, whatever they hold.
  T mean() const {
    double total_weight = static_cast<double>(size_);
    T largest_weight = 1;
    if (images_.weighted()) {
      largest_weight = images_.weights.maxCoeff();
      if (largest_weight == T(0)) return 0;
      total_weight = plane_sum(images_.weights / largest_weight);
    }
    const Factors factors{largest_weight,
                          static_cast<T>(static_cast<double>(gradient_.scale()) / total_weight)};
    double sum = gradient_ ? sum_of<true>(factors, 1) : sum_of<false>(factors, 1);
    if (!std::isfinite(sum))
      sum = sum_of<false>(factors, registers_of_a_stretch);  // T may have overflowed first
    return static_cast<T>(sum / total_weight);
  }

 private:
  /// What weights are divided by, and derivatives multiplied with.
  struct Factors {
    T largest_weight;
    T derivative;
  };

  template <bool with_gradient>
  double sum_of(const Factors& factors, int registers) const {
    return images_.weighted() ? loop<with_gradient, true>(factors, registers)
                              : loop<with_gradient, false>(factors, registers);
  }

  /// Σ w f. Each register counts as so many in a stretch of the sum.
  template <bool with_gradient, bool weighted>
  double loop(const Factors& factors, int registers) const {
    const T* const x = images_.prediction.data();
    const T* const y = images_.target.data();
    const T* const weights = images_.weights.data();
    T* const gradient = with_gradient ? gradient_.plane().data() : nullptr;
    LaneSum<T> sum;
    Index i = 0;
    for (; i + pack <= size_; i += pack) {
      step<with_gradient, weighted>(x + i, y + i, weighted ? weights + i : nullptr,
                                    with_gradient ? gradient + i : nullptr, factors, registers, sum);
    }
    // What is left goes through a register too, with pixels of weight 0.
    using Numbers = std::array<T, Pack::size>;
    Numbers rest_x{};
    Numbers rest_y{};
    Numbers rest_weights{};
    Numbers rest_gradient{};
    const Index rest = size_ - i;
    std::copy_n(x + i, rest, rest_x.begin());
    std::copy_n(y + i, rest, rest_y.begin());
    std::fill_n(rest_weights.begin(), rest, factors.largest_weight);
    if (weighted) std::copy_n(weights + i, rest, rest_weights.begin());
    if (with_gradient) std::copy_n(gradient + i, rest, rest_gradient.begin());
    step<with_gradient, true>(rest_x.data(), rest_y.data(), rest_weights.data(), rest_gradient.data(),
                              factors, registers, sum);
    if (with_gradient) std::copy_n(rest_gradient.begin(), rest, gradient + i);
    return sum.total();
  }

  template <bool with_gradient, bool weighted>
  void step(const T* x, const T* y, [[maybe_unused]] const T* weights, [[maybe_unused]] T* gradient,
            const Factors& factors, int registers, LaneSum<T>& sum) const {
    PixelTerm<T> term = kernel_(Pack::load_unaligned(x), Pack::load_unaligned(y));
    if constexpr (weighted) {
      const Pack zero(T(0));
      const Pack share = Pack::load_unaligned(weights) / Pack(factors.largest_weight);
      const auto counts = share > zero;
      term.value = xsimd::select(counts, share * term.value, zero);
      term.derivative = xsimd::select(counts, share * term.derivative, zero);
    }
    sum.add(term.value, registers);
    if constexpr (with_gradient) {
      xsimd::fma(Pack(factors.derivative), term.derivative, Pack::load_unaligned(gradient))
          .store_unaligned(gradient);
    }
  }

  const PlanePair<T>& images_;
  const PlaneGradient<T>& gradient_;
  const Kernel& kernel_;
  Index size_;
};

/// The plane kernel of a loss whose pixels are kernel(x, y).
template <typename T, typename Kernel>
T packed_pixel_mean(const PlanePair<T>& images, const PlaneGradient<T>& gradient, const Kernel& kernel) {
  return PackedPixels<T, Kernel>(images, gradient, kernel).mean();
}

}  // namespace crisp::detail
