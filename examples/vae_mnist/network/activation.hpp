// What happens to numbers one by one between the layers: ReLU, sigmoid, and the order that images lie in.
#pragma once

#include <algorithm>
#include <xsimd/xsimd.hpp>

#include "network/matrix.hpp"
#include "network/window.hpp"

namespace vae_mnist {

namespace detail {

/// to = function(from, to) for every number, packets first.
template <typename T, typename Function>
void transform(const T* from, T* to, Index size, const Function& function) {
  using Packet = xsimd::batch<T>;
  constexpr auto step = static_cast<Index>(Packet::size);
  Index i = 0;
  for (; i + step <= size; i += step) {
    function(Packet::load_unaligned(from + i), Packet::load_unaligned(to + i)).store_unaligned(to + i);
  }
  for (; i < size; ++i) to[i] = function(Packet(from[i]), Packet(to[i])).get(0);
}

/// `count` matrices [rows, columns], one after another.
template <typename T>
void transpose(Index count, Index rows, Index columns, const T* from, T* to) {
  const Index size = rows * columns;
  if (size == rows || size == columns) {  // vectors: the same order either way
    std::copy_n(from, count * size, to);
    return;
  }
  for (Index i = 0; i < count; ++i, from += size, to += size) {
    MatrixMap<T>(to, columns, rows) = ConstMatrixMap<T>(from, rows, columns).transpose();
  }
}

}  // namespace detail

/// x = max(x, 0) in place. NaN stays NaN, so that a network gone astray is seen.
template <typename T>
void relu(T* x, Index size) {
  const xsimd::batch<T> zero(T(0));
  detail::transform(x, x, size,
                    [=](auto, auto number) { return xsimd::select(number < zero, zero, number); });
}

/// gradient = 0 wherever the ReLU's output is 0, its derivative at 0 taken as 0.
template <typename T>
void relu_backward(const T* output, T* gradient, Index size) {
  const xsimd::batch<T> zero(T(0));
  detail::transform(output, gradient, size,
                    [=](auto out, auto number) { return xsimd::select(out == zero, zero, number); });
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

/// `count` images of [pixels, channels], which convolutions work on, to [channels, pixels], which the dense
/// layers and the outside see; and back.
template <typename T>
void to_planes(Index count, const ImageShape& shape, const T* pixels, T* planes) {
  detail::transpose(count, shape.pixels(), shape.channels, pixels, planes);
}
template <typename T>
void to_pixels(Index count, const ImageShape& shape, const T* planes, T* pixels) {
  detail::transpose(count, shape.channels, shape.pixels(), planes, pixels);
}

}  // namespace vae_mnist
