// Convolution and transposed convolution, one image at a time. Images are [pixels, channels]; see filters.hpp
// for the mathematics. A layer is immutable but for load(); what a call needs beside it comes as a workspace
// (one per thread) and as sums (one set per shard), so that calls may run at the same time.
#pragma once

#include <algorithm>
#include <vector>

#include "network/filters.hpp"

namespace vae_mnist {

/// The sums over images of a layer's weight and bias gradients.
template <typename T>
struct LayerGradient {
  Panels<T> weight;
  Vector<T> bias;

  void set_zero() {
    weight.array().setZero();
    bias.setZero();
  }
  LayerGradient& operator+=(const LayerGradient& other) {
    weight.array() += other.weight.array();
    bias += other.bias;
    return *this;
  }
};

template <typename T>
struct ConvolutionWorkspace {
  Panels<T> columns;
  Panels<T> narrow;
};

/// What the two layers share: shapes, packed filters, and the bookkeeping of parameters.
template <typename T>
class ConvolutionLayer {
 public:
  const ImageShape& input() const { return input_; }
  const ImageShape& output() const { return output_; }

  std::vector<Index> weight_shape() const {
    return {windows_.narrow.channels, windows_.wide.channels, windows_.kernel, windows_.kernel};
  }
  Index bias_size() const { return output_.channels; }

  /// weight: [narrow channels, wide channels, kernel, kernel]; bias: [output channels]. Copies both.
  void load(const T* weight, const T* bias) {
    filters_.load(weight);
    bias_ = ConstVectorMap<T>(bias, output_.channels);
  }

  LayerGradient<T> make_gradient() const {
    LayerGradient<T> gradient;
    gradient.weight.resize(filters_.forward().rows(), filters_.forward().columns());
    gradient.bias.resize(output_.channels);
    gradient.set_zero();
    return gradient;
  }

  /// Writes the summed gradients in the layout of the parameters.
  void store_gradient(const LayerGradient<T>& gradient, T* weight_gradient, T* bias_gradient) const {
    filters_.store_gradient(gradient.weight, weight_gradient);
    Eigen::Map<Vector<T>>(bias_gradient, output_.channels) = gradient.bias;
  }

 protected:
  ConvolutionLayer(const Windows& windows, const ImageShape& input, const ImageShape& output)
      : windows_(windows), input_(input), output_(output), filters_(windows) {}

  void pack_narrow(const T* image, Panels<T>& narrow) const {
    gather_columns({windows_.narrow, windows_.narrow, 1, 1, 0}, image, narrow);
  }
  void add_bias_gradient(const T* output_gradient, LayerGradient<T>& sums) const {
    sums.bias += ConstMatrixMap<T>(output_gradient, output_.pixels(), output_.channels).colwise().sum();
  }

  Windows windows_;
  ImageShape input_;
  ImageShape output_;
  Filters<T> filters_;
  Vector<T> bias_;
};

/// output[p, o] = bias[o] + sum over t, i of input[stride * p + t, i] weight[o, i, t], as in PyTorch's
/// conv2d.
template <typename T>
class Convolution : public ConvolutionLayer<T> {
 public:
  Convolution(const ImageShape& input, Index output_channels, Index kernel, Index stride)
      : Convolution(convolution_windows(input, output_channels, kernel, stride)) {}

  void forward(const T* input, T* output, ConvolutionWorkspace<T>& workspace) const {
    gather_columns(windows_, input, workspace.columns);
    multiply(workspace.columns, filters_.forward(),
             MatrixMap<T>(output, windows_.narrow.pixels(), windows_.narrow.channels));
    MatrixMap<T>(output, windows_.narrow.pixels(), windows_.narrow.channels).rowwise() += bias_;
  }

  /// Adds the gradients of the weights to sums and, unless input_gradient is null, overwrites it.
  void backward(const T* input, const T* output_gradient, T* input_gradient, LayerGradient<T>& sums,
                ConvolutionWorkspace<T>& workspace) const {
    gather_columns(windows_, input, workspace.columns);
    this->pack_narrow(output_gradient, workspace.narrow);
    add_transposed_product(workspace.columns, workspace.narrow, sums.weight);
    this->add_bias_gradient(output_gradient, sums);
    if (input_gradient == nullptr) return;
    multiply(workspace.narrow, filters_.transposed(), workspace.columns);
    std::fill_n(input_gradient, windows_.wide.size(), T(0));
    scatter_add_columns(windows_, workspace.columns, input_gradient);
  }

 private:
  using Base = ConvolutionLayer<T>;
  using Base::bias_;
  using Base::filters_;
  using Base::windows_;

  explicit Convolution(const Windows& windows) : Base(windows, windows.wide, windows.narrow) {}
};

/// The adjoint of that convolution, plus a bias, as in PyTorch's conv_transpose2d, and cropped: of the full
/// result, the first `crop_first` and the last `crop_last` rows and columns are dropped.
template <typename T>
class TransposedConvolution : public ConvolutionLayer<T> {
 public:
  TransposedConvolution(const ImageShape& input, Index output_channels, Index kernel, Index stride,
                        Index crop_first, Index crop_last)
      : TransposedConvolution(
            transposed_windows(input, output_channels, kernel, stride, crop_first, crop_last)) {}

  void forward(const T* input, T* output, ConvolutionWorkspace<T>& workspace) const {
    this->pack_narrow(input, workspace.narrow);
    multiply(workspace.narrow, filters_.transposed(), workspace.columns);
    MatrixMap<T>(output, windows_.wide.pixels(), windows_.wide.channels).rowwise() = bias_;
    scatter_add_columns(windows_, workspace.columns, output);
  }

  /// Adds the gradients of the weights to sums and overwrites input_gradient.
  void backward(const T* input, const T* output_gradient, T* input_gradient, LayerGradient<T>& sums,
                ConvolutionWorkspace<T>& workspace) const {
    gather_columns(windows_, output_gradient, workspace.columns);
    this->pack_narrow(input, workspace.narrow);
    add_transposed_product(workspace.columns, workspace.narrow, sums.weight);
    this->add_bias_gradient(output_gradient, sums);
    multiply(workspace.columns, filters_.forward(),
             MatrixMap<T>(input_gradient, windows_.narrow.pixels(), windows_.narrow.channels));
  }

 private:
  using Base = ConvolutionLayer<T>;
  using Base::bias_;
  using Base::filters_;
  using Base::windows_;

  explicit TransposedConvolution(const Windows& windows) : Base(windows, windows.narrow, windows.wide) {}
};

}  // namespace vae_mnist
