#include "measures.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "bands.hpp"
#include "crisp/core/evaluate.hpp"
#include "crisp/losses/dft.hpp"
#include "crisp/losses/ms_ssim.hpp"
#include "crisp/losses/stft.hpp"
#include "crisp/metrics/high_frequency_ratio.hpp"
#include "crisp/metrics/local_phase_coherence.hpp"
#include "crisp/metrics/ms_ssim.hpp"
#include "crisp/metrics/psnr.hpp"
#include "crisp/metrics/ssim.hpp"
#include "crisp/spectral/stft.hpp"

namespace phase_and_blur {
namespace {

template <typename Options>
Options mean_over_bins(double amplitude_weight, double phase_weight) {
  Options options;
  options.amplitude_weight = amplitude_weight;
  options.phase_weight = phase_weight;
  options.frequency_weight = crisp::FrequencyWeight::uniform;
  options.normalization = crisp::Normalization::ortho;
  options.bin_reduction = crisp::Reduction::mean;
  return options;
}

crisp::StftLoss<double> local(double amplitude_weight, double phase_weight, double phase_gate = 0) {
  auto options = mean_over_bins<crisp::StftOptions>(amplitude_weight, phase_weight);
  options.window = smallest_side;
  options.phase_gate = phase_gate;
  options.padding = crisp::Padding::reflect;
  return crisp::StftLoss<double>(options);
}

crisp::DftLoss<double> global(double amplitude_weight, double phase_weight) {
  return crisp::DftLoss<double>(mean_over_bins<crisp::DftOptions>(amplitude_weight, phase_weight));
}

/// The mean distance of phases, weighted by the original's amplitudes; 0 for a black original.
std::vector<double> weighted_phases(const Images<double>& pictures, const Images<double>& original,
                                    const crisp::Threads& threads) {
  const crisp::StftOptions options = local(0, 1).options();
  const crisp::Stft<double> stft(options.window, options.stride, options.window_shape, options.normalization,
                                 options.padding);
  const auto targets = stft.forward(original, threads);
  std::vector<double> result;
  for (Index i = 0; i < pictures.dimension(0); ++i) {
    const Images<double> picture = pictures.slice(Eigen::array<Index, 4>{i, 0, 0, 0}, original.dimensions());
    const auto spectra = stft.forward(picture, threads);
    double sum = 0, weights = 0;
    for (Index bin = 0; bin < spectra.size(); ++bin) {
      const std::complex<double> target = targets.data()[bin];
      const double weight = std::abs(target);
      sum += weight * std::abs(std::arg(spectra.data()[bin] * std::conj(target)));
      weights += weight;
    }
    result.push_back(weights > 0 ? sum / weights : 0);
  }
  return result;
}

std::vector<double> coherences(const Images<double>& pictures, const crisp::Threads& threads,
                               Index most_pixels) {
  if (pictures.dimension(2) * pictures.dimension(3) > most_pixels) {
    return std::vector<double>(static_cast<std::size_t>(pictures.dimension(0)),
                               std::numeric_limits<double>::quiet_NaN());
  }
  return crisp::metrics::LocalPhaseCoherence<double>().add(pictures, threads);
}

/// As many levels as fit images whose shorter side is this.
crisp::MsSsimOptions levels_that_fit(Index side) {
  crisp::MsSsimOptions options;
  std::size_t levels = 0;
  for (; levels < options.weights.size() && side >= options.window; side = (side + 1) / 2) ++levels;
  options.weights.resize(std::max<std::size_t>(levels, 1));  // of none, the loss says what is wrong
  const double sum = std::accumulate(options.weights.begin(), options.weights.end(), 0.0);
  for (double& weight : options.weights) weight /= sum;
  return options;
}

/// The original, as often as there are pictures to compare with it.
Images<double> repeated(const Images<double>& original, Index times) {
  return original.broadcast(Eigen::array<Index, 4>{times, 1, 1, 1});
}

}  // namespace

void check_size(const Images<double>& images) {
  if (std::min(images.dimension(2), images.dimension(3)) < smallest_side) {
    crisp::detail::fail<crisp::ShapeError>("pictures must be at least ", smallest_side, "x", smallest_side,
                                           " pixels, got ", images.dimension(2), "x", images.dimension(3));
  }
}

std::vector<Measure> measures(const Images<double>& pictures, const Images<double>& original,
                              const crisp::Threads& threads, Index most_coherent) {
  check_size(original);
  const Images<double> targets = repeated(original, pictures.dimension(0));
  const auto distances = [&](const auto& loss, const Images<double>& of, const Images<double>& from) {
    const auto values = crisp::values(loss, of, from, threads);
    return std::vector<double>(values.data(), values.data() + values.size());
  };
  const Images<double> mirrored_pictures = mirrored(pictures);
  const Images<double> mirrored_targets = mirrored(targets);
  const auto ms_ssim = levels_that_fit(std::min(original.dimension(2), original.dimension(3)));
  const std::string levels = std::to_string(ms_ssim.weights.size());
  return {
      {"STFT amplitude", "stft_amplitude", distances(local(1, 0), pictures, targets)},
      {"STFT phase", "stft_phase", distances(local(0, 1), pictures, targets)},
      {"STFT phase, gated", "stft_phase_gated", distances(local(0, 1, 0.01), pictures, targets)},
      {"STFT phase, weighted", "stft_phase_weighted", weighted_phases(pictures, original, threads)},
      {"DFT amplitude", "dft_amplitude", distances(global(1, 0), mirrored_pictures, mirrored_targets)},
      {"DFT phase", "dft_phase", distances(global(0, 1), mirrored_pictures, mirrored_targets)},
      {"SSIM", "ssim", crisp::metrics::Ssim<double>().add(pictures, targets, threads)},
      {"MS-SSIM, " + levels + (levels == "1" ? " level" : " levels"), "ms_ssim",
       crisp::metrics::MsSsim<double>(ms_ssim).add(pictures, targets, threads)},
      {"PSNR, dB", "psnr", crisp::metrics::Psnr<double>().add(pictures, targets, threads)},
      {"HighFrequencyRatio", "high_frequency_ratio",
       crisp::metrics::HighFrequencyRatio<double>().add(pictures, targets, threads)},
      {"LocalPhaseCoherence", "local_phase_coherence", coherences(pictures, threads, most_coherent)},
  };
}

}  // namespace phase_and_blur
