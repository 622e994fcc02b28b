#include <zlib.h>

#include <sstream>
#include <string>

#include "app/choices.hpp"
#include "app/train.hpp"

namespace vae_mnist {
namespace {

std::string describe(const TrainOptions& options) {
  std::ostringstream text;
  text.precision(17);
  const auto line = [&](const char* name, const auto& value) { text << name << ' ' << value << '\n'; };
  const ReconstructionLossOptions& loss = options.loss;
  line("loss", loss.name);
  line("weight", loss.weight);
  if (loss.name.find('+') != std::string::npos) line("frequency-weight", loss.frequency_weight);
  line("frequency-warm-up", options.frequency_warm_up);
  line("beta", options.beta);
  if (loss.name == "stft+ssim" || loss.name == "dft+ssim") {
    const crisp::StftOptions& stft = loss.stft;
    if (loss.name == "stft+ssim") {
      if (loss.windows.empty()) {
        line("window", stft.window);
        line("stride", stft.stride);
      } else {
        text << "windows";
        for (const crisp::Index window : loss.windows) text << ' ' << window;
        text << '\n';
      }
      line("padding", name_of(stft.padding));
    }
    line("window-shape", name_of(stft.window_shape));
    line("frequency-weighting", name_of(stft.frequency_weight));
    line("distance", name_of(stft.distance));
    line("amplitude-weight", stft.amplitude_weight);
    line("phase-weight", stft.phase_weight);
    line("phase-distance", name_of(stft.phase_distance));
    line("phase-gate", stft.phase_gate);
    line("phase-bias", stft.phase_bias);
    line("normalization", name_of(stft.normalization));
    line("bin-reduction", name_of(stft.bin_reduction));
  }
  line("latent", options.latent);
  line("initial-log-variance", options.initial_log_variance);
  line("output", name_of(shown_output(options)));
  line("epochs", options.epochs);
  line("batch", options.batch);
  line("rate-schedule", name_of(options.rate.schedule));
  line("rate-minimum", options.rate.minimum);
  line("rate-maximum", options.rate.maximum);
  if (options.rate.schedule == RateSchedule::cyclical) {
    line("rate-step", options.rate.step_size);
  } else {
    line("rate-warm-up", options.rate.warm_up);
  }
  line("optimizer", name_of(options.optimizer.method));
  line("adam-beta1", options.optimizer.adam.beta1);
  line("adam-beta2", options.optimizer.adam.beta2);
  line("adam-epsilon", options.optimizer.adam.epsilon);
  if (options.optimizer.method == OptimizerMethod::muon) line("momentum", options.optimizer.momentum);
  line("seed", options.seed);
  if (options.starts > 1) {
    line("starts", options.starts);
    line("start-epochs", options.start_epochs);
  }
  return text.str();
}

}  // namespace

std::string describe(const TrainOptions& options, const DataSplit& split) {
  std::ostringstream text;
  text << describe(options);
  for (const Dataset* data : {&split.train, &split.test}) {
    const auto* bytes = reinterpret_cast<const Bytef*>(data->images.data());
    const auto count = static_cast<z_size_t>(data->images.size()) * sizeof(float);
    text << data->images.dimension(0) << " images, " << data->name << ", checksum "
         << crc32_z(crc32_z(0, nullptr, 0), bytes, count) << '\n';
  }
  return text.str();
}

}  // namespace vae_mnist
