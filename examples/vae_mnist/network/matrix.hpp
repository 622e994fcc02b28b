// The matrices of the network are row-major: a row is an image, or a pixel with its channels side by side.
#pragma once

#include <Eigen/Core>

#include "crisp/core/executor.hpp"

namespace vae_mnist {

using crisp::Index;

template <typename T>
using Matrix = Eigen::Matrix<T, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
template <typename T>
using Vector = Eigen::Matrix<T, 1, Eigen::Dynamic>;

/// Memory of someone else, seen as a matrix or a row vector.
template <typename T>
using MatrixMap = Eigen::Map<Matrix<T>>;
template <typename T>
using ConstMatrixMap = Eigen::Map<const Matrix<T>>;
template <typename T>
using ConstVectorMap = Eigen::Map<const Vector<T>>;

}  // namespace vae_mnist
