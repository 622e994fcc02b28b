// Blur, and the exchange of energies band by band: both are real gains of frequencies.
//
// A plane f of H x W pixels and its mirror images meet without a jump, so their spectrum F(u, v), 2H x 2W bins divided by
// √(4 H W), has the detail of the picture alone and none of its borders. With r the frequency of a bin, in cycles per pixel,
//
//   blur:      F_b = F e^{-2 π² σ² r²}, a convolution with a Gaussian of standard deviation σ
//   bands:     B_j = {(u, v): b_{j+1} < r <= b_j},  b_j = ½ 2^{-j/m},  j = 0 … n m - 1: n octaves of high frequencies,
//              in m rings each; b_0 is √½ instead, so that the first ring has the corners too
//   energy:    E_j(f) = Σ_{B_j} |F|² / (4 H W)
//   exchange:  F_x = √(E_j(donor) / E_j(f)) F in B_j, and F elsewhere: f's phases, the donor's amplitudes
//
// Every gain is positive, so none of them turns a phase of F: the phases of the whole picture are the original's, blurred
// or not. (To rounding: bins that a blur leaves with less than that have its phases, and are raised with the others.)
// Within a band the blurred spectrum falls off and the attenuated one does not: that is all that tells one from the
// other. Thinner rings leave less of it, until the exchange is the blur itself, and undoes it.
#pragma once

#include <vector>

#include "crisp/core/images.hpp"

namespace phase_and_blur {

using crisp::Images;
using crisp::Index;

struct BandOptions {
  Index octaves = 3;           ///< n, 1 … 16: from ½ cycle per pixel down
  Index rings_per_octave = 1;  ///< m, 1 … 64
};

/// The rings, from the highest frequencies down.
class Bands {
 public:
  static constexpr Index none = -1;

  /// Throws crisp::OptionError for options out of range.
  explicit Bands(const BandOptions& options = {});

  Index count() const { return octaves_ * rings_per_octave_; }

  /// The band of a frequency, or none.
  Index band_of(double frequency) const;

  /// Between which frequencies a band lies.
  double lower(Index band) const { return upper(band + 1); }
  double upper(Index band) const;

 private:
  Index octaves_;
  Index rings_per_octave_;
};

/// Every plane with its mirror image below, and both with theirs to the right.
Images<double> mirrored(const Images<double>& images);

/// Every plane blurred. Throws crisp::OptionError unless sigma is positive and finite.
Images<double> gaussian_blur(const Images<double>& images, double sigma);

/// E_j of every plane: [plane][band].
std::vector<std::vector<double>> band_energies(const Images<double>& images, const Bands& bands);

/// The exchange, plane by plane. A band in which the plane has nothing but rounding, E_j <= (16 ε)² Σ_j E_j with all
/// frequencies in the sum, stays as it is: there is nothing to raise. Throws crisp::ShapeError for images of two shapes.
Images<double> with_band_energies(const Images<double>& images, const Images<double>& donor,
                                  const Bands& bands);

}  // namespace phase_and_blur
