// The decoder: latent -> dense, ReLU -> transposed convolution, ReLU -> the same, ReLU -> transposed
// convolution
// -> image, linear or through a sigmoid. Strides of 2 double the side as TensorFlow's "same" does: of the
// full result, the last row and column are dropped. Like the encoder it works on a shard.
#pragma once

#include "network/activation.hpp"
#include "network/convolution.hpp"
#include "network/dense.hpp"

namespace vae_mnist {

enum class OutputActivation { linear, sigmoid };

template <typename T>
class Decoder {
 public:
  Decoder(Index latent, OutputActivation activation)
      : dense(latent, 32 * 7 * 7),
        deconv1({32, 7, 7}, 64, 3, 2, 0, 1),
        deconv2(deconv1.output(), 32, 3, 2, 0, 1),
        deconv3(deconv2.output(), 1, 3, 1, 1, 1),
        activation_(activation) {}

  /// What forward leaves for backward, one image a row, after the ReLUs.
  struct Memory {
    Memory(const Decoder& decoder, Index images)
        : latent(images, decoder.dense.weight_shape()[1]),
          code(images, decoder.deconv1.input().size()),
          hidden1(images, decoder.deconv1.output().size()),
          hidden2(images, decoder.deconv2.output().size()) {}
    Matrix<T> latent;
    Matrix<T> code;  ///< [pixels, channels], as are the hidden layers
    Matrix<T> hidden1;
    Matrix<T> hidden2;
  };

  struct Gradient {
    explicit Gradient(const Decoder& decoder)
        : dense(decoder.dense.make_gradient()),
          deconv1(decoder.deconv1.make_gradient()),
          deconv2(decoder.deconv2.make_gradient()),
          deconv3(decoder.deconv3.make_gradient()) {}
    DenseGradient<T> dense;
    LayerGradient<T> deconv1;
    LayerGradient<T> deconv2;
    LayerGradient<T> deconv3;
  };

  /// Of one thread, for up to `images` images at a time.
  struct Workspace {
    Workspace(const Decoder& decoder, Index images)
        : code_planes(images, decoder.deconv1.input().size()),
          code_gradient(decoder.deconv1.input().size()),
          hidden1_gradient(decoder.deconv1.output().size()),
          hidden2_gradient(decoder.deconv2.output().size()),
          output_gradient(decoder.deconv3.output().size()) {}
    ConvolutionWorkspace<T> convolution;
    Matrix<T> code_planes;
    Vector<T> code_gradient;
    Vector<T> hidden1_gradient;
    Vector<T> hidden2_gradient;
    Vector<T> output_gradient;
  };

  /// latent: [images, latent]; images: where they go, one after another.
  void forward(ConstMatrixMap<T> latent, T* images, Memory& memory, Workspace& workspace) const {
    const Index count = latent.rows();
    memory.latent.topRows(count) = latent;
    dense.forward(latent, {workspace.code_planes.data(), count, memory.code.cols()});
    relu(workspace.code_planes.data(), count * memory.code.cols());
    for (Index i = 0; i < count; ++i) {
      T* code = memory.code.row(i).data();
      to_pixels(deconv1.input(), workspace.code_planes.row(i).data(), code);

      T* hidden1 = memory.hidden1.row(i).data();
      deconv1.forward(code, hidden1, workspace.convolution);
      relu(hidden1, deconv1.output().size());

      T* hidden2 = memory.hidden2.row(i).data();
      deconv2.forward(hidden1, hidden2, workspace.convolution);
      relu(hidden2, deconv2.output().size());

      T* image = images + i * deconv3.output().size();
      deconv3.forward(hidden2, image, workspace.convolution);
      if (activation_ == OutputActivation::sigmoid) sigmoid(image, deconv3.output().size());
    }
  }

  /// images: what forward made of them. Adds the gradients of the parameters to sums, overwrites
  /// latent_gradient.
  void backward(const T* images, const T* images_gradient, const Memory& memory, MatrixMap<T> latent_gradient,
                Gradient& sums, Workspace& workspace) const {
    const Index count = latent_gradient.rows();
    for (Index i = 0; i < count; ++i) {
      const T* output_gradient = images_gradient + i * deconv3.output().size();
      if (activation_ == OutputActivation::sigmoid) {
        sigmoid_backward(images + i * deconv3.output().size(), output_gradient,
                         workspace.output_gradient.data(), deconv3.output().size());
        output_gradient = workspace.output_gradient.data();
      }
      const T* hidden2 = memory.hidden2.row(i).data();
      T* hidden2_gradient = workspace.hidden2_gradient.data();
      deconv3.backward(hidden2, output_gradient, hidden2_gradient, sums.deconv3, workspace.convolution);
      relu_backward(hidden2, hidden2_gradient, deconv2.output().size());

      const T* hidden1 = memory.hidden1.row(i).data();
      T* hidden1_gradient = workspace.hidden1_gradient.data();
      deconv2.backward(hidden1, hidden2_gradient, hidden1_gradient, sums.deconv2, workspace.convolution);
      relu_backward(hidden1, hidden1_gradient, deconv1.output().size());

      const T* code = memory.code.row(i).data();
      T* code_gradient = workspace.code_gradient.data();
      deconv1.backward(code, hidden1_gradient, code_gradient, sums.deconv1, workspace.convolution);
      relu_backward(code, code_gradient, deconv1.input().size());
      to_planes(deconv1.input(), code_gradient, workspace.code_planes.row(i).data());
    }
    dense.backward({memory.latent.data(), count, memory.latent.cols()},
                   {workspace.code_planes.data(), count, memory.code.cols()}, latent_gradient, sums.dense);
  }

  /// Calls visit(name, layer, its gradient's place in Gradient), in the order of the checkpoints.
  template <typename Visit>
  static void for_each_layer(const Visit& visit) {
    visit("decoder.dense", &Decoder::dense, &Gradient::dense);
    visit("decoder.deconv1", &Decoder::deconv1, &Gradient::deconv1);
    visit("decoder.deconv2", &Decoder::deconv2, &Gradient::deconv2);
    visit("decoder.deconv3", &Decoder::deconv3, &Gradient::deconv3);
  }

  Dense<T> dense;
  TransposedConvolution<T> deconv1;
  TransposedConvolution<T> deconv2;
  TransposedConvolution<T> deconv3;

 private:
  OutputActivation activation_;
};

}  // namespace vae_mnist
