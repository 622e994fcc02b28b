// What is timed of a loss.
#pragma once

#include <memory>
#include <utility>

#include "losses/loss_call.hpp"
#include "support/images.hpp"
#include "support/timing.hpp"

namespace crisp_benchmarks {

/// Value and gradient of a loss on a pair of images, both of which it keeps.
inline Call timed_call(std::shared_ptr<LossCall<float>> loss, std::shared_ptr<ImagePair<float>> pair) {
  return [loss = std::move(loss), pair = std::move(pair)] {
    loss->value_and_gradient(pair->prediction.data(), pair->target.data(), pair->gradient.data());
  };
}

}  // namespace crisp_benchmarks
