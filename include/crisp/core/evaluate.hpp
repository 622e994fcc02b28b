// What happens once for every loss: shape checks, the loop over planes, threads, reductions, workspaces.
//
//   value = mean over images of (mean over channels of the plane's value) = Σ_planes plane / (batch *
//   channels)
//
// Plane values are kept and added in plane order, in double, so a result has the same bits for any number of
// threads. Everything that may throw (checks, allocation, planning) comes before the first write to the
// gradient.
#pragma once

#include <algorithm>
#include <type_traits>
#include <vector>

#include "crisp/core/executor.hpp"
#include "crisp/core/images.hpp"
#include "crisp/core/loss.hpp"

namespace crisp {

namespace detail {

template <typename Loss>
class EvaluationWorkspace {
 public:
  /// Makes ready for `slots` threads and images of `shape`. Calls of value and value_and_gradient do it
  /// themselves.
  void prepare(const Loss& loss, const Shape& shape, int slots) {
    slots = static_cast<int>(std::min<Index>(slots, shape.planes()));
    if (slots_.size() < static_cast<std::size_t>(slots)) slots_.resize(static_cast<std::size_t>(slots));
    for (int slot = 0; slot < slots; ++slot) {
      loss.prepare(slots_[static_cast<std::size_t>(slot)], shape.height, shape.width);
    }
    plane_values_.resize(static_cast<std::size_t>(shape.planes()));
  }

  typename Loss::Workspace& slot(int index) { return slots_[static_cast<std::size_t>(index)]; }
  std::vector<typename Loss::Scalar>& plane_values() { return plane_values_; }

 private:
  std::vector<typename Loss::Workspace> slots_;
  std::vector<typename Loss::Scalar> plane_values_;
};

}  // namespace detail

/// Memory that calls of value and value_and_gradient reuse: after the first call with a shape and an executor
/// they allocate nothing. Belongs to one thread at a time. It fits any loss object of its type, and any
/// shape: what does not fit any more is made anew. The type may be const, as decltype of a const loss is.
template <typename Loss>
using Workspace = detail::EvaluationWorkspace<std::remove_const_t<Loss>>;

namespace detail {

template <typename Loss, typename T>
void check_images(const Loss& loss, const ImagesPointer<const T>& prediction,
                  const ImagesPointer<const T>& target) {
  if (prediction.shape != target.shape) {
    fail<ShapeError>("prediction and target must have the same shape, got ", prediction.shape, " and ",
                     target.shape);
  }
  check_representable<T>(prediction.shape);
  if (prediction.shape.size() == 0) {
    fail<ShapeError>("a loss is a mean over pixels, and images of shape ", prediction.shape, " have none");
  }
  loss.check(prediction.shape.height, prediction.shape.width);
}

/// The gradient's memory. An owning tensor that is empty gets the shape of the prediction; any other shape
/// than that is an error, as is memory shared with an input.
template <typename T, typename Tensor>
ImagesPointer<T> to_write(Tensor& gradient, const ImagesPointer<const T>& prediction,
                          const ImagesPointer<const T>& target) {
  static_assert(
      IsImages<T, std::remove_const_t<Tensor>>::value,
      "crisp: the gradient must be an Eigen::Tensor<T, 4, Eigen::RowMajor> or a mutable crisp::view, "
      "with the same T (float or double) as the loss");
  constexpr bool is_writable = !std::is_const_v<std::remove_pointer_t<decltype(gradient.data())>>;
  static_assert(is_writable, "crisp: the gradient is written to, so it must not be const");
  if constexpr (std::is_same_v<Tensor, Images<T>>) {
    const Shape& shape = prediction.shape;
    if (gradient.size() == 0) gradient.resize(shape.batch, shape.channels, shape.height, shape.width);
  }
  const Shape shape = shape_of(gradient);
  if (shape != prediction.shape) {
    fail<ShapeError>("the gradient must have the shape of the prediction, ", prediction.shape, ", got ",
                     shape);
  }
  // The cast is there for const gradients alone, so that the assertion is all that the compiler says of them.
  const ImagesPointer<T> pointer{const_cast<T*>(gradient.data()), shape};
  if (overlap<T>(pointer.data, shape.size(), prediction.data, shape.size()) ||
      overlap<T>(pointer.data, shape.size(), target.data, shape.size())) {
    fail<ShapeError>("the gradient of shape ", shape, " shares memory with the prediction or the target");
  }
  return pointer;
}

/// Fills workspace.plane_values() and, unless its data is null, the gradient.
template <typename Loss, typename T, typename Executor>
void evaluate_planes(const Loss& loss, const ImagesPointer<const T>& prediction,
                     const ImagesPointer<const T>& target, const ImagesPointer<T>& gradient,
                     Workspace<Loss>& workspace, const Executor& executor) {
  const Shape& shape = prediction.shape;
  const T scale = T(1) / static_cast<T>(shape.planes());
  executor.for_each(shape.planes(), [&](Index index, int slot) {
    const PlanePair<T> images{Plane<T>(prediction.plane(index), shape.height, shape.width),
                              Plane<T>(target.plane(index), shape.height, shape.width)};
    PlaneGradient<T> plane_gradient;
    if (gradient.data != nullptr) {
      plane_gradient = PlaneGradient<T>(gradient.plane(index), shape.height, shape.width, scale);
      plane_gradient.plane().setZero();
    }
    workspace.plane_values()[static_cast<std::size_t>(index)] =
        call_plane(loss, images, plane_gradient, workspace.slot(slot));
  });
}

/// The mean of count plane values from first on, added in order.
template <typename T>
T mean_of_planes(const std::vector<T>& plane_values, Index first, Index count) {
  double sum = 0;
  for (Index index = first; index < first + count; ++index) {
    sum += static_cast<double>(plane_values[static_cast<std::size_t>(index)]);
  }
  return static_cast<T>(sum / static_cast<double>(count));
}

template <typename Executor>
using IfExecutor = std::enable_if_t<IsExecutor<Executor>::value, int>;

}  // namespace detail

/// The loss of a prediction against a target.
///
/// Images are crisp::Images<T> or crisp::view, [batch, channel, height, width], both of one shape, T the
/// scalar of the loss. NaN or infinity in an image gives a value that is not finite. Throws ShapeError for
/// shapes that differ, are empty or do not suit the loss.
template <typename Loss, typename Prediction, typename Target, typename Executor = Serial,
          detail::IfExecutor<Executor> = 0>
typename Loss::Scalar value(const Loss& loss, const Prediction& prediction, const Target& target,
                            Workspace<Loss>& workspace, const Executor& executor = Executor()) {
  using T = typename Loss::Scalar;
  const auto prediction_pointer = detail::to_read<T>(prediction);
  const auto target_pointer = detail::to_read<T>(target);
  detail::check_images(loss, prediction_pointer, target_pointer);
  workspace.prepare(loss, prediction_pointer.shape, executor.concurrency());
  const detail::ImagesPointer<T> no_gradient{nullptr, prediction_pointer.shape};
  detail::evaluate_planes(loss, prediction_pointer, target_pointer, no_gradient, workspace, executor);
  return detail::mean_of_planes(workspace.plane_values(), 0, prediction_pointer.shape.planes());
}
template <typename Loss, typename Prediction, typename Target, typename Executor = Serial,
          detail::IfExecutor<Executor> = 0>
typename Loss::Scalar value(const Loss& loss, const Prediction& prediction, const Target& target,
                            const Executor& executor = Executor()) {
  Workspace<Loss> workspace;
  return value(loss, prediction, target, workspace, executor);
}

/// The loss, and its derivative with respect to every pixel of the prediction.
///
/// The gradient is overwritten. It has the shape of the prediction (an empty Images<T> is resized) and shares
/// no memory with the inputs; anything else is a ShapeError, thrown before anything is written. Where the
/// loss has a kink the gradient is the subgradient that the loss documents.
template <typename Loss, typename Prediction, typename Target, typename Gradient, typename Executor = Serial,
          detail::IfExecutor<Executor> = 0>
typename Loss::Scalar value_and_gradient(const Loss& loss, const Prediction& prediction, const Target& target,
                                         Gradient&& gradient, Workspace<Loss>& workspace,
                                         const Executor& executor = Executor()) {
  using T = typename Loss::Scalar;
  const auto prediction_pointer = detail::to_read<T>(prediction);
  const auto target_pointer = detail::to_read<T>(target);
  detail::check_images(loss, prediction_pointer, target_pointer);
  workspace.prepare(loss, prediction_pointer.shape, executor.concurrency());
  const auto gradient_pointer = detail::to_write<T>(gradient, prediction_pointer, target_pointer);
  detail::evaluate_planes(loss, prediction_pointer, target_pointer, gradient_pointer, workspace, executor);
  return detail::mean_of_planes(workspace.plane_values(), 0, prediction_pointer.shape.planes());
}
template <typename Loss, typename Prediction, typename Target, typename Gradient, typename Executor = Serial,
          detail::IfExecutor<Executor> = 0>
typename Loss::Scalar value_and_gradient(const Loss& loss, const Prediction& prediction, const Target& target,
                                         Gradient&& gradient, const Executor& executor = Executor()) {
  Workspace<Loss> workspace;
  return value_and_gradient(loss, prediction, target, gradient, workspace, executor);
}

/// One value per image: its mean over channels. The loss is the mean of these.
template <typename Loss, typename Prediction, typename Target, typename Executor = Serial,
          detail::IfExecutor<Executor> = 0>
Eigen::Tensor<typename Loss::Scalar, 1, Eigen::RowMajor> values(const Loss& loss,
                                                                const Prediction& prediction,
                                                                const Target& target,
                                                                Workspace<Loss>& workspace,
                                                                const Executor& executor = Executor()) {
  value(loss, prediction, target, workspace, executor);
  const Shape shape = detail::shape_of(prediction);
  Eigen::Tensor<typename Loss::Scalar, 1, Eigen::RowMajor> result(shape.batch);
  for (Index image = 0; image < shape.batch; ++image) {
    result(image) = detail::mean_of_planes(workspace.plane_values(), image * shape.channels, shape.channels);
  }
  return result;
}
template <typename Loss, typename Prediction, typename Target, typename Executor = Serial,
          detail::IfExecutor<Executor> = 0>
Eigen::Tensor<typename Loss::Scalar, 1, Eigen::RowMajor> values(const Loss& loss,
                                                                const Prediction& prediction,
                                                                const Target& target,
                                                                const Executor& executor = Executor()) {
  Workspace<Loss> workspace;
  return values(loss, prediction, target, workspace, executor);
}

}  // namespace crisp
