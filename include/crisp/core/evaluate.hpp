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
#include "crisp/core/gradient.hpp"
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
  detail::check_loss(loss, shape);
  check_weights(images.weights);
  return images;
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
  return crisp::value(loss, prediction, target, workspace, executor);
}

/// The loss, and its derivative with respect to every pixel of the prediction.
///
/// The gradient is overwritten. It has the shape of the prediction (what is empty and owns its memory is resized), may lie
/// otherwise in memory, and shares none with the inputs, whose gaps between pixels count as well as its own; anything else is a
/// ShapeError, thrown before anything is written. Where the loss has a kink the gradient is the subgradient that the loss documents.
template <typename Loss, typename Prediction, typename Target, typename Gradient, typename Executor = Serial,
          detail::IfExecutor<Executor> = 0>
typename Loss::Scalar value_and_gradient(const Loss& loss, const Prediction& prediction, const Target& target,
                                         Gradient&& gradient, Workspace<Loss>& workspace,
                                         const Executor& executor = Executor()) {
  using T = typename Loss::Scalar;
  const auto images = detail::to_read(loss, detail::in_rows<T>(prediction, workspace.room(0)),
                                      detail::in_rows<T>(target, workspace.room(1)));
  detail::check_writable<T>(gradient, images.shape(), prediction, target);
  workspace.prepare(loss, images, executor);
  detail::GradientRows<T, std::remove_reference_t<Gradient>> rows(gradient, images.shape(),
                                                                  workspace.room(2));
  workspace.evaluate(loss, images, BatchGradient<T>(rows.pointer()), executor);
  rows.finish();
  return workspace.mean(loss, 0, workspace.planes());
}
/// The same with a workspace for this call alone.
template <typename Loss, typename Prediction, typename Target, typename Gradient, typename Executor = Serial,
          detail::IfExecutor<Executor> = 0>
typename Loss::Scalar value_and_gradient(const Loss& loss, const Prediction& prediction, const Target& target,
                                         Gradient&& gradient, const Executor& executor = Executor()) {
  Workspace<Loss> workspace;
  return crisp::value_and_gradient(loss, prediction, target, gradient, workspace, executor);
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
  const auto images = detail::to_read(loss, detail::in_rows<T>(prediction, workspace.room(0)),
                                      detail::in_rows<T>(target, workspace.room(1)));
  detail::check_writable<T>(prediction_gradient, images.shape(), prediction, target);
  detail::check_writable<T>(target_gradient, images.shape(), prediction, target);
  if (detail::are_one(prediction_gradient, target_gradient) ||
      detail::is_shared(detail::extent_of_any<T>(prediction_gradient), target_gradient)) {
    detail::fail<ShapeError>("the two gradients of shape ", images.shape(), " share memory");
  }
  const Loss& swapped = loss.swapped();
  detail::check_loss(swapped, images.shape());
  workspace.prepare(loss, images, executor);
  workspace.prepare_swapped(swapped, images, executor);
  detail::GradientRows<T, std::remove_reference_t<PredictionGradient>> of_prediction(
      prediction_gradient, images.shape(), workspace.room(2));
  detail::GradientRows<T, std::remove_reference_t<TargetGradient>> of_target(target_gradient, images.shape(),
                                                                             workspace.room(3));
  workspace.evaluate_swapped(swapped, {images.target, images.prediction, images.weights},
                             BatchGradient<T>(of_target.pointer()), executor);
  workspace.evaluate(loss, images, BatchGradient<T>(of_prediction.pointer()), executor);
  of_target.finish();
  of_prediction.finish();
  return workspace.mean(loss, 0, workspace.planes());
}
/// The same with a workspace for this call alone.
template <typename Loss, typename Prediction, typename Target, typename PredictionGradient,
          typename TargetGradient, typename Executor = Serial, detail::IfExecutor<Executor> = 0>
typename Loss::Scalar value_and_gradients(const Loss& loss, const Prediction& prediction,
                                          const Target& target, PredictionGradient&& prediction_gradient,
                                          TargetGradient&& target_gradient,
                                          const Executor& executor = Executor()) {
  Workspace<Loss> workspace;
  return crisp::value_and_gradients(loss, prediction, target, prediction_gradient, target_gradient, workspace,
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
  crisp::value(loss, prediction, target, workspace, executor);
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
  return crisp::values(loss, prediction, target, workspace, executor);
}

}  // namespace crisp
