// The contract between a loss and crisp.
//
// Almost every image loss is a mean over planes (a channel of an image), so a loss author writes one plane:
//
//   template <typename T>
//   struct MyLoss : crisp::PlaneLoss<T> {
//     T plane(const crisp::PlanePair<T>& images, crisp::PlaneGradient<T> gradient) const {
//       const auto residual = images.prediction - images.target;
//       if (gradient) gradient.add(residual * (T(2) / T(residual.size())));
//       return crisp::plane_mean(residual.square());
//     }
//   };
//
// and has batching, threads, composition, views and the gradient check from it: evaluate.hpp does the rest,
// once.
//
// A loss that has conditions on the shape, or that wants memory of its own, hides the members of PlaneLoss:
//   check(height, width)               throws ShapeError where the loss has no value;
//   Workspace                          what one thread keeps from plane to plane, default constructible;
//   prepare(workspace, height, width)  allocates, so that plane() need not; cheap when nothing has changed;
//   plane(images, gradient, workspace) the kernel, which then takes the workspace too.
// All three are const: a loss never changes once it is made, and threads share it. check() and prepare() may
// throw; plane() should not, since other planes have then been written already.
//
// Four more declarations are for what not every loss can do:
//   name           what the loss is called in a breakdown, a static constexpr const char*;
//   takes_weights  true if the kernel heeds images.weights (pixel_mean does so for a mean over pixels);
//   swapped()      the loss with its arguments exchanged, of the same type: L.swapped()(a, b) = L(b, a). Its
//                  gradient is L's with respect to the target. A symmetric loss returns itself.
//   row_windows(height, width)  which rows the windows cover that the plane's value is a mean or a sum over
//                  (bands.hpp): planes of half a million pixels and more are then shared among threads, and plane()
//                  is given some rows of one as if they were a plane.
// The few losses that couple the images of a batch meet the contract of batch_loss.hpp instead.
#pragma once

#include <type_traits>
#include <utility>

#include "crisp/core/bands.hpp"
#include "crisp/core/images.hpp"
#include "crisp/core/plane_mean.hpp"

namespace crisp {

/// What a plane kernel reads. Weights say how much each pixel counts: at least 0, finite, and not all the same
/// but for 0.
template <typename T>
struct PlanePair {
  Plane<T> prediction;
  Plane<T> target;
  Plane<T> weights = Plane<T>(nullptr, 0, 0);

  /// Whether pixels are weighted at all.
  bool weighted() const { return weights.data() != nullptr; }
};

/// What a plane kernel writes, if it is asked to: scale * d value / d prediction, added to what is there.
template <typename T>
class PlaneGradient {
 public:
  /// No gradient is wanted.
  PlaneGradient() = default;
  PlaneGradient(T* data, Index height, Index width, T scale)
      : data_(data), height_(height), width_(width), scale_(scale) {}

  /// Whether a gradient is wanted at all.
  explicit operator bool() const { return data_ != nullptr; }

  /// plane() += scale() * derivative.
  template <typename Derivative>
  void add(const Eigen::ArrayBase<Derivative>& derivative) const {
    plane() += scale_ * derivative;
  }

  /// The same for a kernel that writes for itself.
  MutablePlane<T> plane() const { return {data_, height_, width_}; }
  T scale() const { return scale_; }

  /// The same place, for a term that counts factor times.
  PlaneGradient scaled(T factor) const { return {data_, height_, width_, scale_ * factor}; }

 private:
  T* data_ = nullptr;
  Index height_ = 0;
  Index width_ = 0;
  T scale_ = 0;
};

/// The kernel of a loss that is a mean over pixels: Σ w f / Σ w of the pixels' values f, w = 1 without
/// weights; adds w f' / Σ w, f' being their derivatives with respect to the prediction, to the gradient. Pixels of
/// weight 0 are left out, whatever they hold; a plane of such pixels alone has value 0.
template <typename T, typename Values, typename Derivatives>
T pixel_mean(const PlanePair<T>& images, const Eigen::ArrayBase<Values>& values,
             const Eigen::ArrayBase<Derivatives>& derivatives, const PlaneGradient<T>& gradient) {
  if (!images.weighted()) {
    if (gradient) gradient.add(derivatives / static_cast<T>(values.size()));
    return plane_mean(values);
  }
  const auto& weights = images.weights;
  const T largest = weights.maxCoeff();
  if (largest == T(0)) return 0;
  const auto counts = weights > T(0);
  const auto shares = weights / largest;
  const T mean_share = plane_mean(shares);
  if (gradient) {
    gradient.add(counts.select(shares / mean_share * derivatives / static_cast<T>(values.size()), T(0)));
  }
  return plane_mean(counts.select(shares / mean_share * values, T(0)));
}

namespace detail {

struct LossTag {};

template <typename T>
struct LossBase : LossTag {
  static_assert(std::is_same_v<T, float> || std::is_same_v<T, double>, "crisp: a loss is on float or double");
  using Scalar = T;
  static constexpr const char* name = "loss";
  static constexpr bool takes_weights = false;
};

}  // namespace detail

/// The base of every loss that is a mean over planes. It has no virtual functions and no data.
template <typename T>
struct PlaneLoss : detail::LossBase<T> {
  struct Workspace {};
  void check(Index /*height*/, Index /*width*/) const {}
  template <typename AnyWorkspace>
  void prepare(AnyWorkspace& /*workspace*/, Index /*height*/, Index /*width*/) const {}
  RowWindows row_windows(Index /*height*/, Index /*width*/) const { return {}; }
};

namespace detail {

template <typename Loss>
inline constexpr bool is_loss = std::is_base_of_v<LossTag, Loss>;

template <typename Loss>
inline constexpr bool is_plane_loss = std::is_base_of_v<PlaneLoss<typename Loss::Scalar>, Loss>;

/// Whether the kernel takes no workspace.
template <typename Loss, typename T, typename = void>
struct HasPlainKernel : std::false_type {};
template <typename Loss, typename T>
struct HasPlainKernel<Loss, T,
                      std::void_t<decltype(std::declval<const Loss&>().plane(
                          std::declval<const PlanePair<T>&>(), std::declval<PlaneGradient<T>>()))>>
    : std::true_type {};

/// Calls the kernel, with the workspace if it takes one.
template <typename Loss, typename T>
T call_plane(const Loss& loss, const PlanePair<T>& images, const PlaneGradient<T>& gradient,
             typename Loss::Workspace& workspace) {
  if constexpr (HasPlainKernel<Loss, T>::value) {
    return loss.plane(images, gradient);
  } else {
    return loss.plane(images, gradient, workspace);
  }
}

}  // namespace detail
}  // namespace crisp
