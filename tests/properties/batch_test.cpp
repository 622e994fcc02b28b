// What every loss makes of equal images, of exchanged ones, and of batches.
#include <algorithm>
#include <numeric>
#include <random>
#include <type_traits>
#include <vector>

#include "properties/properties.hpp"
#include "support/every_loss.hpp"

using crisp::Images;
using crisp::Index;
using properties::agree;
using properties::any_pair;
using properties::check_property;

namespace {

/// Losses whose images do not influence one another: all but the focal frequency loss's batch options.
template <typename Loss>
bool takes_images_apart([[maybe_unused]] const Loss& loss) {
  if constexpr (std::is_same_v<Loss, crisp::FocalFrequencyLoss<typename Loss::Scalar>>) {
    return !loss.options().average_spectrum && !loss.options().batch_matrix;
  } else {
    return true;
  }
}

/// Losses that measure a difference, which equal images have none of: cross entropy has the entropy of its target, and
/// total variation looks at one image.
template <typename Loss>
constexpr bool measures_difference = !std::is_same_v<Loss, crisp::BceWithLogitsLoss<typename Loss::Scalar>> &&
                                     !std::is_same_v<Loss, crisp::TotalVariationLoss<typename Loss::Scalar>>;

template <typename T>
Images<T> images_in_order(const Images<T>& images, const std::vector<Index>& order) {
  Images<T> result(static_cast<Index>(order.size()), images.dimension(1), images.dimension(2),
                   images.dimension(3));
  const Index size = images.size() / images.dimension(0);
  for (std::size_t i = 0; i < order.size(); ++i) {
    std::copy_n(images.data() + order[i] * size, size, result.data() + static_cast<Index>(i) * size);
  }
  return result;
}

}  // namespace

TEST_CASE("Of equal images, losses and gradients are 0", "[properties]") {
  check_property([] {
    const auto images = any_pair<double>().prediction;
    for_every_loss<double>([&](const auto& loss) {
      if constexpr (measures_difference<std::decay_t<decltype(loss)>>) {
        using Loss = std::decay_t<decltype(loss)>;
        constexpr bool has_floor =
            std::is_same_v<Loss, crisp::CharbonnierLoss<double>>;  // its root is ε at least
        Images<double> gradient;
        const double value = crisp::value_and_gradient(loss, images, images, gradient);
        RC_ASSERT(std::abs(value) <= (has_floor ? 1.0001e-3 : 1e-12));
        RC_ASSERT(largest_entry(gradient) <= 1e-13);
      }
    });
  });
}

TEST_CASE("A loss is its exchange of exchanged images: symmetric, if that is itself", "[properties]") {
  check_property([] {
    const auto pair = any_pair<double>();
    for_every_loss<double>([&](const auto& loss) {
      RC_ASSERT(agree(crisp::value(loss.swapped(), pair.prediction, pair.target),
                      crisp::value(loss, pair.target, pair.prediction), 1e-12));
    });
  });
}

TEST_CASE("The order of images is that of their gradients, and no more", "[properties]") {
  check_property([] {
    const auto pair = any_pair<double>();
    std::vector<Index> order(static_cast<std::size_t>(pair.prediction.dimension(0)));
    std::iota(order.begin(), order.end(), 0);
    std::shuffle(order.begin(), order.end(), std::mt19937(*rc::gen::arbitrary<unsigned>()));
    for_every_loss<double>([&](const auto& loss) {
      Images<double> gradient, shuffled_gradient;
      const double value = crisp::value_and_gradient(loss, pair.prediction, pair.target, gradient);
      const double shuffled =
          crisp::value_and_gradient(loss, images_in_order(pair.prediction, order),
                                    images_in_order(pair.target, order), shuffled_gradient);
      RC_ASSERT(agree(value, shuffled, 1e-13));
      RC_ASSERT(largest_difference(shuffled_gradient, images_in_order(gradient, order)) <=
                1e-12 * largest_entry(gradient));
    });
  });
}

TEST_CASE("A batch's loss is the mean of its images'", "[properties]") {
  check_property([] {
    const auto pair = any_pair<double>();
    const Index count = pair.prediction.dimension(0);
    for_every_loss<double>([&](const auto& loss) {
      if (!takes_images_apart(loss)) return;
      double sum = 0;
      for (Index image = 0; image < count; ++image) {
        sum += crisp::value(loss, images_in_order(pair.prediction, {image}),
                            images_in_order(pair.target, {image}));
      }
      RC_ASSERT(
          agree(sum / static_cast<double>(count), crisp::value(loss, pair.prediction, pair.target), 1e-13));
    });
  });
}
