// Weights for pixels: masks, and how much each pixel is to be trusted.
#pragma once

#include <array>
#include <cmath>
#include <memory>
#include <type_traits>

#include "crisp/core/errors.hpp"
#include "crisp/core/images.hpp"
#include "crisp/core/layouts.hpp"

namespace crisp {

/// A target and how much each of its pixels counts. Made by weighted().
template <typename T>
struct WeightedTarget {
  detail::ImagesPointer<const T> images;
  detail::ImagesPointer<const T> weights;
  std::array<detail::Extent<T>, 2> memory{};                         ///< that a gradient must not share
  std::shared_ptr<const std::array<Images<T>, 2>> copies = nullptr;  ///< of what lies otherwise in memory
};

/// A target whose pixels count as much as `weights` say, wherever a function of crisp takes a target:
///
///   crisp::value_and_gradient(loss, prediction, crisp::weighted(target, mask), gradient);
///
/// Weights are images [batch, 1 or channel, height, width] of the target's scalar, finite and at least 0; a mask is
/// weights of 0 and 1. They are relative within a plane: weights that are the same all over one
/// change no bit of it. What they mean depends on the loss:
///   a mean over pixels    is the weighted mean, Σ w f / Σ w, plane by plane;
///   SSIM, MS-SSIM         take their local means by normalised convolution, and leave out windows without weight;
///   losses on spectra     weigh every frame by the mean weight of its pixels over that of the plane: multiplying the images
///                         by a mask would put the mask's edges into the spectra.
/// Planes whose weights are all 0 have value 0, and count in the mean over planes. Weights are numbers like pixels: where what
/// is made of them overflows, results are not finite. Memory is borrowed; what lies otherwise
/// than in rows (layouts.hpp) is copied here.
///
/// Errors: ShapeError here for weights of another shape; OptionError, when a loss is evaluated, for a weight that is
/// negative or not finite, naming it. A loss that heeds no weights does not compile with them.
template <typename Target, typename Weights>
auto weighted(const Target& target, const Weights& weights) {
  using T = std::remove_const_t<typename Target::Scalar>;
  WeightedTarget<T> result;
  result.memory = {detail::extent_of_any<T>(target), detail::extent_of_any<T>(weights)};
  if constexpr (detail::is_foreign<T, Target> || detail::is_foreign<T, Weights>) {
    const auto copies = std::make_shared<std::array<Images<T>, 2>>();
    result.images = detail::to_read<T>(detail::in_rows<T>(target, (*copies)[0]));
    result.weights = detail::to_read<T>(detail::in_rows<T>(weights, (*copies)[1]));
    result.copies = copies;
  } else {
    result.images = detail::to_read<T>(target);
    result.weights = detail::to_read<T>(weights);
  }
  const Shape& shape = result.images.shape;
  const Shape of_one_channel{shape.batch, 1, shape.height, shape.width};
  if (result.weights.shape != shape && result.weights.shape != of_one_channel) {
    detail::fail<ShapeError>("weights for images of shape ", shape, " must have that shape or ",
                             of_one_channel, ", got ", result.weights.shape);
  }
  return result;
}

namespace detail {

template <typename Target>
inline constexpr bool is_weighted = false;
template <typename T>
inline constexpr bool is_weighted<WeightedTarget<T>> = true;

/// A target, with weights or without.
template <typename T, typename Target>
WeightedTarget<T> to_read_target(const Target& target) {
  if constexpr (is_weighted<Target>) {
    static_assert(std::is_same_v<Target, WeightedTarget<T>>,
                  "crisp: the target and its weights must have the scalar of the loss");
    return target;
  } else {
    return {to_read<T>(target), {nullptr, {}}};
  }
}

/// The weights of a target that may have none.
template <typename T, typename Target>
ImagesPointer<const T> weights_of(const Target& target) {
  if constexpr (is_weighted<Target>) {
    return target.weights;
  } else {
    return {nullptr, {}};
  }
}

/// Checks that every weight is one, if there are any.
template <typename T>
void check_weights(const ImagesPointer<const T>& weights) {
  if (weights.data == nullptr) return;
  const Shape& shape = weights.shape;
  for (Index i = 0; i < shape.size(); ++i) {
    const T weight = weights.data[i];
    if (weight >= T(0) && std::isfinite(weight)) continue;
    const Index plane = i / shape.plane_size();
    fail<OptionError>("weights must be finite and at least 0, got ", weight, " at [", plane / shape.channels,
                      ", ", plane % shape.channels, ", ", i / shape.width % shape.height, ", ",
                      i % shape.width, "]");
  }
}

}  // namespace detail
}  // namespace crisp
