// error: crisp: HighFrequencyRatio takes no weights
#include <crisp/metrics/high_frequency_ratio.hpp>

void measure(const crisp::Images<float>& prediction, const crisp::Images<float>& target,
             const crisp::Images<float>& weights) {
  crisp::metrics::HighFrequencyRatio<float> ratio;
#ifdef MISTAKE
  ratio.add(prediction, crisp::weighted(target, weights));
#else
  static_cast<void>(weights);
  ratio.add(prediction, target);
#endif
}
