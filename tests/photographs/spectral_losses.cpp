#include <array>

#include "crisp/losses/dft.hpp"
#include "crisp/losses/multi_resolution_stft.hpp"
#include "crisp/losses/presets.hpp"
#include "crisp/losses/stft.hpp"
#include "photographs/compared_loss.hpp"

namespace photographs {

using namespace crisp;

namespace {

/// A distance of bins, and what to call it.
struct Distance {
  const char* name;
  SpectralDistance distance;
  double amplitude_weight;
  double phase_weight;
  PhaseDistance phase;
  double gate;
};

constexpr std::array<Distance, 12> distances = {{
    {"polar", SpectralDistance::polar, 1, 2, PhaseDistance::wrapped, 0},
    {"polar, gate", SpectralDistance::polar, 1, 2, PhaseDistance::wrapped, 0.1},
    {"amplitudes", SpectralDistance::polar, 1, 0, PhaseDistance::wrapped, 0},
    {"wrapped", SpectralDistance::polar, 0, 1, PhaseDistance::wrapped, 0},
    {"wrapped, gate", SpectralDistance::polar, 0, 1, PhaseDistance::wrapped, 0.1},
    {"raw", SpectralDistance::polar, 0, 1, PhaseDistance::raw, 0},
    {"raw, gate", SpectralDistance::polar, 0, 1, PhaseDistance::raw, 0.1},
    {"cosine", SpectralDistance::polar, 0, 1, PhaseDistance::cosine, 0},
    {"cosine, gate", SpectralDistance::polar, 0, 1, PhaseDistance::cosine, 0.1},
    {"rectangular", SpectralDistance::rectangular, 1, 2, PhaseDistance::wrapped, 0},
    {"modulus", SpectralDistance::complex_modulus, 1, 2, PhaseDistance::wrapped, 0},
    {"squared amplitudes", SpectralDistance::squared_amplitude, 1, 2, PhaseDistance::wrapped, 0},
}};

template <typename Options>
Options with_distance(Options options, const Distance& distance) {
  options.distance = distance.distance;
  options.amplitude_weight = distance.amplitude_weight;
  options.phase_weight = distance.phase_weight;
  options.phase_distance = distance.phase;
  options.phase_gate = distance.gate;
  return options;
}

StftOptions frames(Index window) {
  StftOptions options;
  options.window = window;
  options.stride = window / 4;
  return options;
}

ComparedLoss stft(const std::string& name, const StftOptions& options) {
  return compared<StftLoss>("STFT", "STFT " + name, options);
}

/// Every distance at several windows, with its name for the family.
void append_distances(std::vector<ComparedLoss>& losses) {
  for (const Distance& distance : distances) {
    const std::string name = distance.name;
    for (const Index window : {8, 16, 64, 256}) {
      losses.push_back(compared<StftLoss>("STFT " + name, "STFT " + std::to_string(window) + " " + name,
                                          with_distance(frames(window), distance)));
    }
    for (const WindowShape shape : {WindowShape::rectangular, WindowShape::hann}) {
      DftOptions options = with_distance(DftOptions(), distance);
      options.window_shape = shape;
      losses.push_back(compared<DftLoss>(
          "DFT " + name, "DFT " + name + (shape == WindowShape::hann ? ", hann" : ""), options));
    }
  }
}

void append_stft_options(std::vector<ComparedLoss>& losses) {
  for (const Index window : {16, 64}) {
    const std::string size = std::to_string(window) + " ";
    const auto append = [&](const char* name, auto change) {
      StftOptions options = frames(window);
      options.phase_gate = 0.1;
      change(options);
      losses.push_back(compared<StftLoss>("STFT polar, gate", "STFT " + size + "gate, " + name, options));
    };
    append("rectangular window", [](StftOptions& o) { o.window_shape = WindowShape::rectangular; });
    append("hamming", [](StftOptions& o) { o.window_shape = WindowShape::hamming; });
    append("symmetric hann", [](StftOptions& o) { o.window_shape = WindowShape::hann_symmetric; });
    append("padding reflect", [](StftOptions& o) { o.padding = Padding::reflect; });
    append("padding zero", [](StftOptions& o) { o.padding = Padding::zero; });
    append("ortho, mean", [](StftOptions& o) {
      o.normalization = Normalization::ortho;
      o.bin_reduction = Reduction::mean;
    });
    append("uniform", [](StftOptions& o) { o.frequency_weight = FrequencyWeight::uniform; });
    append("quadrant", [](StftOptions& o) { o.frequency_weight = FrequencyWeight::quadrant_product; });
    append("window 16x24 odd stride", [&](StftOptions& o) {
      o.window = Size2(window, window * 3 / 2);
      o.stride = Size2(3, 7);
    });
    losses.push_back(with(Weighting::mask, stft(size + "mask", frames(window))));
    losses.back().family = "STFT polar";
  }
}

void append_presets(std::vector<ComparedLoss>& losses) {
  losses.push_back(compared<StftLoss>("STFT raw", "dalal_2024_paper", presets::dalal_2024_paper()));
  losses.push_back(compared<StftLoss>("STFT raw", "dalal_2024_code", presets::dalal_2024_code()));
  losses.push_back(compared<DftLoss>("DFT polar", "fuoli_2021", presets::fuoli_2021()));
  losses.push_back(compared<DftLoss>("DFT squared amplitudes", "wronski_2021", presets::wronski_2021()));
  losses.push_back(compared<DftLoss>("DFT amplitudes", "bjork_2022", presets::bjork_2022()));
  losses.push_back(compared<DftLoss>("DFT rectangular", "fft_l1", presets::fft_l1()));
  losses.push_back(compared<MultiResolutionStftLoss>("STFT polar, small windows", "multi-resolution",
                                                     MultiResolutionStftOptions()));
  losses.push_back(
      with(Weighting::smooth, compared<DftLoss>("DFT rectangular", "fft_l1", presets::fft_l1())));
}

}  // namespace

std::vector<ComparedLoss> block_losses(const Size2& block) {
  std::vector<ComparedLoss> losses;
  for (const Distance& distance : distances) {
    StftOptions options = with_distance(StftOptions(), distance);
    options.window = block;
    options.stride = block;
    options.window_shape = WindowShape::rectangular;
    options.frequency_weight = FrequencyWeight::uniform;
    losses.push_back(compared<StftLoss>(distance.name, distance.name, options));
  }
  return losses;
}

std::vector<ComparedLoss> spectral_losses() {
  std::vector<ComparedLoss> losses;
  append_distances(losses);
  append_stft_options(losses);
  append_presets(losses);
  return losses;
}

}  // namespace photographs
