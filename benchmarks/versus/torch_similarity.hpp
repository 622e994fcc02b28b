// SSIM and MS-SSIM in libtorch.
#pragma once

#include <cmath>
#include <cstdint>

#include "versus/torch_losses.hpp"

namespace crisp_benchmarks::torch_similarity {

namespace F = torch::nn::functional;
using Value = decltype(TorchLoss::value);

inline at::Tensor gaussian_taps(std::int64_t window) {
  const at::Tensor offsets = torch::arange(window) - static_cast<double>(window - 1) / 2;
  const at::Tensor taps = torch::exp(-offsets.pow(2) / (2 * 1.5 * 1.5));
  return taps / taps.sum();
}

/// The maps of a level: SSIM and its factor cs.
struct Similarity {
  at::Tensor ssim;
  at::Tensor cs;
};

/// From the filtered maps of x, y, x², y² and xy.
inline Similarity similarity(const at::Tensor& x, const at::Tensor& y, const at::Tensor& xx,
                             const at::Tensor& yy, const at::Tensor& xy) {
  constexpr double c1 = 1e-4;
  constexpr double c2 = 9e-4;
  const at::Tensor x_squared = x.pow(2);
  const at::Tensor y_squared = y.pow(2);
  const at::Tensor product = x * y;
  const at::Tensor cs = (2 * (xy - product) + c2) / ((xx - x_squared) + (yy - y_squared) + c2);
  return {((2 * product + c1) / (x_squared + y_squared + c1)) * cs, cs};
}

using Maps = std::function<Similarity(const at::Tensor& prediction, const at::Tensor& target)>;

/// pytorch-msssim's way: a column and a row filter on every channel apart, for each of the five maps.
inline Maps grouped_convolutions(std::int64_t window, std::int64_t channels) {
  const at::Tensor column = gaussian_taps(window).view({1, 1, -1, 1}).repeat({channels, 1, 1, 1});
  const at::Tensor row = gaussian_taps(window).view({1, 1, 1, -1}).repeat({channels, 1, 1, 1});
  const auto filter = [=](const at::Tensor& map) {
    const auto options = F::Conv2dFuncOptions().groups(channels);
    return F::conv2d(F::conv2d(map, column, options), row, options);
  };
  return [=](const at::Tensor& x, const at::Tensor& y) {
    return similarity(filter(x), filter(y), filter(x * x), filter(y * y), filter(x * y));
  };
}

/// The five maps as channels of one image: a single convolution each way.
inline Maps stacked_convolutions(std::int64_t window, std::int64_t channels) {
  const at::Tensor column = gaussian_taps(window).view({1, 1, -1, 1}).repeat({5 * channels, 1, 1, 1});
  const at::Tensor row = gaussian_taps(window).view({1, 1, 1, -1}).repeat({5 * channels, 1, 1, 1});
  return [=](const at::Tensor& x, const at::Tensor& y) {
    const auto options = F::Conv2dFuncOptions().groups(5 * channels);
    const at::Tensor maps = torch::cat({x, y, x * x, y * y, x * y}, 1);
    const auto filtered = F::conv2d(F::conv2d(maps, column, options), row, options).chunk(5, 1);
    return similarity(filtered[0], filtered[1], filtered[2], filtered[3], filtered[4]);
  };
}

/// The filters as band matrices, for the matrix product to be fast where the convolution is not: on small images.
inline Maps band_matrices(std::int64_t window) {
  const at::Tensor taps = gaussian_taps(window);
  const auto band = [=](std::int64_t size) {
    at::Tensor matrix = torch::zeros({size - window + 1, size});
    for (std::int64_t i = 0; i < matrix.size(0); ++i) matrix[i].slice(0, i, i + window) = taps;
    return matrix;
  };
  std::vector<at::Tensor> bands;  // by how often the size was halved
  return [=](const at::Tensor& x, const at::Tensor& y) mutable {
    const std::int64_t height = x.size(2);
    const std::int64_t width = x.size(3);
    const auto of_size = [&](std::int64_t size) {
      for (const at::Tensor& matrix : bands) {
        if (matrix.size(1) == size) return matrix;
      }
      bands.push_back(band(size));
      return bands.back();
    };
    const at::Tensor rows = of_size(width).t();
    const at::Tensor columns = of_size(height);
    const at::Tensor a = x.reshape({-1, height, width});
    const at::Tensor b = y.reshape({-1, height, width});
    const at::Tensor maps = torch::cat({a, b, a * a, b * b, a * b});
    const auto filtered = torch::matmul(columns, torch::matmul(maps, rows)).chunk(5);
    const auto back = [&](const at::Tensor& map) {
      return map.view({x.size(0), x.size(1), map.size(1), map.size(2)});
    };
    return similarity(back(filtered[0]), back(filtered[1]), back(filtered[2]), back(filtered[3]),
                      back(filtered[4]));
  };
}

inline Value ssim(const Maps& maps) {
  return [=](const at::Tensor& prediction, const at::Tensor& target) {
    return 1 - maps(prediction, target).ssim.mean();
  };
}

inline Value ms_ssim(const Maps& maps, const std::vector<double>& exponents) {
  return [=](const at::Tensor& prediction, const at::Tensor& target) {
    at::Tensor x = prediction;
    at::Tensor y = target;
    at::Tensor product;
    for (std::size_t level = 0; level < exponents.size(); ++level) {
      const bool last = level + 1 == exponents.size();
      const Similarity similar = maps(x, y);
      const at::Tensor mean = (last ? similar.ssim : similar.cs).mean({2, 3});
      const at::Tensor factor = torch::relu(mean).pow(exponents[level]);
      product = level == 0 ? factor : product * factor;
      if (last) break;
      const auto halve = F::AvgPool2dFuncOptions(2).padding({x.size(2) % 2, x.size(3) % 2});
      x = F::avg_pool2d(x, halve);
      y = F::avg_pool2d(y, halve);
    }
    return 1 - product.mean();
  };
}

template <typename OfMaps>
inline std::vector<TorchLoss> similarity_losses(std::int64_t window, std::int64_t channels,
                                                const OfMaps& of_maps) {
  return {{"grouped convolutions", of_maps(grouped_convolutions(window, channels))},
          {"one convolution for 5 maps", of_maps(stacked_convolutions(window, channels))},
          {"band matrices", of_maps(band_matrices(window))}};
}

}  // namespace crisp_benchmarks::torch_similarity
