#include "compare/rows.hpp"

#include <crisp/losses/presets.hpp>

namespace vae_mnist {

TrainOptions published_training(const std::string& loss) {
  TrainOptions options;
  options.loss.name = loss;
  options.loss.stft = crisp::presets::dalal_2024_code();
  options.initial_log_variance = 0;
  return options;
}

TrainOptions our_training(const std::string& loss, double beta) {
  TrainOptions options;
  options.loss.name = loss;
  options.beta = beta;
  options.initial_log_variance = -4;
  options.optimizer.method = OptimizerMethod::muon;
  options.rate.schedule = RateSchedule::cosine;
  options.rate.minimum = 1e-5;
  options.rate.maximum = 4e-3;
  options.rate.warm_up = 300;
  options.starts = 8;
  return options;
}

namespace {

/// The paper's text rather than its code: a Hann window, weights that grow linearly with frequency, phases twice.
TrainOptions printed_settings() {
  TrainOptions options = published_training("stft+ssim");
  options.loss.stft = crisp::presets::dalal_2024_paper();
  return options;
}

/// Jiang et al. weigh the focal frequency loss and the squared error alike.
TrainOptions focal_training() {
  TrainOptions options = our_training("focal+l2", 0.3);
  options.loss.frequency_weight = options.loss.weight;
  return options;
}

}  // namespace

const std::vector<Row>& comparison_rows() {
  static const std::vector<Row> rows = {
      {"l2", "L2", "10.20 / 0.41", "l2", published_training("l2")},
      {"l1", "L1", "10.13 / 0.32", "l1", published_training("l1")},
      {"ssim", "SSIM", "11.38 / 0.495", "ssim", published_training("ssim")},
      {"dft_ssim", "DFT + SSIM", "11.51 / 0.486", "dft_ssim", published_training("dft+ssim")},
      {"stft_ssim", "STFT + SSIM, as its code has it", "11.93 / 0.492", "stft_ssim",
       published_training("stft+ssim")},
      {"stft_ssim_printed", "STFT + SSIM, as it is printed", "11.93 / 0.492", "", printed_settings()},
      {"our_bce", "BCE, trained as ours", "", "", our_training("bce", 0.7)},
      {"our_focal_l2", "focal frequency + L2, trained as ours", "", "", focal_training()},
      {"our_ms_ssim_l1", "MS-SSIM + L1, trained as ours", "", "", our_training("ms_ssim_l1", 0.5)},
      {"our_l2", "L2, trained as ours", "", "", our_training("l2", 0.15)},
      {"our_ssim", "SSIM, trained as ours", "", "", our_training("ssim", 2)},
      {"our_stft_ssim", "STFT + SSIM, ours", "", "", our_training("crisp", 2)},
  };
  return rows;
}

}  // namespace vae_mnist
