// The cyclical learning rate "triangular2" (Smith, 2017): from the minimum up to a maximum and back in
// 2 * step_size steps, again and again, the rise being halved after every cycle.
//
//     cycle = floor(1 + step / (2 step_size)),    x = |step / step_size - 2 cycle + 1|
//     rate  = minimum + (maximum - minimum) max(0, 1 - x) / 2^(cycle - 1)
//
// as in tensorflow_addons' Triangular2CyclicalLearningRate.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <sstream>
#include <stdexcept>

namespace vae_mnist {

struct CyclicalRateOptions {
  double minimum = 1e-4;
  double maximum = 1e-3;
  std::int64_t step_size = 2000;  ///< steps from the minimum to the maximum
};

class CyclicalRate {
 public:
  /// Throws std::invalid_argument unless 0 < minimum <= maximum, both finite, and step_size >= 1.
  explicit CyclicalRate(const CyclicalRateOptions& options = {}) : options_(options) {
    std::ostringstream message;
    if (!(options.minimum > 0) || !(options.maximum >= options.minimum) || !std::isfinite(options.maximum)) {
      message << "a cyclical learning rate needs 0 < minimum <= maximum, got minimum " << options.minimum
              << " and maximum " << options.maximum;
      throw std::invalid_argument(message.str());
    }
    if (options.step_size < 1) {
      message << "a cyclical learning rate needs a step_size of at least 1, got " << options.step_size;
      throw std::invalid_argument(message.str());
    }
  }

  /// The rate of a step, counted from 0.
  double operator()(std::int64_t step) const {
    const double position = static_cast<double>(step) / static_cast<double>(options_.step_size);
    const double cycle = std::floor(1 + position / 2);
    const double x = std::abs(position - 2 * cycle + 1);
    return options_.minimum +
           (options_.maximum - options_.minimum) * std::max(0.0, 1 - x) * std::exp2(1 - cycle);
  }

 private:
  CyclicalRateOptions options_;
};

}  // namespace vae_mnist
