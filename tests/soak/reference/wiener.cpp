#include "soak/reference/filtered_spectra.hpp"
#include "soak/reference/fourier.hpp"
#include "soak/reference/spectra.hpp"

namespace soak {

Estimate wiener(const Pair& pair, const Precision& precision, const Eigen::ArrayXXd& kernel,
                Real regularization) {
  const Size height = pair.prediction.height;
  const Size width = pair.prediction.width;
  Estimate result(height, width);
  if (share_of_weight(pair, 0, 0, height, width) == 0) return result;
  const Real pixels = static_cast<Real>(height * width);
  const Real norm = 1 / std::sqrt(pixels);

  Bins blur(static_cast<std::size_t>(height * width));
  Real blur_squares = 0;
  for (Size y = 0; y < kernel.rows(); ++y) {
    for (Size x = 0; x < kernel.cols(); ++x) {
      blur[static_cast<std::size_t>(y * width + x)].re = static_cast<Real>(kernel(y, x));
      blur_squares += square(static_cast<Real>(kernel(y, x)));
    }
  }
  blur = fourier(std::move(blur), height, width);

  Bins residual;
  Real squares = 0;
  for (Size i = 0; i < height * width; ++i) {
    residual.push_back({norm * (pair.prediction[i] - pair.target[i]), 0});
    squares += square(residual.back().re);
  }
  residual = fourier(std::move(residual), height, width);

  const Precision in_double{0x1p-52L, 0x1p-1022L, false};
  // The kernel's spectrum is computed in double at least.
  const Real of_blur = transform_rounding(in_double, height * width) * std::sqrt(blur_squares);
  const Real transform = transform_rounding(precision, height * width);
  Bins derivatives;
  Real value_squares = 0;
  Real derivative_squares = 0;
  for (std::size_t i = 0; i < residual.size(); ++i) {
    const auto power = [&](Real k) { return square(k / (k * k + regularization)); };  // |H|²
    const Real k = size_of(blur[i]);
    const Real filter = power(k);
    const Real filter_slack = std::max(std::abs(power(k + of_blur) - filter),
                                       std::abs(power(std::max(Real(0), k - of_blur)) - filter)) +
                              2 * precision.epsilon * filter;
    const Real amplitude = size_of(residual[i]);
    const Real rounding = transform * std::sqrt(squares) + precision.epsilon * amplitude;
    result.value += filter * square(amplitude) / pixels;
    value_squares += square(
        ((filter + filter_slack) * (2 * amplitude + rounding) * rounding + filter_slack * square(amplitude)) /
        pixels);
    const Bin derivative = 2 * filter / pixels * residual[i];
    derivative_squares +=
        square(2 * ((filter + filter_slack) * rounding + filter_slack * amplitude) / pixels) +
        square(transform * size_of(derivative));
    derivatives.push_back(conjugate(derivative));
  }
  result.value_slack = deviations * std::sqrt(value_squares);
  derivatives = fourier(std::move(derivatives), height, width);
  for (Size i = 0; i < height * width; ++i) {
    result.gradient[i] = norm * derivatives[static_cast<std::size_t>(i)].re;
    result.gradient_slack[i] = norm * deviations * std::sqrt(derivative_squares);
  }
  return result;
}

}  // namespace soak
