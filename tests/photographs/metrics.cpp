#include "crisp/metrics/high_frequency_ratio.hpp"
#include "crisp/metrics/ms_ssim.hpp"
#include "crisp/metrics/psnr.hpp"
#include "crisp/metrics/ssim.hpp"
#include "photographs/compared_loss.hpp"

namespace photographs {
namespace {

/// A metric that starts anew for each pair.
template <typename T, typename Metric>
Evaluation<T> evaluation_of(const Metric& metric) {
  return [metric](const crisp::Images<T>& prediction, const crisp::WeightedTarget<T>& target,
                  crisp::Images<T>& /*gradient*/) {
    Metric of_this_pair = metric;
    const crisp::Shape& shape = target.images.shape;
    of_this_pair.add(prediction,
                     crisp::view(target.images.data, shape.batch, shape.channels, shape.height, shape.width));
    return of_this_pair.value();
  };
}

template <template <typename> class Metric, typename Options>
ComparedLoss compared_metric(const char* family, const char* name, const Options& options) {
  return {family, name, evaluation_of<float>(Metric<float>(options)),
          evaluation_of<double>(Metric<double>(options))};
}

}  // namespace

std::vector<ComparedLoss> metrics(double data_range) {
  crisp::MsSsimOptions similarity;
  similarity.data_range = data_range;
  return {
      compared_metric<crisp::metrics::Psnr>("PSNR", "metric PSNR", crisp::metrics::PsnrOptions{data_range}),
      compared_metric<crisp::metrics::Ssim>("metric", "metric SSIM", crisp::SsimOptions(similarity)),
      compared_metric<crisp::metrics::MsSsim>("metric", "metric MS-SSIM", similarity),
      compared_metric<crisp::metrics::HighFrequencyRatio>("metric", "metric high frequency ratio",
                                                          crisp::metrics::HighFrequencyOptions())};
}

}  // namespace photographs
