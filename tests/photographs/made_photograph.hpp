// Images that have what matters of photographs, for where there are none.
#pragma once

#include <crisp/core/images.hpp>
#include <cstdint>

namespace photographs {

/// One plane [1, 1, height, width] of dead leaves (Lee, Mumford and Huang 2001), with pixels in [0, 1] and a mean near 1/2.
///
/// Opaque discs of all sizes hide one another, as things do. Their number falls with the cube of the radius, so that the
/// image looks alike at every scale: amplitudes of its spectrum fall as 1/f, its edges are sharp, and wide areas have next to
/// no detail. Every leaf is shaded a little, and the camera adds a little noise.
crisp::Images<double> made_photograph(crisp::Index height, crisp::Index width, std::uint64_t seed);

}  // namespace photographs
