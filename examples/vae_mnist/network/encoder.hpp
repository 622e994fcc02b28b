// The encoder: image -> convolution, ReLU -> convolution, ReLU -> dense -> statistics (the posterior's mean,
// then its log-variance). Images come as planes, [channels, height, width]. It works on a shard, a few images;
// everything a shard needs is the caller's, so shards run at the same time.
#pragma once

#include "network/activation.hpp"
#include "network/convolution.hpp"
#include "network/dense.hpp"

namespace vae_mnist {

template <typename T>
class Encoder {
 public:
  Encoder(const ImageShape& image, Index latent)
      : conv1(image, 32, 3, 2), conv2(conv1.output(), 64, 3, 2), dense(conv2.output().size(), 2 * latent) {}

  /// What forward leaves for backward, one image a row.
  struct Memory {
    Memory(const Encoder& encoder, Index images)
        : input(images, encoder.conv1.input().size()),
          hidden1(images, encoder.conv1.output().size()),
          hidden2(images, encoder.conv2.output().size()) {}
    Matrix<T> input;    ///< [pixels, channels]
    Matrix<T> hidden1;  ///< [pixels, channels], after the ReLU
    Matrix<T> hidden2;  ///< [channels, pixels], after the ReLU
  };

  /// Sums of the parameters' gradients, each as its layer lays them out.
  template <typename Sum = T>
  struct Gradient {
    explicit Gradient(const Encoder& encoder)
        : conv1(encoder.conv1.template make_gradient<Sum>()),
          conv2(encoder.conv2.template make_gradient<Sum>()),
          dense(encoder.dense.template make_gradient<Sum>()) {}
    LayerGradient<T, Sum> conv1;
    LayerGradient<T, Sum> conv2;
    DenseGradient<T, Sum> dense;
  };

  /// Of one thread, for up to `images` images at a time.
  struct Workspace {
    Workspace(const Encoder& encoder, Index images)
        : hidden1_gradient(images, encoder.conv1.output().size()),
          hidden2_pixels(images, encoder.conv2.output().size()),
          hidden2_gradient(images, encoder.conv2.output().size()) {
      encoder.conv1.reserve(images, convolution);
      encoder.conv2.reserve(images, convolution);
    }
    ConvolutionWorkspace<T> convolution;
    Matrix<T> hidden1_gradient;
    Matrix<T> hidden2_pixels;
    Matrix<T> hidden2_gradient;
  };

  /// statistics: [images, 2 latent].
  void forward(const T* images, MatrixMap<T> statistics, Memory& memory, Workspace& workspace) const {
    const Index count = statistics.rows();
    to_pixels(count, conv1.input(), images, memory.input.data());
    conv1.forward(count, memory.input.data(), memory.hidden1.data(), workspace.convolution);
    relu(memory.hidden1.data(), count * memory.hidden1.cols());
    conv2.forward(count, memory.hidden1.data(), workspace.hidden2_pixels.data(), workspace.convolution);
    relu(workspace.hidden2_pixels.data(), count * memory.hidden2.cols());
    to_planes(count, conv2.output(), workspace.hidden2_pixels.data(), memory.hidden2.data());
    dense.forward({memory.hidden2.data(), count, memory.hidden2.cols()}, statistics);
  }

  /// Adds the gradients of the parameters to sums.
  void backward(ConstMatrixMap<T> statistics_gradient, const Memory& memory, Gradient<>& sums,
                Workspace& workspace) const {
    const Index count = statistics_gradient.rows();
    dense.backward({memory.hidden2.data(), count, memory.hidden2.cols()}, statistics_gradient,
                   {workspace.hidden2_gradient.data(), count, memory.hidden2.cols()}, sums.dense);
    relu_backward(memory.hidden2.data(), workspace.hidden2_gradient.data(), count * memory.hidden2.cols());
    to_pixels(count, conv2.output(), workspace.hidden2_gradient.data(), workspace.hidden2_pixels.data());
    conv2.backward(count, memory.hidden1.data(), workspace.hidden2_pixels.data(),
                   workspace.hidden1_gradient.data(), sums.conv2, workspace.convolution);
    relu_backward(memory.hidden1.data(), workspace.hidden1_gradient.data(), count * memory.hidden1.cols());
    conv1.backward(count, memory.input.data(), workspace.hidden1_gradient.data(), nullptr, sums.conv1,
                   workspace.convolution);
  }

  /// Calls visit(name, layer, place), in the order of the checkpoints; place(gradient) is the layer's part of a
  /// Gradient.
  template <typename Visit>
  static void for_each_layer(const Visit& visit) {
    visit(
        "encoder.conv1", &Encoder::conv1, [](auto& g) -> auto& { return g.conv1; });
    visit(
        "encoder.conv2", &Encoder::conv2, [](auto& g) -> auto& { return g.conv2; });
    visit(
        "encoder.dense", &Encoder::dense, [](auto& g) -> auto& { return g.dense; });
  }

  Convolution<T> conv1;
  Convolution<T> conv2;
  Dense<T> dense;
};

}  // namespace vae_mnist
