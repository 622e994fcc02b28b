// Muon (K. Jordan and others, 2024): momentum, made orthogonal as the matrix that it is before it is followed. For every
// weight X, a matrix of rows x columns, with gradient G,
//
//     M = momentum M + G,        D = momentum M + G
//     X = X - rate 0.2 sqrt(max(rows, columns)) O(D)
//
// where O(D) = U V^T of the singular value decomposition D = U S V^T: every direction that the gradients have is followed
// as far as any other, the weak ones too. The factor gives an entry of a step the size that Adam's have (J. Liu and others,
// 2025), so that one learning rate serves both.
//
// O(D) comes from five steps of Newton and Schulz's iteration X = a X + b X X^T X + c (X X^T)^2 X with Jordan's
// coefficients, which brings all but the smallest singular values into [0.68, 1.14] rather than to 1: near enough.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "crisp/core/executor.hpp"
#include "network/parameter.hpp"

namespace vae_mnist {

/// Replaces a matrix by O of it; a matrix of zeros stays one. In place, with scratch that is kept from call to call.
template <typename T>
class Orthogonalisation {
 public:
  void operator()(Matrix<T>& matrix) {
    const bool tall = matrix.rows() > matrix.cols();
    if (tall) {
      x_ = matrix.transpose();
    } else {
      x_ = matrix;
    }
    x_ /= std::max(x_.norm(), std::numeric_limits<T>::min());
    for (int step = 0; step < 5; ++step) {
      gram_.noalias() = x_ * x_.transpose();
      factor_.noalias() = gram_ * gram_;
      factor_ = T(-4.7750) * gram_ + T(2.0315) * factor_;
      factor_.diagonal().array() += T(3.4445);
      next_.noalias() = factor_ * x_;
      x_.swap(next_);
    }
    if (tall) {
      matrix = x_.transpose();
    } else {
      matrix = x_;
    }
  }

 private:
  Matrix<T> x_, next_, gram_, factor_;
};

template <typename T>
class Muon {
 public:
  using Array = Eigen::Array<T, Eigen::Dynamic, 1>;

  /// A parameter is the matrix of its first dimension by all others. The network that they are views of must outlive the
  /// optimiser.
  Muon(std::vector<Parameter<T>> parameters, double momentum)
      : parameters_(std::move(parameters)),
        momentum_(static_cast<T>(momentum)),
        scratch_(parameters_.size()) {
    for (const Parameter<T>& parameter : parameters_) momenta_.push_back(Array::Zero(parameter.value.size()));
  }

  template <typename Executor = crisp::Serial>
  void step(double rate, const Executor& executor = {}) {
    executor.for_each(static_cast<Index>(parameters_.size()), [&](Index index, int) {
      const auto i = static_cast<std::size_t>(index);
      Parameter<T>& parameter = parameters_[i];
      const Index rows = parameter.shape[0];
      const Index columns = parameter.value.size() / rows;
      momenta_[i] = momentum_ * momenta_[i] + parameter.gradient;
      auto& [direction, orthogonalise] = scratch_[i];
      direction.resize(rows, columns);
      Eigen::Map<Array>(direction.data(), direction.size()) = momentum_ * momenta_[i] + parameter.gradient;
      orthogonalise(direction);
      const double size = rate * 0.2 * std::sqrt(static_cast<double>(std::max(rows, columns)));
      parameter.value -= static_cast<T>(size) * Eigen::Map<const Array>(direction.data(), direction.size());
    });
  }

  /// Calls visit(name, numbers) for all that has to be kept to go on.
  template <typename Visit>
  void for_each_array(const Visit& visit) {
    for (std::size_t i = 0; i < parameters_.size(); ++i)
      visit(parameters_[i].name + ".momentum", momenta_[i]);
  }

 private:
  struct Scratch {
    Matrix<T> direction;
    Orthogonalisation<T> orthogonalise;
  };

  std::vector<Parameter<T>> parameters_;
  T momentum_;
  std::vector<Array> momenta_;
  std::vector<Scratch> scratch_;
};

}  // namespace vae_mnist
