// Each translation unit evaluates every loss, with its gradient, and returns what it got.
#pragma once

#include <crisp/crisp.hpp>
#include <vector>

std::vector<double> every_loss_in_first();

namespace {  // a copy in each translation unit: it is crisp that they share

template <typename T>
crisp::Images<T> ramp(T step) {
  crisp::Images<T> images(1, 1, 32, 32);
  for (crisp::Index i = 0; i < images.size(); ++i) images.data()[i] = T(0.5) + step * T(i % 37);
  return images;
}

template <typename Loss>
void append(std::vector<double>& results, const Loss& loss) {
  using T = typename Loss::Scalar;
  crisp::Images<T> gradient;
  results.push_back(
      static_cast<double>(crisp::value_and_gradient(loss, ramp(T(0.01)), ramp(T(-0.01)), gradient)));
  results.push_back(static_cast<double>(gradient(0, 0, 16, 16)));
}

template <typename T>
void append_every_loss(std::vector<double>& results) {
  append(results, crisp::L1Loss<T>());
  append(results, crisp::MseLoss<T>());
  append(results, crisp::BceWithLogitsLoss<T>());
  append(results, crisp::HuberLoss<T>());
  append(results, crisp::CharbonnierLoss<T>());
  append(results, crisp::TotalVariationLoss<T>());
  append(results, crisp::MultiResolutionStftLoss<T>());
  append(results, crisp::SsimLoss<T>());
  append(results, crisp::StftLoss<T>());
  append(results, crisp::DftLoss<T>());
  append(results, 0.01 * crisp::StftLoss<T>() + crisp::SsimLoss<T>());
}

inline std::vector<double> every_loss() {
  std::vector<double> results;
  append_every_loss<float>(results);
  append_every_loss<double>(results);
  return results;
}

}  // namespace
