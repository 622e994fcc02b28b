#include "photographs/image_pairs.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include "photographs/random.hpp"

namespace photographs {
namespace {

using crisp::Images;
using crisp::Index;

/// Both directions filtered by taps, of which the first counts for the pixel `before` pixels before.
Images<double> filtered(const Images<double>& image, const std::vector<double>& taps, Index before) {
  const Index height = image.dimension(2);
  const Index width = image.dimension(3);
  const auto count = static_cast<Index>(taps.size());
  Images<double> rows(1, 1, height, width);
  Images<double> both(1, 1, height, width);
  rows.setZero();
  both.setZero();
  for (Index y = 0; y < height; ++y) {
    for (Index x = 0; x < width; ++x) {
      for (Index t = 0; t < count; ++t) {
        const Index from = std::min(std::max<Index>(0, x + t - before), width - 1);
        rows(0, 0, y, x) += taps[static_cast<std::size_t>(t)] * image(0, 0, y, from);
      }
    }
  }
  for (Index y = 0; y < height; ++y) {
    for (Index t = 0; t < count; ++t) {
      const Index from = std::min(std::max<Index>(0, y + t - before), height - 1);
      for (Index x = 0; x < width; ++x)
        both(0, 0, y, x) += taps[static_cast<std::size_t>(t)] * rows(0, 0, from, x);
    }
  }
  return both;
}

/// By cubic interpolation.
Images<double> shifted_by_half_a_pixel(const Images<double>& image) {
  return filtered(image, {-1.0 / 16, 9.0 / 16, 9.0 / 16, -1.0 / 16}, 1);
}

Images<double> with_noise(const Images<double>& image, double deviation, std::uint64_t seed) {
  Random random(seed);
  Images<double> noisy = image;
  for (Index i = 0; i < noisy.size(); ++i) noisy.data()[i] += deviation * random.normal();
  return noisy;
}

Images<double> in_bytes(const Images<double>& image) {
  Images<double> bytes = image;
  for (Index i = 0; i < bytes.size(); ++i) {
    bytes.data()[i] = std::round(255 * std::min(1.0, std::max(0.0, bytes.data()[i]))) / 255;
  }
  return bytes;
}

Images<double> flat(const Images<double>& like, double pixel) {
  Images<double> image = like;
  image.setConstant(pixel);
  return image;
}

/// Multiplied and shifted.
Images<double> scaled(const Images<double>& image, double factor, double offset) {
  Images<double> result = image;
  for (Index i = 0; i < result.size(); ++i) result.data()[i] = factor * result.data()[i] + offset;
  return result;
}

ImagePair in_float(std::string name, const Images<double>& prediction, const Images<double>& target,
                   double data_range = 1) {
  return {std::move(name), prediction.cast<float>(), target.cast<float>(), data_range};
}

}  // namespace

Images<double> blurred(const Images<double>& image, double sigma) {
  const auto reach = static_cast<Index>(std::ceil(4 * sigma));
  std::vector<double> taps;
  double sum = 0;
  for (Index t = -reach; t <= reach; ++t) {
    taps.push_back(std::exp(-static_cast<double>(t * t) / (2 * sigma * sigma)));
    sum += taps.back();
  }
  for (double& tap : taps) tap /= sum;
  return filtered(image, taps, reach);
}

std::vector<ImagePair> degraded_pairs(const Images<double>& photograph) {
  const Images<double> blur = blurred(photograph, 1.5);
  const Images<double> bytes = in_bytes(photograph);
  return {
      in_float("blurred", blur, photograph),
      in_float("noisy", with_noise(photograph, 0.05, 1), photograph),
      in_float("nearly equal", with_noise(photograph, 1e-4, 2), photograph),
      in_float("in bytes", in_bytes(blur), bytes),
      in_float("half a pixel off", shifted_by_half_a_pixel(photograph), photograph),
      in_float("dark", scaled(blur, 0.02, 0), scaled(photograph, 0.02, 0)),
      in_float("bright", scaled(blur, 0.1, 0.9), scaled(photograph, 0.1, 0.9)),
      in_float("flat", flat(photograph, 0.5), flat(photograph, 0.6931)),
      in_float("flat for a photograph", flat(photograph, 0.45), photograph),
      in_float("nearly flat", with_noise(flat(photograph, 0.5), 2e-4, 3), flat(photograph, 0.5)),
      in_float("equal", photograph, photograph),
      in_float("blurred, 0 to 255", scaled(blur, 255, 0), scaled(photograph, 255, 0), 255),
      in_float("bytes, 0 to 255", scaled(in_bytes(blur), 255, 0), scaled(bytes, 255, 0), 255),
  };
}

ImagePair flat_pair(Index height, Index width, double prediction, double target) {
  const Images<double> image(1, 1, height, width);
  return in_float("flat", flat(image, prediction), flat(image, target));
}

ImagePair flat_but_for_steps(Index height, Index width, double step) {
  Random random(4);
  Images<double> target(1, 1, height, width);
  target.setConstant(0.5);
  Images<double> prediction = target;
  for (Index i = 0; i < prediction.size(); ++i) prediction.data()[i] += step * random.sign();
  return in_float("nearly flat", prediction, target);
}

}  // namespace photographs
