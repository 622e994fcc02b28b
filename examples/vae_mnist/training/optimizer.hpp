// What moves the parameters: Adam, or Muon for the filters between hidden layers and Adam for the rest, as Muon's authors
// advise.
#pragma once

#include <cstdint>
#include <vector>

#include "training/adam.hpp"
#include "training/muon.hpp"

namespace vae_mnist {

enum class OptimizerMethod { adam, muon };

struct OptimizerOptions {
  OptimizerMethod method = OptimizerMethod::adam;
  AdamOptions adam;
  double momentum = 0.95;  ///< Muon's
};

template <typename T>
class Optimizer {
 public:
  /// The network that the parameters are views of must outlive the optimiser.
  Optimizer(const std::vector<Parameter<T>>& parameters, const OptimizerOptions& options)
      : adam_(part(parameters, options.method, false), options.adam),
        muon_(part(parameters, options.method, true), options.momentum) {}

  template <typename Executor = crisp::Serial>
  void step(double rate, const Executor& executor = {}) {
    adam_.step(rate, executor);
    muon_.step(rate, executor);
  }

  std::int64_t steps() const { return adam_.state().steps; }  ///< made so far
  void set_steps(std::int64_t steps) { adam_.state().steps = steps; }

  /// Calls visit(name, numbers) for all else that has to be kept to go on.
  template <typename Visit>
  void for_each_array(const Visit& visit) {
    adam_.for_each_array(visit);
    muon_.for_each_array(visit);
  }

 private:
  /// Those that Muon moves, or all others. Filters are what has four dimensions; the first and the last of them touch
  /// images.
  static std::vector<Parameter<T>> part(const std::vector<Parameter<T>>& all, OptimizerMethod method,
                                        bool of_muon) {
    std::vector<std::size_t> filters;
    for (std::size_t i = 0; i < all.size(); ++i) {
      if (all[i].shape.size() == 4) filters.push_back(i);
    }
    std::vector<Parameter<T>> result;
    for (std::size_t i = 0; i < all.size(); ++i) {
      const bool is_hidden_filter = all[i].shape.size() == 4 && i != filters.front() && i != filters.back();
      if ((method == OptimizerMethod::muon && is_hidden_filter) == of_muon) result.push_back(all[i]);
    }
    return result;
  }

  Adam<T> adam_;
  Muon<T> muon_;
};

}  // namespace vae_mnist
