// What a network is compared by.
#pragma once

#include <array>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "crisp/core/executor.hpp"
#include "crisp/core/images.hpp"
#include "network/vae.hpp"

namespace vae_mnist {

/// Of reconstructions from the mean of the posterior, as they come out of the decoder, not clipped; means over images
/// but for high_frequency, the ratio of sums.
struct Measures {
  double psnr = 0;  ///< decibels
  double ssim = 0;
  double ms_ssim = 0;  ///< of two levels, as many as fit into 28 x 28 pixels with SSIM's window
  double kl = 0;
  double high_frequency =
      0;                 ///< crisp::metrics::HighFrequencyRatio: 1 is as much fine detail as the data have
  double coherence = 0;  ///< LocalPhaseCoherence, divided by that of the data: 1 is as sharp as they are
};

/// A column of the tables: a field, what it is called, and how many decimals it is worth.
struct MeasureColumn {
  double Measures::*field;
  const char* key;
  const char* title;
  int decimals;
};
const std::array<MeasureColumn, 6>& measure_columns();

/// Measures networks on the same images.
class Measurer {
 public:
  /// Both must outlive it.
  Measurer(const crisp::Images<float>& images, const crisp::Threads& threads)
      : images_(images), threads_(threads) {}

  /// Throws crisp::ShapeError without images.
  Measures operator()(Vae<float>& vae);

 private:
  double coherence_of_data();

  const crisp::Images<float>& images_;
  const crisp::Threads& threads_;
  std::optional<double> coherence_of_data_;  // which takes as long as all the rest
};

/// A run that is done: what it was, and what came of it.
struct RunRecord {
  std::string description;
  Measures measures;
};
void save_record(const std::filesystem::path& path, const RunRecord& record);  ///< as JSON, atomically
RunRecord load_record(const std::filesystem::path& path);                      ///< throws FileError

/// Mean and standard deviation over runs, the latter with n - 1, and 0 of one run.
struct Spread {
  double mean = 0;
  double deviation = 0;
};
Spread spread_of(const std::vector<Measures>& runs, double Measures::*field);

}  // namespace vae_mnist
