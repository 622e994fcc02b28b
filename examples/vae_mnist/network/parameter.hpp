// What training changes: named tensors with their gradients, and the values they start from.
#pragma once

#include <cmath>
#include <functional>
#include <numeric>
#include <string>
#include <vector>

#include "network/matrix.hpp"
#include "network/random.hpp"

namespace vae_mnist {

/// A view of one parameter of a network, row-major; valid as long as the network lives where it is.
template <typename T>
struct Parameter {
  using Map = Eigen::Map<Eigen::Array<T, Eigen::Dynamic, 1>>;

  std::string name;
  std::vector<Index> shape;
  Map value;
  Map gradient;
};

/// A parameter in the network that owns it.
template <typename T>
struct ParameterStorage {
  using Array = Eigen::Array<T, Eigen::Dynamic, 1>;

  /// All zeros.
  ParameterStorage(std::string name_, std::vector<Index> shape_)
      : name(std::move(name_)), shape(std::move(shape_)) {
    const Index size = std::accumulate(shape.begin(), shape.end(), Index(1), std::multiplies<>());
    value.setZero(size);
    gradient.setZero(size);
  }

  Parameter<T> view() {
    return {name, shape, {value.data(), value.size()}, {gradient.data(), gradient.size()}};
  }

  std::string name;
  std::vector<Index> shape;
  Array value;
  Array gradient;
  Index offset = 0;  ///< among all parameters of the network, put one after another
};

/// Glorot's uniform start: within +-sqrt(6 / (fan in + fan out)), where the fans of a weight [a, b, height,
/// width] (or [a, b]) are a and b times the window's size, as in Keras.
template <typename T>
void glorot_uniform(ParameterStorage<T>& weight, Random& random) {
  const auto& shape = weight.shape;
  const Index window = std::accumulate(shape.begin() + 2, shape.end(), Index(1), std::multiplies<>());
  const double limit = std::sqrt(6.0 / static_cast<double>((shape[0] + shape[1]) * window));
  for (T& value : weight.value) value = static_cast<T>(limit * (2 * random.uniform() - 1));
}

}  // namespace vae_mnist
