// The losses on spectra in libtorch.
#pragma once

#include <cmath>
#include <cstdint>

#include "versus/torch_losses.hpp"

namespace crisp_benchmarks::torch_spectral {

using Value = decltype(TorchLoss::value);

/// Outer product of two periodic Hann windows.
inline at::Tensor hann_window(std::int64_t size) {
  const at::Tensor h = torch::hann_window(size);
  return torch::outer(h, h).contiguous();
}

/// How often a column of the half spectrum stands for the whole: once for the first and, if even, the middle one.
inline at::Tensor bin_counts(std::int64_t width) {
  at::Tensor counts = torch::full({width / 2 + 1}, 2.0F);
  counts[0] = 1;
  if (width % 2 == 0) counts[width / 2] = 1;
  return counts;
}

/// √(f_u² + f_v²)/√½ on the half spectrum, bins that stand for two counted twice.
inline at::Tensor linear_weights(std::int64_t height, std::int64_t width) {
  const at::Tensor rows = torch::fft::fftfreq(height).view({-1, 1});
  const at::Tensor columns = torch::fft::rfftfreq(width, 1.0, torch::TensorOptions());
  return (torch::hypot(rows, columns) / std::sqrt(0.5) * bin_counts(width)).contiguous();
}

inline at::Tensor half_spectrum(const at::Tensor& images, const char* normalization = "backward") {
  return torch::fft::rfft2(images, {}, {-2, -1}, normalization);
}

/// Σ weights (||X| - |Y|| + phase_weight |arg(X conj Y)|), in complex numbers.
inline at::Tensor polar_complex(const at::Tensor& x, const at::Tensor& y, const at::Tensor& weights,
                                double phase_weight) {
  const at::Tensor amplitude = (x.abs() - y.abs()).abs();
  const at::Tensor phase = torch::angle(x * y.conj()).abs();
  return (weights * torch::add(amplitude, phase, phase_weight)).sum();
}

/// The same in real and imaginary parts.
inline at::Tensor polar_real(const at::Tensor& x, const at::Tensor& y, const at::Tensor& weights,
                             double phase_weight) {
  const at::Tensor x_re = torch::real(x);
  const at::Tensor x_im = torch::imag(x);
  const at::Tensor y_re = torch::real(y);
  const at::Tensor y_im = torch::imag(y);
  const at::Tensor phase = torch::atan2(x_im * y_re - x_re * y_im, x_re * y_re + x_im * y_im).abs();
  const at::Tensor amplitude = (x.abs() - y.abs()).abs();
  return (weights * torch::add(amplitude, phase, phase_weight)).sum();
}

using Polar = at::Tensor (*)(const at::Tensor&, const at::Tensor&, const at::Tensor&, double);

/// All frames as views: unfold's way, whose adjoint sums along one axis and then the other.
inline at::Tensor unfolded_frames(const at::Tensor& images, std::int64_t window, std::int64_t stride) {
  return images.unfold(2, window, stride).unfold(3, window, stride);
}

/// All frames as one view of many strides, whose adjoint is one scatter.
inline at::Tensor strided_frames(const at::Tensor& images, std::int64_t window, std::int64_t stride) {
  const auto sizes = images.sizes();
  const std::int64_t rows = (sizes[2] - window) / stride + 1;
  const std::int64_t columns = (sizes[3] - window) / stride + 1;
  return torch::as_strided(images.contiguous(), {sizes[0] * sizes[1], rows, columns, window, window},
                           {sizes[2] * sizes[3], stride * sizes[3], stride, sizes[3], 1});
}

using Frames = at::Tensor (*)(const at::Tensor&, std::int64_t, std::int64_t);

inline Value stft(std::int64_t window, const crisp::Shape& shape, Frames frames, Polar polar) {
  const at::Tensor taps = hann_window(window);
  const at::Tensor weights = linear_weights(window, window) / shape.planes();
  const std::int64_t stride = window / 4;
  return [=](const at::Tensor& prediction, const at::Tensor& target) {
    return polar(half_spectrum(frames(prediction, window, stride) * taps),
                 half_spectrum(frames(target, window, stride) * taps), weights, 2);
  };
}

inline std::vector<TorchLoss> stft_losses(std::int64_t window, const crisp::Shape& shape) {
  return {{"unfold, rfft2, complex", stft(window, shape, unfolded_frames, polar_complex)},
          {"unfold, rfft2, real parts", stft(window, shape, unfolded_frames, polar_real)},
          {"as_strided, rfft2, complex", stft(window, shape, strided_frames, polar_complex)}};
}

inline Value dft(const crisp::Shape& shape, Polar polar) {
  const at::Tensor weights = linear_weights(shape.height, shape.width) / shape.planes();
  return [=](const at::Tensor& prediction, const at::Tensor& target) {
    return polar(half_spectrum(prediction), half_spectrum(target), weights, 2);
  };
}

inline Value fuoli(const crisp::Shape& shape, Polar polar) {
  const at::Tensor taps =
      torch::outer(torch::hann_window(shape.height), torch::hann_window(shape.width)).contiguous();
  const at::Tensor weights = 0.5 / static_cast<double>(shape.size()) * bin_counts(shape.width);
  return [=](const at::Tensor& prediction, const at::Tensor& target) {
    return polar(half_spectrum(prediction * taps), half_spectrum(target * taps), weights, 1);
  };
}

/// As its authors publish it, but for patches and options that are off.
inline Value focal_frequency_full() {
  return [](const at::Tensor& prediction, const at::Tensor& target) {
    const auto spectrum = [](const at::Tensor& images) {
      const at::Tensor bins = torch::fft::fft2(images, {}, {-2, -1}, "ortho");
      return torch::stack({torch::real(bins), torch::imag(bins)}, -1);
    };
    const at::Tensor squares = (spectrum(prediction) - spectrum(target)).pow(2);
    const at::Tensor distance = squares.select(-1, 0) + squares.select(-1, 1);
    at::Tensor weights = torch::sqrt(distance.detach());
    weights = weights / weights.amax({-2, -1}, true);
    weights = torch::nan_to_num(weights, 0).clamp(0, 1);
    return (weights * distance).mean();
  };
}

/// Half the spectrum of the difference: one transform in place of two that are twice as large.
inline Value focal_frequency_half(const crisp::Shape& shape) {
  const at::Tensor counts = bin_counts(shape.width) / static_cast<double>(shape.size());
  return [=](const at::Tensor& prediction, const at::Tensor& target) {
    const at::Tensor bins = half_spectrum(prediction - target, "ortho");
    const at::Tensor real = torch::real(bins);
    const at::Tensor imaginary = torch::imag(bins);
    const at::Tensor distance = real * real + imaginary * imaginary;
    at::Tensor weights = torch::sqrt(distance.detach());
    weights = torch::nan_to_num(weights / weights.amax({-2, -1}, true), 0) * counts;
    return (weights * distance).sum();
  };
}

}  // namespace crisp_benchmarks::torch_spectral
