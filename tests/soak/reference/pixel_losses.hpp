// References of the losses that are means over pixels, and of total variation.
#pragma once

#include <crisp/crisp.hpp>

#include "soak/estimate.hpp"

namespace soak {

Estimate l1(const Pair& pair, const Precision& precision);
Estimate mse(const Pair& pair, const Precision& precision);
Estimate huber(const Pair& pair, Real delta);
Estimate charbonnier(const Pair& pair, Real epsilon);
/// `swapped`: the prediction is the probability, and the target the logit.
Estimate bce_with_logits(const Pair& pair, const Precision& precision, bool swapped);
Estimate total_variation(const Pair& pair, const Precision& precision, crisp::VariationNorm norm);

}  // namespace soak
