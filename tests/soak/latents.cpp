#include "soak/latents.hpp"

#include <crisp/crisp.hpp>
#include <sstream>

#include "soak/comparison.hpp"

namespace soak {
namespace {

/// e^x - 1 - x without cancellation: its series near 0.
Real exponential_beyond_its_tangent(Real x) {
  if (std::abs(x) > Real(0.5)) return std::expm1(x) - x;
  Real term = x;
  Real sum = 0;
  for (int k = 2; k < 30; ++k) {
    term *= x / static_cast<Real>(k);
    sum += term;
  }
  return sum;
}

template <typename T>
using Latents = Eigen::Tensor<T, 2, Eigen::RowMajor>;

}  // namespace

// mean over the batch of ½ Σ (μ² + e^lv - 1 - lv), with the accuracy of a pixel loss.
template <typename T>
Report try_latents(Random& random, bool verbose, const Precision& precision) {
  Report report;
  Comparator comparator(report, verbose, precision);
  const crisp::Index batch = random.integer(1, 5);
  const crisp::Index size = random.integer(1, 9);
  const double of_means = std::pow(10, -static_cast<double>(random.integer(0, 8)));
  const double of_variances =
      std::pow(10, -static_cast<double>(random.integer(0, 8))) * random.one_of({1.0, 8.0});
  Latents<T> mean(batch, size);
  Latents<T> log_variance(batch, size);
  Latents<T> mean_gradient;
  Latents<T> log_variance_gradient;
  for (crisp::Index i = 0; i < mean.size(); ++i) {
    mean.data()[i] = random.chance(0.1) ? T(0) : static_cast<T>(of_means * random.uniform(-1, 1));
    log_variance.data()[i] = random.chance(0.1) ? T(0) : static_cast<T>(of_variances * random.uniform(-1, 1));
  }
  std::ostringstream stream;
  stream << "gaussian_kl<" << (precision.is_float ? "float" : "double") << "> of [" << batch << ", " << size
         << "], means up to " << of_means << ", log-variances up to " << of_variances;
  report.description = stream.str();

  const T value = crisp::gaussian_kl(mean, log_variance, mean_gradient, log_variance_gradient);
  report.evaluations = 1;
  Real expected = 0;
  const Real images = static_cast<Real>(batch);
  const Real stated = precision.is_float ? 1e-6L : 1e-12L;
  for (crisp::Index i = 0; i < mean.size(); ++i) {
    const Real mu = static_cast<Real>(mean.data()[i]);
    const Real lv = static_cast<Real>(log_variance.data()[i]);
    expected += (mu * mu + exponential_beyond_its_tangent(lv)) / 2 / images;
    comparator.compare("a mean's gradient", mean_gradient.data()[i], mu / images, stated * std::abs(mu), 0);
    const Real by_variance = std::expm1(lv) / 2 / images;
    comparator.compare("a log-variance's gradient", log_variance_gradient.data()[i], by_variance,
                       stated * std::abs(by_variance), 0);
  }
  comparator.compare("the value", value, expected, stated * expected, 0);
  return report;
}

template Report try_latents<float>(Random&, bool, const Precision&);
template Report try_latents<double>(Random&, bool, const Precision&);

}  // namespace soak
