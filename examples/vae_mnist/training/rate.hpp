// The learning rate of every step: one of two schedules.
//
// cyclical, "triangular2" (Smith, 2017): from the minimum up to a maximum and back in 2 * step_size steps, again and
// again, the rise being halved after every cycle.
//
//     cycle = floor(1 + step / (2 step_size)),    x = |step / step_size - 2 cycle + 1|
//     rate  = minimum + (maximum - minimum) max(0, 1 - x) / 2^(cycle - 1)
//
// as in tensorflow_addons' Triangular2CyclicalLearningRate.
//
// cosine (Loshchilov and Hutter, 2017): up to the maximum in warm_up steps, along a straight line that would start from 0
// before the first step, then down to the minimum, which it reaches at the last step.
//
//     rate = maximum (step + 1) / (warm_up + 1)                                    step < warm_up
//     rate = minimum + (maximum - minimum) (1 + cos(π (step - warm_up) / (steps - 1 - warm_up))) / 2
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>

#include "crisp/core/errors.hpp"

namespace vae_mnist {

enum class RateSchedule { cyclical, cosine };

struct RateOptions {
  RateSchedule schedule = RateSchedule::cyclical;
  double minimum = 1e-4;
  double maximum = 1e-3;
  std::int64_t step_size = 2000;  ///< cyclical: steps from the minimum to the maximum
  std::int64_t warm_up = 500;     ///< cosine: steps to the maximum
};

class Rate {
 public:
  /// For a training of `steps` steps. Throws crisp::OptionError unless 0 < minimum <= maximum, both finite, step_size >=
  /// 1 and warm_up >= 0.
  explicit Rate(const RateOptions& options, std::int64_t steps = 0) : options_(options), steps_(steps) {
    using crisp::OptionError;
    if (!(options.minimum > 0) || !(options.maximum >= options.minimum) || !std::isfinite(options.maximum)) {
      crisp::detail::fail<OptionError>("a learning rate needs 0 < minimum <= maximum, got minimum ",
                                       options.minimum, " and maximum ", options.maximum);
    }
    if (options.step_size < 1) {
      crisp::detail::fail<OptionError>("a cyclical learning rate needs a step size of at least 1, got ",
                                       options.step_size);
    }
    if (options.warm_up < 0) {
      crisp::detail::fail<OptionError>("a learning rate's warm-up must be at least 0 steps, got ",
                                       options.warm_up);
    }
  }

  /// The rate of a step, counted from 0.
  double operator()(std::int64_t step) const {
    return options_.schedule == RateSchedule::cyclical ? cyclical(step) : cosine(step);
  }

 private:
  double cyclical(std::int64_t step) const {
    const double position = static_cast<double>(step) / static_cast<double>(options_.step_size);
    const double cycle = std::floor(1 + position / 2);
    const double x = std::abs(position - 2 * cycle + 1);
    return options_.minimum +
           (options_.maximum - options_.minimum) * std::max(0.0, 1 - x) * std::exp2(1 - cycle);
  }

  double cosine(std::int64_t step) const {
    constexpr double pi = 3.141592653589793;
    if (step < options_.warm_up) {
      return options_.maximum * static_cast<double>(step + 1) / static_cast<double>(options_.warm_up + 1);
    }
    const auto falling = static_cast<double>(std::max<std::int64_t>(steps_ - 1 - options_.warm_up, 1));
    const double x = std::min(static_cast<double>(step - options_.warm_up) / falling, 1.0);
    return options_.minimum + (options_.maximum - options_.minimum) * (1 + std::cos(pi * x)) / 2;
  }

  RateOptions options_;
  std::int64_t steps_;
};

}  // namespace vae_mnist
