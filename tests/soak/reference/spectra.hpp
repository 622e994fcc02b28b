// References of the losses on spectra of frames.
#pragma once

#include <crisp/crisp.hpp>

#include "soak/estimate.hpp"

namespace soak {

Estimate stft(const Pair& pair, const Precision& precision, const crisp::StftOptions& options);
Estimate dft(const Pair& pair, const Precision& precision, const crisp::DftOptions& options);
Estimate multi_resolution_stft(const Pair& pair, const Precision& precision,
                               const crisp::MultiResolutionStftOptions& options);

/// The mean weight of a rectangle of pixels beside that of the plane: how much a frame counts. 0 where there is no pixel.
Real share_of_weight(const Pair& pair, Size top, Size left, Size height, Size width);

}  // namespace soak
