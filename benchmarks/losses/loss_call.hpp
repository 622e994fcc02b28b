// Losses by name, ready to be called again and again. Programs that time losses share this, so that the losses are
// compiled once.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "crisp/core/images.hpp"

namespace crisp_benchmarks {

/// A loss with its workspace and threads, for images of one shape.
template <typename T>
class LossCall {
 public:
  virtual ~LossCall() = default;
  virtual T value(const T* prediction, const T* target) = 0;
  virtual T value_and_gradient(const T* prediction, const T* target, T* gradient) = 0;
};

/// Throws std::invalid_argument for a name that is not in loss_names(shape).
template <typename T>
std::unique_ptr<LossCall<T>> make_loss_call(const std::string& name, const crisp::Shape& shape, int threads);

/// The losses that fit a shape, in the order of every_loss.hpp.
std::vector<std::string> loss_names(const crisp::Shape& shape);

}  // namespace crisp_benchmarks
