// What happens once for every loss: shape checks, the loop over planes, threads, reductions, workspaces.
//
//   value = mean over images of (mean over channels of the plane's value) = Σ_planes plane / (batch *
//   channels)
//
// Plane values are kept and added in plane order, in double, so a result has the same bits for any number of
// threads. Everything that may throw (checks, allocation, planning) comes before the first write to the
// gradient.
#pragma once

#include <type_traits>

#include "crisp/core/executor.hpp"
#include "crisp/core/images.hpp"
#include "crisp/core/layouts.hpp"
#include "crisp/core/loss.hpp"
#include "crisp/core/weighted.hpp"
#include "crisp/core/workspace.hpp"

namespace crisp {

namespace detail {

/// The images of a call, checked in every way that a loss asks for.
template <typename Loss, typename Prediction, typename Target>
BatchPair<typename Loss::Scalar> to_read(const Loss& loss, const Prediction& prediction,
                                         const Target& target) {
  using T = typename Loss::Scalar;
  static_assert(
      !is_weighted<Target> || Loss::takes_weights,
      "crisp: this loss, or a term of it, does not say what weights mean to it: its kernel must heed "
      "images.weights, and the loss declare `static constexpr bool takes_weights = true`");
  const WeightedTarget<T> weighted_target = to_read_target<T>(target);
  const BatchPair<T> images{to_read<T>(prediction), weighted_target.images, weighted_target.weights};
  const Shape& shape = images.shape();
  if (shape != images.target.shape) {
    fail<ShapeError>("prediction and target must have the same shape, got ", shape, " and ",
                     images.target.shape);
  }
  check_representable<T>(shape);
  if (shape.size() == 0) {
    fail<ShapeError>("a loss is a mean over pixels, and images of shape ", shape, " have none");
  }
  check_loss(loss, shape);
  check_weights(images.weights);
  return images;
}

/// Checks that a gradient can be written to: it has the shape of the images, or is an owning tensor that is
/// empty and will be given it, and shares no memory with an input.
template <typename T, typename Tensor>
void check_to_write(const Tensor& gradient, const BatchPair<T>& images) {
  static_assert(
      IsImages<T, Tensor>::value,
      "crisp: the gradient must be an Eigen::Tensor<T, 4, Eigen::RowMajor> or a mutable crisp::view, "
      "with the same T (float or double) as the loss");
  const Shape shape = shape_of(gradient);
  if (std::is_same_v<Tensor, Images<T>> && shape.size() == 0) return;
  if (shape != images.shape()) {
    fail<ShapeError>("the gradient must have the shape of the images, ", images.shape(), ", got ", shape);
  }
  for (const ImagesPointer<const T>& input : {images.prediction, images.target, images.weights}) {
    if (overlap<T>(gradient.data(), shape.size(), input.data, input.shape.size())) {
      fail<ShapeError>("the gradient of shape ", shape,
                       " shares memory with the prediction, the target or its weights");
    }
  }
}

/// The memory of a gradient that has been checked.
template <typename T, typename Tensor>
ImagesPointer<T> to_write(Tensor& gradient, const BatchPair<T>& images) {
  constexpr bool is_writable = !std::is_const_v<std::remove_pointer_t<decltype(gradient.data())>>;
  static_assert(is_writable, "crisp: the gradient is written to, so it must not be const");
  const Shape& shape = images.shape();
  if constexpr (std::is_same_v<Tensor, Images<T>>) {
    if (gradient.size() == 0) gradient.resize(shape.batch, shape.channels, shape.height, shape.width);
  }
  // The cast is there for const gradients alone, so that the assertion is all that the compiler says of them.
  return {const_cast<T*>(gradient.data()), shape};
}

template <typename Executor>
using IfExecutor = std::enable_if_t<IsExecutor<Executor>::value, int>;

}  // namespace detail

/// The loss of a prediction against a target.
///
/// Images are crisp::Images<T> or crisp::view, [batch, channel, height, width], both of one shape, T the
/// scalar of the loss, or what layouts.hpp names, which is copied first; the target may be
/// crisp::weighted(target, weights). NaN or infinity in an image gives a
/// value that is not finite. Throws ShapeError for shapes that differ, are empty or do not suit the loss, and
/// OptionError for a weight that is negative or not finite.
template <typename Loss, typename Prediction, typename Target, typename Executor = Serial,
          detail::IfExecutor<Executor> = 0>
typename Loss::Scalar value(const Loss& loss, const Prediction& prediction, const Target& target,
                            Workspace<Loss>& workspace, const Executor& executor = Executor()) {
  using T = typename Loss::Scalar;
  const auto images = detail::to_read(loss, detail::in_rows<T>(prediction, workspace.room(0)),
                                      detail::in_rows<T>(target, workspace.room(1)));
  workspace.prepare(loss, images, executor);
  workspace.evaluate(loss, images, {}, executor);
  return workspace.mean(loss, 0, workspace.planes());
}
/// The same with a workspace for this call alone.
template <typename Loss, typename Prediction, typename Target, typename Executor = Serial,
          detail::IfExecutor<Executor> = 0>
typename Loss::Scalar value(const Loss& loss, const Prediction& prediction, const Target& target,
                            const Executor& executor = Executor()) {
  Workspace<Loss> workspace;
  return value(loss, prediction, target, workspace, executor);
}

/// The loss, and its derivative with respect to every pixel of the prediction.
///
/// The gradient is overwritten. It has the shape of the prediction (what is empty and owns its memory is resized), may lie
/// otherwise in memory, and shares none with the inputs; anything else is a ShapeError, thrown before anything is written. Where the
/// loss has a kink the gradient is the subgradient that the loss documents.
template <typename Loss, typename Prediction, typename Target, typename Gradient, typename Executor = Serial,
          detail::IfExecutor<Executor> = 0>
typename Loss::Scalar value_and_gradient(const Loss& loss, const Prediction& prediction, const Target& target,
                                         Gradient&& gradient, Workspace<Loss>& workspace,
                                         const Executor& executor = Executor()) {
  using T = typename Loss::Scalar;
  if constexpr (detail::is_foreign<T, Gradient>) {
    return detail::through_rows<T>(gradient, workspace.room(2), prediction, target, [&](Images<T>& rows) {
      return value_and_gradient(loss, prediction, target, rows, workspace, executor);
    });
  } else {
    const auto images = detail::to_read(loss, detail::in_rows<T>(prediction, workspace.room(0)),
                                        detail::in_rows<T>(target, workspace.room(1)));
    detail::check_to_write<T>(gradient, images);
    workspace.prepare(loss, images, executor);
    const auto to = detail::to_write<T>(gradient, images);
    workspace.evaluate(loss, images, BatchGradient<T>(to), executor);
    return workspace.mean(loss, 0, workspace.planes());
  }
}
/// The same with a workspace for this call alone.
template <typename Loss, typename Prediction, typename Target, typename Gradient, typename Executor = Serial,
          detail::IfExecutor<Executor> = 0>
typename Loss::Scalar value_and_gradient(const Loss& loss, const Prediction& prediction, const Target& target,
                                         Gradient&& gradient, const Executor& executor = Executor()) {
  Workspace<Loss> workspace;
  return value_and_gradient(loss, prediction, target, gradient, workspace, executor);
}

/// The loss, and its derivatives with respect to the pixels of both images; for targets that are trained too.
///
/// The derivative with respect to the target is that of loss.swapped(), which the loss must have: two evaluations in
/// all. Both gradients keep to what value_and_gradient says of one, and share no memory with each other.
template <typename Loss, typename Prediction, typename Target, typename PredictionGradient,
          typename TargetGradient, typename Executor = Serial, detail::IfExecutor<Executor> = 0>
typename Loss::Scalar value_and_gradients(const Loss& loss, const Prediction& prediction,
                                          const Target& target, PredictionGradient&& prediction_gradient,
                                          TargetGradient&& target_gradient, Workspace<Loss>& workspace,
                                          const Executor& executor = Executor()) {
  using T = typename Loss::Scalar;
  static_assert(std::is_same_v<std::decay_t<decltype(loss.swapped())>, Loss>,
                "crisp: swapped() of a loss, the loss with its arguments exchanged, is of the same type");
  if constexpr (detail::is_foreign<T, PredictionGradient>) {
    return detail::through_rows<T>(
        prediction_gradient, workspace.room(2), prediction, target, [&](Images<T>& rows) {
          return value_and_gradients(loss, prediction, target, rows, target_gradient, workspace, executor);
        });
  } else if constexpr (detail::is_foreign<T, TargetGradient>) {
    return detail::through_rows<T>(target_gradient, workspace.room(3), prediction, target,
                                   [&](Images<T>& rows) {
                                     return value_and_gradients(loss, prediction, target, prediction_gradient,
                                                                rows, workspace, executor);
                                   });
  } else {
    const auto images = detail::to_read(loss, detail::in_rows<T>(prediction, workspace.room(0)),
                                        detail::in_rows<T>(target, workspace.room(1)));
    detail::check_to_write<T>(prediction_gradient, images);
    detail::check_to_write<T>(target_gradient, images);
    if (detail::share_memory(prediction_gradient, target_gradient)) {
      detail::fail<ShapeError>("the two gradients of shape ", images.shape(), " share memory");
    }
    const Loss& swapped = loss.swapped();
    detail::check_loss(swapped, images.shape());
    workspace.prepare(loss, images, executor);
    workspace.prepare_swapped(swapped, images, executor);
    const auto to_prediction = detail::to_write<T>(prediction_gradient, images);
    const auto to_target = detail::to_write<T>(target_gradient, images);
    workspace.evaluate_swapped(swapped, {images.target, images.prediction, images.weights},
                               BatchGradient<T>(to_target), executor);
    workspace.evaluate(loss, images, BatchGradient<T>(to_prediction), executor);
    return workspace.mean(loss, 0, workspace.planes());
  }
}
/// The same with a workspace for this call alone.
template <typename Loss, typename Prediction, typename Target, typename PredictionGradient,
          typename TargetGradient, typename Executor = Serial, detail::IfExecutor<Executor> = 0>
typename Loss::Scalar value_and_gradients(const Loss& loss, const Prediction& prediction,
                                          const Target& target, PredictionGradient&& prediction_gradient,
                                          TargetGradient&& target_gradient,
                                          const Executor& executor = Executor()) {
  Workspace<Loss> workspace;
  return value_and_gradients(loss, prediction, target, prediction_gradient, target_gradient, workspace,
                             executor);
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
  const Shape shape = detail::shape_of_any<typename Loss::Scalar>(prediction);
  Eigen::Tensor<typename Loss::Scalar, 1, Eigen::RowMajor> result(shape.batch);
  for (Index image = 0; image < shape.batch; ++image) {
    result(image) = workspace.mean(loss, image * shape.channels, shape.channels);
  }
  return result;
}
/// The same with a workspace for this call alone.
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
