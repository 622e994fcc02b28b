#include "photographs/compared_loss.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <stdexcept>
#include <tuple>

#include "photographs/made_photograph.hpp"

namespace photographs {
namespace {

using crisp::Images;
using crisp::Index;

/// A mask with holes of all sizes, or weights from 0.2 to 1 without an edge.
Images<float> make_weights(Weighting weighting, Index height, Index width) {
  Images<double> weights = made_photograph(height, width, 99);
  if (weighting == Weighting::smooth) weights = blurred(weights, 3);
  for (Index i = 0; i < weights.size(); ++i) {
    double& weight = weights.data()[i];
    weight = weighting == Weighting::mask ? (weight > 0.4 ? 1 : 0) : 0.2 + 0.8 * weight;
  }
  return weights.cast<float>();
}

const Images<float>& weights_of(Weighting weighting, Index height, Index width) {
  static std::map<std::tuple<Weighting, Index, Index>, Images<float>> made;
  const auto [at, is_new] = made.try_emplace({weighting, height, width});
  if (is_new) at->second = make_weights(weighting, height, width);
  return at->second;
}

Images<float> logits_of(const Images<float>& pixels, double data_range) {
  Images<float> logits = pixels;
  for (Index i = 0; i < logits.size(); ++i)
    logits.data()[i] = 8 * (pixels.data()[i] / static_cast<float>(data_range) - 0.5F);
  return logits;
}

/// |error| of |size|; nothing of nothing is 0.
double share(double error, double size) {
  if (error == 0) return 0;
  return size == 0 ? std::numeric_limits<double>::infinity() : error / size;
}

template <typename T>
double evaluate(const Evaluation<T>& loss, const Images<T>& prediction, const Images<T>& target,
                const Images<T>& weights, Images<T>& gradient) {
  if (weights.size() == 0) return loss(prediction, crisp::detail::to_read_target<T>(target), gradient);
  return loss(prediction, crisp::weighted(target, weights), gradient);
}

}  // namespace

ComparedLoss with(Weighting weighting, ComparedLoss loss) {
  loss.name += weighting == Weighting::mask ? ", mask" : ", weights";
  loss.weighting = weighting;
  return loss;
}

Results evaluate(const ComparedLoss& loss, const ImagePair& pair) {
  const Images<float> prediction =
      loss.takes_logits ? logits_of(pair.prediction, pair.data_range) : pair.prediction;
  Images<float> target = pair.target;
  if (loss.takes_logits) target = target / static_cast<float>(pair.data_range);
  Images<float> weights;
  if (loss.weighting != Weighting::none)
    weights = weights_of(loss.weighting, prediction.dimension(2), prediction.dimension(3));
  Results results;
  results.value = evaluate<float>(loss.in_float, prediction, target, weights, results.gradient);
  const Images<double> weights_in_double = weights.cast<double>();
  results.expected = evaluate<double>(loss.in_double, prediction.cast<double>(), target.cast<double>(),
                                      weights_in_double, results.expected_gradient);
  return results;
}

Difference difference(const ComparedLoss& loss, const ImagePair& pair) {
  const Results results = evaluate(loss, pair);
  double largest_error = 0;
  double largest = 0;
  double square_error = 0;
  double square = 0;
  for (Index i = 0; i < results.gradient.size(); ++i) {
    const double expected = results.expected_gradient.data()[i];
    const double error = std::abs(static_cast<double>(results.gradient.data()[i]) - expected);
    if (!(error <= largest_error)) largest_error = error;  // so that NaN stays
    largest = std::max(largest, std::abs(expected));
    square_error += error * error;
    square += expected * expected;
  }
  // Both may be infinite.
  const double error = results.value == results.expected ? 0 : std::abs(results.value - results.expected);
  return {share(error, std::abs(results.expected)), share(largest_error, largest),
          std::sqrt(share(square_error, square)), results.expected};
}

std::vector<ComparedLoss> all_losses(double data_range) {
  std::vector<ComparedLoss> losses;
  for (auto& family : {pixel_losses(data_range), similarity_losses(data_range), spectral_losses(),
                       residual_spectrum_losses(), sums(data_range), metrics(data_range)}) {
    losses.insert(losses.end(), family.begin(), family.end());
  }
  return losses;
}

ComparedLoss loss_named(const std::string& name) {
  for (const ComparedLoss& loss : all_losses(1)) {
    if (loss.name == name) return loss;
  }
  throw std::invalid_argument("there is no loss named " + name);
}

}  // namespace photographs
