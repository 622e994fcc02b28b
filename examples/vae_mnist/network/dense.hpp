// The dense layer, on a matrix of inputs, one a row:  output = input weight^T + bias.
#pragma once

#include <vector>

#include "network/matrix.hpp"

namespace vae_mnist {

/// The sums over inputs of the weight and bias gradients: in T, or in double to add up such sums.
template <typename T, typename Sum = T>
struct DenseGradient {
  Matrix<Sum> weight;
  Vector<Sum> bias;

  void set_zero() {
    weight.setZero();
    bias.setZero();
  }
  DenseGradient& operator+=(const DenseGradient<T>& other) {
    weight += other.weight.template cast<Sum>();
    bias += other.bias.template cast<Sum>();
    return *this;
  }
};

template <typename T>
class Dense {
 public:
  Dense(Index inputs, Index outputs) : weight_(outputs, inputs), bias_(outputs) {}

  std::vector<Index> weight_shape() const { return {weight_.rows(), weight_.cols()}; }
  Index bias_size() const { return bias_.size(); }

  /// weight: [outputs, inputs]; bias: [outputs]. Copies both.
  void load(const T* weight, const T* bias) {
    weight_ = ConstMatrixMap<T>(weight, weight_.rows(), weight_.cols());
    bias_ = ConstVectorMap<T>(bias, bias_.size());
  }

  void forward(ConstMatrixMap<T> input, MatrixMap<T> output) const {
    output.noalias() = input * weight_.transpose();
    output.rowwise() += bias_;
  }

  /// Adds the gradients of the weights to sums and overwrites input_gradient.
  void backward(ConstMatrixMap<T> input, ConstMatrixMap<T> output_gradient, MatrixMap<T> input_gradient,
                DenseGradient<T>& sums) const {
    sums.weight.noalias() += output_gradient.transpose() * input;
    sums.bias += output_gradient.colwise().sum();
    input_gradient.noalias() = output_gradient * weight_;
  }

  template <typename Sum = T>
  DenseGradient<T, Sum> make_gradient() const {
    return {Matrix<Sum>::Zero(weight_.rows(), weight_.cols()), Vector<Sum>::Zero(bias_.size())};
  }

  /// Writes the summed gradients in the layout of the parameters.
  template <typename Sum>
  void store_gradient(const DenseGradient<T, Sum>& gradient, Sum* weight_gradient, Sum* bias_gradient) const {
    MatrixMap<Sum>(weight_gradient, weight_.rows(), weight_.cols()) = gradient.weight;
    Eigen::Map<Vector<Sum>>(bias_gradient, bias_.size()) = gradient.bias;
  }

 private:
  Matrix<T> weight_;
  Vector<T> bias_;
};

}  // namespace vae_mnist
