#include "compare/measures.hpp"

#include <algorithm>
#include <cmath>
#include <crisp/metrics/high_frequency_ratio.hpp>
#include <crisp/metrics/local_phase_coherence.hpp>
#include <crisp/metrics/ms_ssim.hpp>
#include <nlohmann/json.hpp>

#include "app/evaluation.hpp"
#include "data/dataset.hpp"
#include "files/atomic_file.hpp"
#include "files/file_error.hpp"
#include "files/read_file.hpp"

namespace vae_mnist {
namespace {

/// The first two weights of MS-SSIM, so scaled that they sum to 1 as all five do.
crisp::MsSsimOptions two_levels() {
  crisp::MsSsimOptions options;
  options.weights.resize(2);
  const double sum = options.weights[0] + options.weights[1];
  for (double& weight : options.weights) weight /= sum;
  return options;
}

template <typename Body>
void for_each_batch(const crisp::Images<float>& images, const Body& body) {
  constexpr Index batch = 500;
  for (Index first = 0; first < images.dimension(0); first += batch) {
    body(slice(images, first, std::min(batch, images.dimension(0) - first)));
  }
}

}  // namespace

const std::array<MeasureColumn, 6>& measure_columns() {
  static const std::array<MeasureColumn, 6> columns = {
      {{&Measures::psnr, "psnr", "PSNR, dB", 2},
       {&Measures::ssim, "ssim", "SSIM", 4},
       {&Measures::ms_ssim, "ms_ssim", "MS-SSIM", 4},
       {&Measures::kl, "kl", "KL", 2},
       {&Measures::high_frequency, "high_frequency", "fine detail", 3},
       {&Measures::coherence, "coherence", "phase coherence", 3}}};
  return columns;
}

Measures Measurer::operator()(Vae<float>& vae) {
  const Evaluation basic = evaluate(vae, images_, threads_);
  crisp::metrics::MsSsim<float> ms_ssim(two_levels());
  crisp::metrics::HighFrequencyRatio<float> high_frequency;
  crisp::metrics::LocalPhaseCoherence<float> coherence;
  for_each_batch(images_, [&](const crisp::Images<float>& originals) {
    const crisp::Images<float> reconstructions = reconstruct(vae, originals, threads_);
    ms_ssim.add(reconstructions, originals, threads_);
    high_frequency.add(reconstructions, originals, threads_);
    coherence.add(reconstructions, threads_);
  });
  return {basic.psnr,
          basic.ssim,
          ms_ssim.value(),
          basic.kl,
          high_frequency.value(),
          coherence.value() / coherence_of_data()};
}

double Measurer::coherence_of_data() {
  if (!coherence_of_data_) {
    crisp::metrics::LocalPhaseCoherence<float> coherence;
    for_each_batch(images_,
                   [&](const crisp::Images<float>& originals) { coherence.add(originals, threads_); });
    coherence_of_data_ = coherence.value();
  }
  return *coherence_of_data_;
}

void save_record(const std::filesystem::path& path, const RunRecord& record) {
  nlohmann::ordered_json object = {{"description", record.description}};
  for (const MeasureColumn& column : measure_columns()) object[column.key] = record.measures.*column.field;
  write_atomically(path, object.dump(2) + "\n");
}

RunRecord load_record(const std::filesystem::path& path) {
  try {
    const nlohmann::json object = nlohmann::json::parse(read_file(path));
    RunRecord record;
    record.description = object.at("description").get<std::string>();
    for (const MeasureColumn& column : measure_columns()) {
      record.measures.*column.field = object.at(column.key).get<double>();
    }
    return record;
  } catch (const nlohmann::json::exception& error) {
    fail_at(path, "is not the record of a run: ", error.what());
  }
}

Spread spread_of(const std::vector<Measures>& runs, double Measures::*field) {
  Spread spread;
  const auto count = static_cast<double>(runs.size());
  for (const Measures& run : runs) spread.mean += run.*field / count;
  if (runs.size() < 2) return spread;
  for (const Measures& run : runs) {
    spread.deviation += (run.*field - spread.mean) * (run.*field - spread.mean) / (count - 1);
  }
  spread.deviation = std::sqrt(spread.deviation);
  return spread;
}

}  // namespace vae_mnist
