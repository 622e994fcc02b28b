// What happens to numbers one by one between the layers: ReLU, sigmoid, and the order that images lie in.
#pragma once

#include "network/matrix.hpp"
#include "network/window.hpp"

namespace vae_mnist {

/// x = max(x, 0) in place. NaN stays NaN, so that a network gone astray is seen.
template <typename T>
void relu(T* x, Index size) {
  for (Index i = 0; i < size; ++i) x[i] = x[i] < T(0) ? T(0) : x[i];
}

/// gradient = 0 wherever the ReLU's output is 0, its derivative at 0 taken as 0.
template <typename T>
void relu_backward(const T* output, T* gradient, Index size) {
  for (Index i = 0; i < size; ++i) gradient[i] = output[i] == T(0) ? T(0) : gradient[i];
}

/// x = 1 / (1 + exp(-x)) in place.
template <typename T>
void sigmoid(T* x, Index size) {
  Eigen::Map<Eigen::Array<T, Eigen::Dynamic, 1>> array(x, size);
  array = (T(1) + (-array).exp()).inverse();
}

/// gradient = output_gradient * output * (1 - output).
template <typename T>
void sigmoid_backward(const T* output, const T* output_gradient, T* gradient, Index size) {
  using Array = Eigen::Array<T, Eigen::Dynamic, 1>;
  const Eigen::Map<const Array> y(output, size);
  Eigen::Map<Array>(gradient, size) = Eigen::Map<const Array>(output_gradient, size) * y * (T(1) - y);
}

/// [pixels, channels], which convolutions work on, to [channels, pixels], which the dense layers see; and
/// back.
template <typename T>
void to_planes(const ImageShape& shape, const T* pixels, T* planes) {
  MatrixMap<T>(planes, shape.channels, shape.pixels()) =
      ConstMatrixMap<T>(pixels, shape.pixels(), shape.channels).transpose();
}
template <typename T>
void to_pixels(const ImageShape& shape, const T* planes, T* pixels) {
  MatrixMap<T>(pixels, shape.pixels(), shape.channels) =
      ConstMatrixMap<T>(planes, shape.channels, shape.pixels()).transpose();
}

}  // namespace vae_mnist
