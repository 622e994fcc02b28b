// The network of examples/vae_mnist in libtorch, layer by layer the same.
#pragma once

#include <torch/torch.h>

#include <string>
#include <vector>

#include "vae/training_step.hpp"
#include "versus/torch_losses.hpp"

namespace crisp_benchmarks {

class TorchVaeImpl : public torch::nn::Module {
 public:
  /// What a loss needs: [batch, 2] twice, and [batch, 1, 28, 28].
  struct Output {
    at::Tensor mean;
    at::Tensor log_variance;
    at::Tensor reconstruction;
  };

  TorchVaeImpl()
      : conv1(register_module("encoder_conv1", torch::nn::Conv2d(stride_2(1, 32)))),
        conv2(register_module("encoder_conv2", torch::nn::Conv2d(stride_2(32, 64)))),
        statistics(register_module("encoder_dense", torch::nn::Linear(2304, 4))),
        dense(register_module("decoder_dense", torch::nn::Linear(2, 1568))),
        deconv1(register_module("decoder_deconv1", torch::nn::ConvTranspose2d(doubling(32, 64)))),
        deconv2(register_module("decoder_deconv2", torch::nn::ConvTranspose2d(doubling(64, 32)))),
        deconv3(register_module(
            "decoder_deconv3",
            torch::nn::ConvTranspose2d(torch::nn::ConvTranspose2dOptions(32, 1, 3).padding(1)))) {}

  Output forward(const at::Tensor& images, const at::Tensor& noise) {
    at::Tensor hidden = conv1(images).relu_();
    hidden = conv2(hidden).relu_();
    const at::Tensor both = statistics(hidden.flatten(1));
    const at::Tensor mean = both.narrow(1, 0, 2);
    const at::Tensor log_variance = both.narrow(1, 2, 2);
    hidden = dense(mean + torch::exp(log_variance / 2) * noise).relu_().view({-1, 32, 7, 7});
    hidden = torch::relu(cropped(deconv1(hidden)));
    hidden = torch::relu(cropped(deconv2(hidden)));
    return {mean, log_variance, deconv3(hidden)};
  }

  /// In the order of VaeStep::parameters.
  std::vector<at::Tensor> in_order() {
    return {conv1->weight,    conv1->bias,   conv2->weight,   conv2->bias,     statistics->weight,
            statistics->bias, dense->weight, dense->bias,     deconv1->weight, deconv1->bias,
            deconv2->weight,  deconv2->bias, deconv3->weight, deconv3->bias};
  }

 private:
  static torch::nn::Conv2dOptions stride_2(std::int64_t from, std::int64_t to) {
    return torch::nn::Conv2dOptions(from, to, 3).stride(2);
  }
  static torch::nn::ConvTranspose2dOptions doubling(std::int64_t from, std::int64_t to) {
    return torch::nn::ConvTranspose2dOptions(from, to, 3).stride(2);
  }
  /// Without the last row and column, as TensorFlow's "same" has it.
  static at::Tensor cropped(const at::Tensor& images) {
    return images.narrow(2, 0, images.size(2) - 1).narrow(3, 0, images.size(3) - 1);
  }

  torch::nn::Conv2d conv1, conv2;
  torch::nn::Linear statistics, dense;
  torch::nn::ConvTranspose2d deconv1, deconv2, deconv3;
};
TORCH_MODULE(TorchVae);

}  // namespace crisp_benchmarks
