// The gradient check over everything that a loss promises: prediction and target, with weights and without.
#pragma once

#include "crisp/core/weighted.hpp"
#include "crisp/testing/gradient_check.hpp"
#include "support/catch.hpp"
#include "support/random_images.hpp"

/// Weights between 0 and 2, a third of them 0, of one plane an image or of every channel.
template <typename T>
crisp::Images<T> random_weights(const crisp::Shape& images, unsigned seed, bool every_channel) {
  const crisp::Shape shape{images.batch, every_channel ? images.channels : 1, images.height, images.width};
  auto weights = random_images<T>(shape, seed, -1, 2);
  for (crisp::Index i = 0; i < weights.size(); ++i) weights.data()[i] = std::max(weights.data()[i], T(0));
  return weights;
}

/// Compares the gradients with differences at every pixel of given images.
template <typename Loss>
void check_derivatives(const Loss& loss, const crisp::Images<double>& prediction,
                       const crisp::Images<double>& target, const crisp::Images<double>& weights) {
  const auto weighted_target = crisp::weighted(target, weights);
  for (const auto& report : {crisp::check_gradient(loss, prediction, target),
                             crisp::check_target_gradient(loss, prediction, target),
                             crisp::check_gradient(loss, prediction, weighted_target),
                             crisp::check_target_gradient(loss, prediction, weighted_target)}) {
    INFO(report);
    CHECK(report.passed());
  }
}

/// The same of random images: every other seed has weights of every channel.
template <typename Loss>
void check_derivatives(const Loss& loss, const crisp::Shape& shape, unsigned seed) {
  check_derivatives(loss, random_images<double>(shape, seed, -0.3, 1),
                    random_images<double>(shape, seed + 1000, 0, 1.2),
                    random_weights<double>(shape, seed + 2000, seed % 2 == 0));
}
