// The decoder: latent -> dense, ReLU -> transposed convolution, ReLU -> the same, ReLU -> transposed
// convolution -> image, linear or through a sigmoid. Strides of 2 double the sides as TensorFlow's "same" does:
// of the full result, the last row and column are dropped. So the sides of an image are multiples of 4. Images
// go out as planes, [channels, height, width]. Like the encoder it works on a shard.
#pragma once

#include "network/activation.hpp"
#include "network/convolution.hpp"
#include "network/dense.hpp"

namespace vae_mnist {

enum class OutputActivation { linear, sigmoid };

template <typename T>
class Decoder {
 public:
  Decoder(const ImageShape& image, Index latent, OutputActivation activation)
      : dense(latent, code_shape(image).size()),
        deconv1(code_shape(image), 64, 3, 2, 0, 1),
        deconv2(deconv1.output(), 32, 3, 2, 0, 1),
        deconv3(deconv2.output(), image.channels, 3, 1, 1, 1),
        activation_(activation) {}

  /// What the dense layer makes, for images of this shape.
  static ImageShape code_shape(const ImageShape& image) { return {32, image.height / 4, image.width / 4}; }

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

  /// Sums of the parameters' gradients, each as its layer lays them out.
  template <typename Sum = T>
  struct Gradient {
    explicit Gradient(const Decoder& decoder)
        : dense(decoder.dense.template make_gradient<Sum>()),
          deconv1(decoder.deconv1.template make_gradient<Sum>()),
          deconv2(decoder.deconv2.template make_gradient<Sum>()),
          deconv3(decoder.deconv3.template make_gradient<Sum>()) {}
    DenseGradient<T, Sum> dense;
    LayerGradient<T, Sum> deconv1;
    LayerGradient<T, Sum> deconv2;
    LayerGradient<T, Sum> deconv3;
  };

  /// Of one thread, for up to `images` images at a time.
  struct Workspace {
    Workspace(const Decoder& decoder, Index images)
        : code_planes(images, decoder.deconv1.input().size()),
          code_gradient(images, decoder.deconv1.input().size()),
          hidden1_gradient(images, decoder.deconv1.output().size()),
          hidden2_gradient(images, decoder.deconv2.output().size()),
          output_pixels(images, decoder.deconv3.output().size()),
          output_gradient(images, decoder.deconv3.output().size()) {
      decoder.deconv1.reserve(images, convolution);
      decoder.deconv2.reserve(images, convolution);
      decoder.deconv3.reserve(images, convolution);
    }
    ConvolutionWorkspace<T> convolution;
    Matrix<T> code_planes;
    Matrix<T> code_gradient;
    Matrix<T> hidden1_gradient;
    Matrix<T> hidden2_gradient;
    Matrix<T> output_pixels;    ///< the output, or its gradient, [pixels, channels]
    Matrix<T> output_gradient;  ///< [channels, pixels], before the sigmoid
  };

  /// latent: [images, latent]; images: where they go, one after another.
  void forward(ConstMatrixMap<T> latent, T* images, Memory& memory, Workspace& workspace) const {
    const Index count = latent.rows();
    memory.latent.topRows(count) = latent;
    dense.forward(latent, {workspace.code_planes.data(), count, memory.code.cols()});
    relu(workspace.code_planes.data(), count * memory.code.cols());
    to_pixels(count, deconv1.input(), workspace.code_planes.data(), memory.code.data());
    deconv1.forward(count, memory.code.data(), memory.hidden1.data(), workspace.convolution);
    relu(memory.hidden1.data(), count * memory.hidden1.cols());
    deconv2.forward(count, memory.hidden1.data(), memory.hidden2.data(), workspace.convolution);
    relu(memory.hidden2.data(), count * memory.hidden2.cols());
    deconv3.forward(count, memory.hidden2.data(), workspace.output_pixels.data(), workspace.convolution);
    to_planes(count, deconv3.output(), workspace.output_pixels.data(), images);
    if (activation_ == OutputActivation::sigmoid) sigmoid(images, count * deconv3.output().size());
  }

  /// images: what forward made of them. Adds the gradients of the parameters to sums, overwrites
  /// latent_gradient.
  void backward(const T* images, const T* images_gradient, const Memory& memory, MatrixMap<T> latent_gradient,
                Gradient<>& sums, Workspace& workspace) const {
    const Index count = latent_gradient.rows();
    if (activation_ == OutputActivation::sigmoid) {
      sigmoid_backward(images, images_gradient, workspace.output_gradient.data(),
                       count * deconv3.output().size());
      images_gradient = workspace.output_gradient.data();
    }
    to_pixels(count, deconv3.output(), images_gradient, workspace.output_pixels.data());
    deconv3.backward(count, memory.hidden2.data(), workspace.output_pixels.data(),
                     workspace.hidden2_gradient.data(), sums.deconv3, workspace.convolution);
    relu_backward(memory.hidden2.data(), workspace.hidden2_gradient.data(), count * memory.hidden2.cols());
    deconv2.backward(count, memory.hidden1.data(), workspace.hidden2_gradient.data(),
                     workspace.hidden1_gradient.data(), sums.deconv2, workspace.convolution);
    relu_backward(memory.hidden1.data(), workspace.hidden1_gradient.data(), count * memory.hidden1.cols());
    deconv1.backward(count, memory.code.data(), workspace.hidden1_gradient.data(),
                     workspace.code_gradient.data(), sums.deconv1, workspace.convolution);
    relu_backward(memory.code.data(), workspace.code_gradient.data(), count * memory.code.cols());
    to_planes(count, deconv1.input(), workspace.code_gradient.data(), workspace.code_planes.data());
    dense.backward({memory.latent.data(), count, memory.latent.cols()},
                   {workspace.code_planes.data(), count, memory.code.cols()}, latent_gradient, sums.dense);
  }

  /// Calls visit(name, layer, place), in the order of the checkpoints; place(gradient) is the layer's part of a
  /// Gradient.
  template <typename Visit>
  static void for_each_layer(const Visit& visit) {
    visit(
        "decoder.dense", &Decoder::dense, [](auto& g) -> auto& { return g.dense; });
    visit(
        "decoder.deconv1", &Decoder::deconv1, [](auto& g) -> auto& { return g.deconv1; });
    visit(
        "decoder.deconv2", &Decoder::deconv2, [](auto& g) -> auto& { return g.deconv2; });
    visit(
        "decoder.deconv3", &Decoder::deconv3, [](auto& g) -> auto& { return g.deconv3; });
  }

  Dense<T> dense;
  TransposedConvolution<T> deconv1;
  TransposedConvolution<T> deconv2;
  TransposedConvolution<T> deconv3;

 private:
  OutputActivation activation_;
};

}  // namespace vae_mnist
