// A loss in float and in double, and how far one is from the other.
#pragma once

#include <crisp/core/evaluate.hpp>
#include <crisp/spectral/options.hpp>
#include <functional>
#include <string>
#include <vector>

#include "photographs/image_pairs.hpp"

namespace photographs {

/// Which pixels count.
enum class Weighting { none, mask, smooth };

/// The value, and the gradient with respect to the prediction, if there is one.
template <typename T>
using Evaluation = std::function<double(const crisp::Images<T>& prediction,
                                        const crisp::WeightedTarget<T>& target, crisp::Images<T>& gradient)>;

/// Its family is what a docstring states the accuracy of.
struct ComparedLoss {
  std::string family;
  std::string name;
  Evaluation<float> in_float;
  Evaluation<double> in_double;
  Weighting weighting = Weighting::none;
  bool takes_logits = false;
};

template <typename Loss>
Evaluation<typename Loss::Scalar> evaluation(const Loss& loss) {
  using T = typename Loss::Scalar;
  return [loss](const crisp::Images<T>& prediction, const crisp::WeightedTarget<T>& target,
                crisp::Images<T>& gradient) {
    return static_cast<double>(crisp::value_and_gradient(loss, prediction, target, gradient));
  };
}

/// Loss<float>(options) and Loss<double>(options).
template <template <typename> class Loss, typename... Options>
ComparedLoss compared(std::string family, std::string name, const Options&... options) {
  return {std::move(family), std::move(name), evaluation(Loss<float>(options...)),
          evaluation(Loss<double>(options...))};
}

/// The same loss with weights.
ComparedLoss with(Weighting weighting, ComparedLoss loss);

/// How far float is from double.
struct Difference {
  double value = 0;             ///< relative
  double largest = 0;           ///< gradient's largest error, of its largest entry
  double root_mean_square = 0;  ///< of the gradient's error, of that of the gradient
  double in_double = 0;         ///< the value
};
Difference difference(const ComparedLoss& loss, const ImagePair& pair);

/// Values and gradients of both.
struct Results {
  double value = 0;
  double expected = 0;
  crisp::Images<float> gradient;
  crisp::Images<double> expected_gradient;
};
Results evaluate(const ComparedLoss& loss, const ImagePair& pair);

// Every loss, with each option that changes arithmetic, for images of that data range.
std::vector<ComparedLoss> pixel_losses(double data_range);
std::vector<ComparedLoss> similarity_losses(double data_range);
std::vector<ComparedLoss> spectral_losses();
/// Every distance of the spectra of blocks side by side, without a window function: the Fourier transform of such a gradient's
/// blocks has one cotangent a bin.
std::vector<ComparedLoss> block_losses(const crisp::Size2& block);
std::vector<ComparedLoss> residual_spectrum_losses();
std::vector<ComparedLoss> sums(double data_range);
std::vector<ComparedLoss> metrics(double data_range);
std::vector<ComparedLoss> all_losses(double data_range);
/// That of them with this name, for images in 0 … 1.
ComparedLoss loss_named(const std::string& name);

}  // namespace photographs
