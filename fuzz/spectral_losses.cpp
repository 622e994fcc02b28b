// The losses on spectra, on any images and under any options: fuzz/support/promises.hpp.
#include <crisp/crisp.hpp>

#include "support/promises.hpp"

namespace {

using crisp::Index;
using crisp_fuzz::Draw;
using crisp_fuzz::expect_promises_with;
using crisp_fuzz::Traits;

template <typename Options>
void draw_spectral_options(Draw& draw, Options& options) {
  options.window_shape = draw.choice(crisp::WindowShape::rectangular);
  options.frequency_weight = draw.choice(crisp::FrequencyWeight::quadrant_product);
  options.distance = draw.choice(crisp::SpectralDistance::squared_amplitude);
  options.amplitude_weight = draw.option(0, 10);
  options.phase_weight = draw.option(0, 10);
  options.phase_distance = draw.choice(crisp::PhaseDistance::cosine);
  if (draw.flag()) options.phase_gate = draw.option(0, 10);
  if (draw.flag()) options.phase_bias = draw.option(-1, 1);
  options.normalization = draw.choice(crisp::Normalization::ortho);
  options.bin_reduction = draw.choice(crisp::Reduction::mean);
}

crisp::StftOptions draw_stft_options(Draw& draw) {
  crisp::StftOptions options;
  draw_spectral_options(draw, options);
  options.window = {draw.size_option(1, 26), draw.size_option(1, 26)};
  options.stride = {draw.size_option(0, 30), draw.size_option(0, 30)};
  options.padding = draw.choice(crisp::Padding::zero);
  return options;
}

crisp::FocalFrequencyOptions draw_focal_options(Draw& draw) {
  crisp::FocalFrequencyOptions options;
  options.alpha = draw.flag() ? draw.option(0, 3) : static_cast<double>(draw.integer(0, 1));
  options.patch_factor = draw.flag() ? draw.size_option(0, 5) : 1;
  options.average_spectrum = draw.flag();
  options.log_matrix = draw.flag();
  options.batch_matrix = draw.flag();
  return options;
}

crisp::WienerOptions draw_wiener_options(Draw& draw) {
  crisp::WienerOptions options;
  options.kernel_size = draw.size_option(0, 9);
  options.sigma = draw.option(0.1, 5);
  options.regularization = draw.option(1e-4, 10);
  if (draw.flag()) {
    options.kernel.resize(draw.integer(0, 4), draw.integer(0, 4));
    for (Index i = 0; i < options.kernel.size(); ++i) options.kernel.data()[i] = draw.option(-1, 1);
  }
  return options;
}

template <typename T>
void run(Draw& draw) {
  switch (draw.integer(0, 4)) {
    case 0:
      return expect_promises_with<crisp::StftLoss<T>>(draw_stft_options(draw), draw);
    case 1: {
      crisp::DftOptions options;
      draw_spectral_options(draw, options);
      return expect_promises_with<crisp::DftLoss<T>>(options, draw);
    }
    case 2: {
      crisp::MultiResolutionStftOptions options;
      options.resolutions.clear();
      for (Index count = draw.integer(0, 3); count > 0; --count) {
        options.resolutions.push_back(draw_stft_options(draw));
      }
      return expect_promises_with<crisp::MultiResolutionStftLoss<T>>(options, draw);
    }
    case 3: {
      const crisp::FocalFrequencyOptions options = draw_focal_options(draw);
      return expect_promises_with<crisp::FocalFrequencyLoss<T>>(options, draw,
                                                                Traits{true, options.alpha == 0});
    }
    default:
      return expect_promises_with<crisp::WienerLoss<T>>(draw_wiener_options(draw), draw);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Draw draw(data, size);
  draw.flag() ? run<float>(draw) : run<double>(draw);
  return 0;
}
