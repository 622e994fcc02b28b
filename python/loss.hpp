// crisp.Loss: what Python holds of a loss, on both scalars.
#pragma once

#include <pybind11/pybind11.h>

#include <crisp/core/errors.hpp>
#include <exception>
#include <memory>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "any_loss.hpp"
#include "pool.hpp"

namespace crisp_python {

/// A loss that never changes, and its workspaces. Any number of threads may use it, each call having a workspace to itself.
class Loss {
 public:
  /// `make(T())` makes the AnyLoss<T>; `calls` are the expressions that made its terms, such as "SsimLoss(window=7)".
  /// Options that a double can hold and a float cannot are an error once float images come.
  template <typename Make>
  Loss(std::vector<std::string> calls, const Make& make) : calls_(std::move(calls)) {
    double_.loss = make(double());
    try {
      float_.loss = make(float());
    } catch (const crisp::OptionError&) {
      float_.error = std::current_exception();
    }
  }

  template <typename T>
  const AnyLoss<T>& on() const {
    const Side<T>& side = side_of<T>();
    if (side.error) std::rethrow_exception(side.error);
    return side.loss;
  }

  /// What body(loss on T, a workspace for it) returns.
  template <typename T, typename Body>
  auto evaluate(const Body& body) const {
    const AnyLoss<T>& loss = on<T>();
    typename Pool<Workspace<T>>::Loan workspace(side_of<T>().workspaces);
    return body(loss, *workspace);
  }

  const std::vector<std::string>& calls() const { return calls_; }

 private:
  template <typename T>
  using Workspace = crisp::Workspace<AnyLoss<T>>;

  template <typename T>
  struct Side {
    AnyLoss<T> loss;
    std::exception_ptr error;  // why there is none
    mutable Pool<Workspace<T>> workspaces;
  };
  template <typename T>
  const Side<T>& side_of() const {
    if constexpr (std::is_same_v<T, float>) {
      return float_;
    } else {
      return double_;
    }
  }

  std::vector<std::string> calls_;
  Side<double> double_;
  Side<float> float_;
};

/// Defines Loss with its operators, and named().
void define_loss(pybind11::module_& module);
/// Defines the losses of crisp, presets, and stft_resolutions().
void define_losses(pybind11::module_& module);
/// Defines value() and the other functions that take a loss.
void define_evaluation(pybind11::module_& module);
/// Defines psnr(), ssim() and gaussian_kl().
void define_metrics(pybind11::module_& module);

}  // namespace crisp_python
