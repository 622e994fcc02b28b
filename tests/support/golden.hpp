// Golden cases: values and gradients from implementations that this project did not write.
#pragma once

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "crisp/core/evaluate.hpp"
#include "crisp/core/images.hpp"
#include "support/catch.hpp"
#include "support/shared_files.hpp"

namespace crisp_test {

struct GoldenCase {
  std::string loss;        // "ssim", "stft", …
  nlohmann::json options;  // field names of the options struct
  crisp::Images<double> prediction;
  crisp::Images<double> target;
  double value = 0;
  crisp::Images<double> gradient;
};

/// A tensor of a golden case: {"shape": [batch, channel, height, width], "data": [...]}.
inline crisp::Images<double> golden_images(const nlohmann::json& tensor) {
  const auto shape = tensor.at("shape").get<std::vector<crisp::Index>>();
  if (shape.size() != 4) throw std::runtime_error("a golden tensor is not of rank 4");
  crisp::Images<double> images(shape[0], shape[1], shape[2], shape[3]);
  const auto& data = tensor.at("data");
  if (static_cast<crisp::Index>(data.size()) != images.size()) {
    throw std::runtime_error("a golden tensor has " + std::to_string(data.size()) + " entries, not " +
                             std::to_string(images.size()));
  }
  for (crisp::Index i = 0; i < images.size(); ++i) {
    images.data()[i] = data[static_cast<std::size_t>(i)].get<double>();
  }
  return images;
}

/// The case in golden/<name>.json. Nothing, and a note that the test is skipped, where the folder is missing;
/// an exception where the folder is there but the case is not.
inline std::optional<GoldenCase> load_golden(const std::string& name) {
  const auto folder = shared_folder("golden");
  if (!folder) {
    skip("golden/" + name + ".json");
    return {};
  }
  const std::filesystem::path path = *folder / (name + ".json");
  std::ifstream file(path);
  if (!file) throw std::runtime_error("no golden case " + path.string());
  const auto json = nlohmann::json::parse(file);
  return GoldenCase{json.at("loss").get<std::string>(),   json.at("options"),
                    golden_images(json.at("prediction")), golden_images(json.at("target")),
                    json.at("value").get<double>(),       golden_images(json.at("gradient"))};
}

/// The largest |actual - expected| as a share of the largest |expected|; NaN if an actual entry is. The
/// shapes are the same.
template <typename T>
double gradient_error(const crisp::Images<T>& actual, const crisp::Images<double>& expected) {
  double error = 0;
  double largest = 0;
  for (crisp::Index i = 0; i < expected.size(); ++i) {
    const double difference = std::abs(static_cast<double>(actual.data()[i]) - expected.data()[i]);
    if (!(difference <= error)) error = difference;
    largest = std::max(largest, std::abs(expected.data()[i]));
  }
  return error / largest;
}

/// Checks a loss against a golden case: the value to `value_tolerance` relative, the gradient to
/// `gradient_tolerance` of its largest entry. The pixels are converted to the loss's scalar.
template <typename Loss>
void check_golden(const Loss& loss, const GoldenCase& golden, double value_tolerance = 1e-12,
                  double gradient_tolerance = 1e-10) {
  using T = typename Loss::Scalar;
  const crisp::Images<T> prediction = golden.prediction.template cast<T>();
  const crisp::Images<T> target = golden.target.template cast<T>();
  crisp::Images<T> gradient;
  const auto value = static_cast<double>(crisp::value_and_gradient(loss, prediction, target, gradient));
  CAPTURE(golden.loss, golden.options.dump(), value, golden.value);
  CHECK(std::abs(value - golden.value) <= value_tolerance * std::abs(golden.value));
  CHECK(std::abs(static_cast<double>(crisp::value(loss, prediction, target)) - golden.value) <=
        value_tolerance * std::abs(golden.value));
  CHECK(gradient_error(gradient, golden.gradient) <= gradient_tolerance);
}

}  // namespace crisp_test
