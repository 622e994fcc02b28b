#include <algorithm>

#include "soak/losses/draw.hpp"
#include "soak/losses/text.hpp"
#include "soak/reference/filtered_spectra.hpp"
#include "soak/subject_of.hpp"

namespace soak {
namespace {

constexpr Stated in_double{1e-12, 1e-10};
constexpr Stated in_float{1e-5, 1e-5};

crisp::WienerOptions any_wiener_options(Random& random, const crisp::Shape& shape) {
  crisp::WienerOptions options;
  const crisp::Index side = std::min({shape.height, shape.width, crisp::Index(7)});
  options.kernel_size = random.integer(1, side);
  options.sigma = random.one_of({0.6, 1.0, 2.0, 0.3});
  options.regularization = random.one_of({0.025, 0.025, 1e-3, 1.0, 1e-6});
  if (random.chance(0.4)) {
    const double scale = random.one_of({1.0, 1.0, 100.0, 0.01});
    options.kernel.resize(random.integer(1, std::min<crisp::Index>(5, shape.height)),
                          random.integer(1, std::min<crisp::Index>(5, shape.width)));
    for (Eigen::Index i = 0; i < options.kernel.size(); ++i)
      options.kernel(i % options.kernel.rows(), i / options.kernel.rows()) = scale * random.uniform(0.01, 1);
    if (scale == 1 && random.chance(0.5)) options.kernel /= options.kernel.sum();
  }
  return options;
}

/// A Gaussian of `size` pixels along each side, Σ = 1.
Eigen::ArrayXXd gaussian(crisp::Index size, double sigma) {
  Eigen::ArrayXXd kernel(size, size);
  const double centre = static_cast<double>(size - 1) / 2;
  for (Eigen::Index y = 0; y < size; ++y) {
    for (Eigen::Index x = 0; x < size; ++x) {
      const double dy = static_cast<double>(y) - centre;
      const double dx = static_cast<double>(x) - centre;
      kernel(y, x) = std::exp(-(dy * dy + dx * dx) / (2 * sigma * sigma));
    }
  }
  return kernel / kernel.sum();
}

}  // namespace

crisp::FocalFrequencyOptions any_focal_options(Random& random, const crisp::Shape& shape) {
  crisp::FocalFrequencyOptions options;
  options.alpha = random.one_of({1.0, 1.0, 0.0, 0.5, 2.0, 3.7, 20.0});
  const crisp::Index factor = random.integer(1, 4);
  if (shape.height % factor == 0 && shape.width % factor == 0) options.patch_factor = factor;
  options.average_spectrum = random.chance(0.3);
  options.log_matrix = random.chance(0.3);
  options.batch_matrix = random.chance(0.3);
  return options;
}

template <typename T>
Drawn<crisp::FocalFrequencyLoss<T>> drawn_focal_frequency(const crisp::FocalFrequencyOptions& options) {
  return symmetric(crisp::FocalFrequencyLoss<T>(options),
                   Text::of("FocalFrequencyLoss", T())
                       .with("alpha", options.alpha)
                       .with("patch_factor", options.patch_factor)
                       .with("average_spectrum", options.average_spectrum)
                       .with("log_matrix", options.log_matrix)
                       .with("batch_matrix", options.batch_matrix)
                       .str(),
                   [=](const Batch& batch, const Precision& precision) {
                     return with_stated(focal_frequency(batch, precision, options),
                                        precision.is_float ? in_float : in_double);
                   });
}

template <typename T>
std::unique_ptr<Subject<T>> draw_filtered_spectral_loss(Random& random, const crisp::Shape& shape) {
  if (random.chance(0.6)) return subject_of(drawn_focal_frequency<T>(any_focal_options(random, shape)));
  const auto options = any_wiener_options(random, shape);
  const Eigen::ArrayXXd kernel =
      options.kernel.size() > 0 ? options.kernel : gaussian(options.kernel_size, options.sigma);
  return subject_of(symmetric(crisp::WienerLoss<T>(options),
                              Text::of("WienerLoss", T())
                                  .with("kernel_size", options.kernel_size)
                                  .with("sigma", options.sigma)
                                  .with("regularization", options.regularization)
                                  .with("kernel", options.kernel)
                                  .str(),
                              over_planes(
                                  [=](const Pair& pair, const Precision& precision) {
                                    return wiener(pair, precision, kernel,
                                                  static_cast<Real>(options.regularization));
                                  },
                                  in_double, in_float)));
}

template Drawn<crisp::FocalFrequencyLoss<float>> drawn_focal_frequency(const crisp::FocalFrequencyOptions&);
template Drawn<crisp::FocalFrequencyLoss<double>> drawn_focal_frequency(const crisp::FocalFrequencyOptions&);
template std::unique_ptr<Subject<float>> draw_filtered_spectral_loss(Random&, const crisp::Shape&);
template std::unique_ptr<Subject<double>> draw_filtered_spectral_loss(Random&, const crisp::Shape&);

}  // namespace soak
