// The four pictures of the figure, and what there is to say of them.
#pragma once

#include <array>
#include <filesystem>
#include <string>
#include <vector>

#include "bands.hpp"
#include "crisp/core/executor.hpp"
#include "measures.hpp"

namespace phase_and_blur {

struct ExperimentOptions {
  double sigma = 2;  ///< of the blur, in pixels; > 0
  BandOptions bands;
};

/// The pictures, in this order: the original; blurred; the original with its high bands attenuated to the energies of the
/// blurred one; the blurred with its high bands raised to the energies of the original.
inline constexpr std::array<const char*, 4> picture_names = {"original", "blurred", "attenuated", "raised"};

/// One ring, and how strong it is: √E_j, the root mean square of what it adds to a pixel, over all channels.
struct BandStrength {
  double lower, upper;
  double original, blurred;
};

struct Experiment {
  Images<double> pictures;  ///< [picture, channel, height, width], unrounded, and not clamped to [0, 1]
  std::vector<BandStrength> bands;
  std::vector<Measure> measures;
};

/// Makes and measures the pictures of one original, [1, channel, height, width] in [0, 1].
/// Throws crisp::OptionError and crisp::ShapeError, the latter for images under 16 x 16 pixels.
Experiment run_experiment(const Images<double>& original, const ExperimentOptions& options,
                          const crisp::Threads& threads);

/// A PNG file, gray or color, as an image in [0, 1]. Throws vae_mnist::FileError for what is none, and for one of
/// under 16 x 16 pixels.
Images<double> load_original(const std::filesystem::path& path);

/// The pictures side by side, enlarged while they are under 256 pixels a side. Throws vae_mnist::FileError.
void write_panel(const std::filesystem::path& path, const Images<double>& pictures);

}  // namespace phase_and_blur
