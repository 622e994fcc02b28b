// What every loss, in float and in double, comes to on the same two images: its value, and the sum of squares of its gradient.
#pragma once

#include <cmath>
#include <crisp/crisp.hpp>
#include <random>
#include <vector>

#include "support/every_loss.hpp"

namespace {  // a copy in each translation unit: it is crisp that they share

/// Noise, of which no spectrum has bins of mere rounding or phases that lie exactly π apart.
template <typename T>
crisp::Images<T> noise(unsigned seed) {
  std::mt19937 random(seed);
  crisp::Images<T> images(1, 1, 32, 32);
  for (crisp::Index i = 0; i < images.size(); ++i) images.data()[i] = T(random() >> 8) / T(1 << 24);
  return images;
}

template <typename Loss>
void append(std::vector<double>& results, const Loss& loss) {
  using T = typename Loss::Scalar;
  const crisp::Images<T> prediction = noise<T>(1);
  const crisp::Images<T> target = T(0.5) * (prediction + noise<T>(2));
  crisp::Images<T> gradient;
  results.push_back(static_cast<double>(crisp::value_and_gradient(loss, prediction, target, gradient)));
  double square = 0;
  for (crisp::Index i = 0; i < gradient.size(); ++i)
    square += std::pow(static_cast<double>(gradient.data()[i]), 2);
  results.push_back(square);
}

template <typename T>
void append_every_loss(std::vector<double>& results) {
  for_every_loss<T>([&](const auto& loss) { append(results, loss); });
}

inline std::vector<double> every_loss_results() {
  std::vector<double> results;
  append_every_loss<float>(results);
  append_every_loss<double>(results);
  return results;
}

}  // namespace
