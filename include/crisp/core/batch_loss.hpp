// The contract of the few losses that couple the images of a batch, and what makes a plane loss one of them.
//
// A batch loss sees all images at once, and runs its own loops on the executor:
//
//   template <typename T>
//   struct MyLoss : crisp::BatchLoss<T> {
//     template <typename Executor>
//     void batch(const crisp::BatchPair<T>& images, const crisp::BatchGradient<T>& gradient, Workspace& workspace,
//                T* plane_values, const Executor& executor) const;
//   };
//
// It writes one value a plane, the loss being their mean, and adds the derivative of that mean, which the scale of
// gradient.plane(index) has divided by the number of planes already. As with plane losses, `check(shape)`,
// `Workspace` and `prepare(workspace, shape, slots)` may be hidden; batch() should not throw.
#pragma once

#include <cstddef>
#include <vector>

#include "crisp/core/images.hpp"
#include "crisp/core/loss.hpp"

namespace crisp {

/// What a batch kernel reads. One plane of weights may serve all channels of its image.
template <typename T>
struct BatchPair {
  detail::ImagesPointer<const T> prediction;
  detail::ImagesPointer<const T> target;
  detail::ImagesPointer<const T> weights{nullptr, {}};

  const Shape& shape() const { return prediction.shape; }

  /// Planes are numbered image by image, channel by channel. Weights that are all 1 are none, so that a mask of ones
  /// changes no bit.
  PlanePair<T> plane(Index index) const {
    const Index height = shape().height;
    const Index width = shape().width;
    PlanePair<T> pair{Plane<T>(prediction.plane(index), height, width),
                      Plane<T>(target.plane(index), height, width)};
    if (weights.data == nullptr) return pair;
    const Index weights_index = weights.shape.channels == 1 ? index / shape().channels : index;
    const Plane<T> plane_weights(weights.plane(weights_index), height, width);
    if ((plane_weights == T(1)).all()) return pair;
    return {pair.prediction, pair.target, plane_weights};
  }
};

/// What a batch kernel adds its derivative to, if it is asked for one.
template <typename T>
class BatchGradient {
 public:
  /// No gradient is wanted.
  BatchGradient() = default;
  /// One that is still to be overwritten: plane() clears what was there.
  explicit BatchGradient(const detail::ImagesPointer<T>& images)
      : images_(images), scale_(T(1) / static_cast<T>(images.shape.planes())), clear_(true) {}

  /// Whether a gradient is wanted at all.
  explicit operator bool() const { return images_.data != nullptr; }

  /// Where the derivative with respect to a plane is added. To be asked for once a plane.
  PlaneGradient<T> plane(Index index) const {
    if (!*this) return {};
    const Shape& shape = images_.shape;
    const PlaneGradient<T> gradient(images_.plane(index), shape.height, shape.width, scale_);
    if (clear_) gradient.plane().setZero();
    return gradient;
  }

  /// The same place, for a term that counts factor times, and for one that comes after others.
  BatchGradient scaled(T factor) const {
    BatchGradient gradient = *this;
    gradient.scale_ *= factor;
    return gradient;
  }
  BatchGradient adding() const {
    BatchGradient gradient = *this;
    gradient.clear_ = false;
    return gradient;
  }

 private:
  detail::ImagesPointer<T> images_{nullptr, {}};
  T scale_ = 0;
  bool clear_ = false;
};

/// The base of every loss that couples the images of a batch. It has no virtual functions and no data.
template <typename T>
struct BatchLoss : detail::LossBase<T> {
  struct Workspace {};
  void check(const Shape& /*shape*/) const {}
  template <typename AnyWorkspace>
  void prepare(AnyWorkspace& /*workspace*/, const Shape& /*shape*/, int /*slots*/) const {}
};

namespace detail {

/// Sums have several values a plane, one a term; compose.hpp says which losses are sums.
template <typename Loss>
inline constexpr bool is_sum = false;

template <typename Loss>
constexpr Index term_count() {
  if constexpr (is_sum<Loss>) {
    return static_cast<Index>(Loss::size);
  } else {
    return 1;
  }
}

/// The memory of a loss for a whole batch: of a plane loss, one workspace a thread.
template <typename Loss, bool is_plane = is_plane_loss<Loss>>
struct BatchWorkspace {
  using Type = std::vector<typename Loss::Workspace>;
};
template <typename Loss>
struct BatchWorkspace<Loss, false> {
  using Type = typename Loss::Workspace;
};

template <typename Loss>
void check_loss(const Loss& loss, const Shape& shape) {
  if constexpr (is_plane_loss<Loss>) {
    loss.check(shape.height, shape.width);
  } else {
    loss.check(shape);
  }
}

template <typename Loss>
void prepare_loss(const Loss& loss, typename BatchWorkspace<Loss>::Type& workspace, const Shape& shape,
                  int slots) {
  if constexpr (is_plane_loss<Loss>) {
    const auto count = static_cast<std::size_t>(slots);
    if (workspace.size() < count) workspace.resize(count);
    for (std::size_t slot = 0; slot < count; ++slot) loss.prepare(workspace[slot], shape.height, shape.width);
  } else {
    loss.prepare(workspace, shape, slots);
  }
}

/// Writes the loss's values to `values`, [term][plane], and its derivative to the gradient.
template <typename Loss, typename T, typename Executor>
void evaluate_loss(const Loss& loss, const BatchPair<T>& images, const BatchGradient<T>& gradient,
                   typename BatchWorkspace<Loss>::Type& workspace, T* values, const Executor& executor) {
  if constexpr (is_plane_loss<Loss>) {
    const Index planes = images.shape().planes();
    executor.for_each(planes, [&](Index index, int slot) {
      auto& slot_workspace = workspace[static_cast<std::size_t>(slot)];
      if constexpr (is_sum<Loss>) {
        loss.plane_terms(images.plane(index), gradient.plane(index), slot_workspace, values + index, planes);
      } else {
        values[index] = call_plane(loss, images.plane(index), gradient.plane(index), slot_workspace);
      }
    });
  } else {
    loss.batch(images, gradient, workspace, values, executor);
  }
}

}  // namespace detail
}  // namespace crisp
