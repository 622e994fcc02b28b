// The contract of the few losses that couple the images of a batch.
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
// `Workspace` and `prepare(workspace, shape, slot_count)` may be hidden; batch() should not throw.
#pragma once

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

  /// Planes are numbered image by image, channel by channel. Weights that are all the same are none, since they
  /// are relative within a plane: they change no bit.
  PlanePair<T> plane(Index index) const {
    const Index height = shape().height;
    const Index width = shape().width;
    PlanePair<T> pair{Plane<T>(prediction.plane(index), height, width),
                      Plane<T>(target.plane(index), height, width)};
    if (weights.data == nullptr) return pair;
    const Index weights_index = weights.shape.channels == 1 ? index / shape().channels : index;
    const Plane<T> plane_weights(weights.plane(weights_index), height, width);
    const T first = plane_weights(0, 0);
    if (first > T(0) && (plane_weights == first).all()) return pair;
    return {pair.prediction, pair.target, plane_weights};
  }

  /// Some rows of a plane, without weights.
  PlanePair<T> rows(Index index, Index first, Index count) const {
    const Index width = shape().width;
    return {Plane<T>(prediction.plane(index) + first * width, count, width),
            Plane<T>(target.plane(index) + first * width, count, width)};
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
    clear_rows(index, 0, images_.shape.height);
    return rows(index, 0, images_.shape.height);
  }

  /// The same in two steps, for some rows of a plane.
  void clear_rows(Index index, Index first, Index count) const {
    if (*this && clear_) rows(index, first, count).plane().setZero();
  }
  PlaneGradient<T> rows(Index index, Index first, Index count) const {
    if (!*this) return {};
    const Index width = images_.shape.width;
    return {images_.plane(index) + first * width, count, width, scale_};
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
  void prepare(AnyWorkspace& /*workspace*/, const Shape& /*shape*/, int /*slot_count*/) const {}
};

}  // namespace crisp
