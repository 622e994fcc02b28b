// What the calls of evaluate.hpp keep from one to the next: the values of the planes, what the kernels of a loss work in,
// and room for copies.
#pragma once

#include <array>
#include <cstddef>
#include <type_traits>
#include <vector>

#include "crisp/core/batch_loss.hpp"
#include "crisp/core/evaluate_loss.hpp"
#include "crisp/core/images.hpp"

namespace crisp {

namespace detail {

template <typename Loss>
class EvaluationWorkspace {
 public:
  using T = typename Loss::Scalar;

  /// Makes ready for images like these on an executor; and for the loss with its arguments exchanged.
  template <typename Executor>
  void prepare(const Loss& loss, const BatchPair<T>& images, const Executor& executor) {
    planes_ = 0;
    detail::prepare_loss(loss, loss_workspace_, images.shape(), images.weights.data != nullptr,
                         executor.concurrency());
    values_.resize(static_cast<std::size_t>(detail::term_count(loss) * images.shape().planes()));
  }
  template <typename Executor>
  void prepare_swapped(const Loss& swapped, const BatchPair<T>& images, const Executor& executor) {
    detail::prepare_loss(swapped, swapped_workspace_, images.shape(), images.weights.data != nullptr,
                         executor.concurrency());
  }

  /// Fills the values and, if it is wanted, the gradient. The workspace is prepared.
  template <typename Executor>
  void evaluate(const Loss& loss, const BatchPair<T>& images, const BatchGradient<T>& gradient,
                const Executor& executor) {
    planes_ = 0;
    detail::evaluate_loss(loss, images, gradient, loss_workspace_, values_.data(), executor);
    planes_ = images.shape().planes();
  }
  /// Fills the gradient alone.
  template <typename Executor>
  void evaluate_swapped(const Loss& swapped, const BatchPair<T>& images, const BatchGradient<T>& gradient,
                        const Executor& executor) {
    detail::evaluate_loss(swapped, images, gradient, swapped_workspace_, values_.data(), executor);
  }

  /// Room for copies of what lies otherwise than Images (layouts.hpp): of inputs, and of gradients to be.
  Images<T>& room(std::size_t index) { return rooms_[index]; }

  /// How many planes were evaluated last; 0 before the first time, and after a failure.
  Index planes() const { return planes_; }

  /// The mean over `count` planes from `first` on, added in order: of the loss, and of one of its terms.
  T mean(const Loss& loss, Index first, Index count) const {
    return mean_of(first, count, [&](Index plane) {
      const T* const values = values_.data() + plane;
      if constexpr (is_sum<Loss>) {
        return loss.total(values, planes_);
      } else {
        return *values;
      }
    });
  }
  T mean_of_term(Index term) const {
    return mean_of(0, planes_,
                   [&](Index plane) { return values_[static_cast<std::size_t>(term * planes_ + plane)]; });
  }

 private:
  template <typename PlaneValue>
  static T mean_of(Index first, Index count, const PlaneValue& plane_value) {
    double sum = 0;
    for (Index plane = first; plane < first + count; ++plane) sum += static_cast<double>(plane_value(plane));
    return static_cast<T>(sum / static_cast<double>(count));
  }

  typename BatchWorkspace<Loss>::Type loss_workspace_;
  typename BatchWorkspace<Loss>::Type swapped_workspace_;
  std::vector<T> values_;  // [term][plane]
  std::array<Images<T>, 4> rooms_;
  Index planes_ = 0;
};

}  // namespace detail

/// Memory that calls of value and value_and_gradient reuse: after the first call with a shape and an executor
/// they allocate nothing. Belongs to one thread at a time. It fits any loss object of its type, and any
/// shape: what does not fit any more is made anew. The type may be const, as decltype of a const loss is.
template <typename Loss>
using Workspace = detail::EvaluationWorkspace<std::remove_const_t<Loss>>;

}  // namespace crisp
