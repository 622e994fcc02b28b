// Cases of the KL divergence, which is about latents instead of images.
#pragma once

#include "soak/plane.hpp"
#include "soak/random.hpp"
#include "soak/trial.hpp"

namespace soak {

template <typename T>
Report try_latents(Random& random, bool verbose, const Precision& precision);

}  // namespace soak
