// Adam (Kingma and Ba, 2015) as Keras computes it. For every parameter x with gradient g, at step t = 1, 2,
// ...
//
//     m = beta1 m + (1 - beta1) g,        v = beta2 v + (1 - beta2) g^2
//     x = x - rate sqrt(1 - beta2^t) / (1 - beta1^t) * m / (sqrt(v) + epsilon)
//
// Note where epsilon stands: beside the uncorrected sqrt(v), unlike in the paper's algorithm and in PyTorch.
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "crisp/core/executor.hpp"
#include "network/parameter.hpp"

namespace vae_mnist {

struct AdamOptions {
  double beta1 = 0.9;
  double beta2 = 0.999;
  double epsilon = 1e-7;
};

/// What an interrupted training must keep to go on: m and v of every parameter, and how many steps were
/// taken.
template <typename T>
struct AdamState {
  using Array = Eigen::Array<T, Eigen::Dynamic, 1>;

  std::int64_t steps = 0;
  std::vector<Array> first_moment;
  std::vector<Array> second_moment;
};

template <typename T>
class Adam {
 public:
  /// The network that the parameters are views of must outlive the optimiser.
  explicit Adam(std::vector<Parameter<T>> parameters, const AdamOptions& options = {})
      : parameters_(std::move(parameters)), options_(options) {
    for (const Parameter<T>& parameter : parameters_) {
      state_.first_moment.push_back(AdamState<T>::Array::Zero(parameter.value.size()));
      state_.second_moment.push_back(AdamState<T>::Array::Zero(parameter.value.size()));
    }
  }

  /// Moves every parameter against its gradient. Allocates nothing.
  template <typename Executor = crisp::Serial>
  void step(double rate, const Executor& executor = {}) {
    const auto steps = static_cast<double>(++state_.steps);
    const auto beta1 = static_cast<T>(options_.beta1);
    const auto beta2 = static_cast<T>(options_.beta2);
    const auto epsilon = static_cast<T>(options_.epsilon);
    const auto corrected_rate = static_cast<T>(rate * std::sqrt(1 - std::pow(options_.beta2, steps)) /
                                               (1 - std::pow(options_.beta1, steps)));
    executor.for_each(static_cast<Index>(parameters_.size()), [&](Index index, int) {
      const auto i = static_cast<std::size_t>(index);
      const auto& gradient = parameters_[i].gradient;
      auto& m = state_.first_moment[i];
      auto& v = state_.second_moment[i];
      m += (1 - beta1) * (gradient - m);
      v += (1 - beta2) * (gradient.square() - v);
      parameters_[i].value -= corrected_rate * m / (v.sqrt() + epsilon);
    });
  }

  /// Calls visit(name, numbers) for all that has to be kept to go on, but the number of steps.
  template <typename Visit>
  void for_each_array(const Visit& visit) {
    for (std::size_t i = 0; i < parameters_.size(); ++i) {
      visit(parameters_[i].name + ".m", state_.first_moment[i]);
      visit(parameters_[i].name + ".v", state_.second_moment[i]);
    }
  }

  /// To save and to restore; the sizes must stay those of the parameters.
  AdamState<T>& state() { return state_; }
  const AdamState<T>& state() const { return state_; }

 private:
  std::vector<Parameter<T>> parameters_;
  AdamOptions options_;
  AdamState<T> state_;
};

}  // namespace vae_mnist
