// What a loss promises of repetition and of weights, checked on given images; see also derivatives.hpp.
#pragma once

#include <crisp/core/evaluate.hpp>
#include <crisp/core/executor.hpp>
#include <crisp/core/weighted.hpp>

#include "support/catch.hpp"
#include "support/golden.hpp"
#include "support/random_images.hpp"

/// A workspace that has served others, and any number of threads, change no bit; with weights and without.
template <typename Loss, typename T>
void check_repeatable(const Loss& loss, const crisp::Images<T>& prediction, const crisp::Images<T>& target,
                      const crisp::Images<T>& weights, crisp::Workspace<Loss>& workspace) {
  const auto weighted_target = crisp::weighted(target, weights);
  crisp::Images<T> gradient, fresh_gradient;
  const T weighted = crisp::value_and_gradient(loss, prediction, weighted_target, gradient, workspace);
  CHECK(weighted == crisp::value(loss, prediction, weighted_target, workspace));
  CHECK(weighted ==
        crisp::value_and_gradient(loss, prediction, weighted_target, fresh_gradient, crisp::Threads(3)));
  CHECK(largest_difference(gradient, fresh_gradient) == 0);
  CHECK(crisp::value_and_gradient(loss, prediction, target, gradient, workspace) ==
        crisp::value_and_gradient(loss, prediction, target, fresh_gradient, crisp::Threads(2)));
  CHECK(largest_difference(gradient, fresh_gradient) == 0);
}

/// Weights of 1 change no bit, and one of them moved by 1e-9 next to nothing. The images are wider and higher than 8.
template <typename Loss>
void check_continuous_weights(const Loss& loss, const crisp::Images<double>& prediction,
                              const crisp::Images<double>& target, double accuracy) {
  auto weights =
      constant_images<double>({target.dimension(0), 1, target.dimension(2), target.dimension(3)}, 1);
  crisp::Images<double> gradient, weighted_gradient;
  const double value = crisp::value_and_gradient(loss, prediction, target, gradient);
  CHECK(crisp::value_and_gradient(loss, prediction, crisp::weighted(target, weights), weighted_gradient) ==
        value);
  CHECK(largest_difference(gradient, weighted_gradient) == 0);
  weights(0, 0, 7, 8) = 1 - 1e-9;
  CHECK(crisp::value_and_gradient(loss, prediction, crisp::weighted(target, weights), weighted_gradient) ==
        Catch::Approx(value).epsilon(accuracy));
  CHECK(crisp_test::gradient_error(weighted_gradient, gradient) < 1e-8);
}
