#include <algorithm>

#include "soak/losses/draw.hpp"
#include "soak/losses/text.hpp"
#include "soak/reference/spectra.hpp"
#include "soak/subject_of.hpp"

namespace soak {
namespace {

constexpr Stated in_double{1e-12, 1e-10};
constexpr Stated in_float{2e-5, 1e-3};

template <typename Options>
void draw_spectral_options(Random& random, bool may_be_quadrant, Options& options) {
  using crisp::FrequencyWeight;
  using crisp::PhaseDistance;
  using crisp::SpectralDistance;
  using crisp::WindowShape;
  if (random.chance(0.6)) {
    options.window_shape = random.one_of(
        {WindowShape::hann, WindowShape::hann_symmetric, WindowShape::hamming, WindowShape::rectangular});
  }
  options.frequency_weight = may_be_quadrant && random.chance(0.2)
                                 ? FrequencyWeight::quadrant_product
                                 : random.one_of({FrequencyWeight::linear, FrequencyWeight::uniform});
  options.distance = random.one_of({SpectralDistance::polar, SpectralDistance::polar, SpectralDistance::polar,
                                    SpectralDistance::rectangular, SpectralDistance::complex_modulus,
                                    SpectralDistance::squared_amplitude});
  options.amplitude_weight = random.one_of({1.0, 0.5, 0.0, 3.0});
  options.phase_weight = random.one_of({2.0, 1.0, 0.0, 0.9});
  options.phase_distance = random.one_of(
      {PhaseDistance::wrapped, PhaseDistance::wrapped, PhaseDistance::raw, PhaseDistance::cosine});
  options.phase_gate = random.one_of({0.0, 0.0, 0.1, 1.0, 1e-3});
  if (options.phase_distance == PhaseDistance::raw)
    options.phase_bias = random.one_of({0.0, 1e-6, 0.1, -0.2});
  options.normalization = random.one_of({crisp::Normalization::none, crisp::Normalization::ortho});
  options.bin_reduction = random.one_of({crisp::Reduction::sum, crisp::Reduction::mean});
}

template <typename Options>
Text& describe(Text& text, const Options& o) {
  text.with("window_shape", o.window_shape)
      .with("frequency_weight", o.frequency_weight)
      .with("distance", o.distance);
  if (o.distance == crisp::SpectralDistance::polar) {
    text.with("amplitude_weight", o.amplitude_weight)
        .with("phase_weight", o.phase_weight)
        .with("phase_distance", o.phase_distance)
        .with("phase_gate", o.phase_gate)
        .with("phase_bias", o.phase_bias);
  }
  return text.with("normalization", o.normalization).with("bin_reduction", o.bin_reduction);
}

template <typename T>
std::string text_of(const char* name, const crisp::StftOptions& o) {
  Text text = Text::of(name, T());
  text.with("window", o.window).with("stride", o.stride).with("padding", o.padding);
  return describe(text, o).str();
}

crisp::DftOptions any_dft_options(Random& random, const crisp::Shape& shape) {
  if (random.chance(0.15)) return crisp::presets::fuoli_2021();
  if (random.chance(0.1)) return crisp::presets::wronski_2021();
  if (random.chance(0.1)) return crisp::presets::bjork_2022();
  if (random.chance(0.1)) return crisp::presets::fft_l1();
  crisp::DftOptions options;
  draw_spectral_options(random, std::min(shape.height, shape.width) >= 4, options);
  return options;
}

}  // namespace

crisp::StftOptions any_stft_options(Random& random, const crisp::Shape& shape) {
  using crisp::Padding;
  if (std::min(shape.height, shape.width) >= 16 && random.chance(0.15))
    return random.chance(0.5) ? crisp::presets::dalal_2024_code() : crisp::presets::dalal_2024_paper();
  crisp::StftOptions options;
  options.window = {random.integer(2, std::min<crisp::Index>(shape.height, 16)),
                    random.integer(2, std::min<crisp::Index>(shape.width, 16))};
  if (random.chance(0.5)) options.padding = random.one_of({Padding::reflect, Padding::zero});
  // Few frames, so that the reference is not slow: strides of a quarter of the window and more.
  const auto stride = [&](crisp::Index window) {
    return random.integer(std::max<crisp::Index>(1, window / 3), std::max<crisp::Index>(1, window + 1));
  };
  options.stride = {stride(options.window.height), stride(options.window.width)};
  draw_spectral_options(random, std::min(options.window.height, options.window.width) >= 4, options);
  return options;
}

template <typename T>
Drawn<crisp::StftLoss<T>> drawn_stft(const crisp::StftOptions& options) {
  return symmetric(crisp::StftLoss<T>(options), text_of<T>("StftLoss", options),
                   over_planes([=](const Pair& pair,
                                   const Precision& precision) { return stft(pair, precision, options); },
                               in_double, in_float));
}

template <typename T>
std::unique_ptr<Subject<T>> draw_spectral_loss(Random& random, const crisp::Shape& shape) {
  const double which = random.uniform();
  if (which < 0.55) return subject_of(drawn_stft<T>(any_stft_options(random, shape)));
  if (which < 0.85) {
    const auto options = any_dft_options(random, shape);
    Text text = Text::of("DftLoss", T());
    return subject_of(symmetric(
        crisp::DftLoss<T>(options), describe(text, options).str(),
        over_planes(
            [=](const Pair& pair, const Precision& precision) { return dft(pair, precision, options); },
            in_double, in_float)));
  }
  crisp::MultiResolutionStftOptions options;
  options.resolutions.clear();
  std::string text = "MultiResolutionStftLoss of";
  for (std::int64_t i = random.integer(1, 3); i > 0; --i) {
    options.resolutions.push_back(any_stft_options(random, shape));
    text += " " + text_of<T>("StftLoss", options.resolutions.back());
  }
  return subject_of(symmetric(
      crisp::MultiResolutionStftLoss<T>(options), text,
      over_planes([=](const Pair& pair,
                      const Precision& precision) { return multi_resolution_stft(pair, precision, options); },
                  in_double, in_float)));
}

template Drawn<crisp::StftLoss<float>> drawn_stft(const crisp::StftOptions&);
template Drawn<crisp::StftLoss<double>> drawn_stft(const crisp::StftOptions&);
template std::unique_ptr<Subject<float>> draw_spectral_loss(Random&, const crisp::Shape&);
template std::unique_ptr<Subject<double>> draw_spectral_loss(Random&, const crisp::Shape&);

}  // namespace soak
