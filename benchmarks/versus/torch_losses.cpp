#include "versus/torch_losses.hpp"

#include "versus/torch_similarity.hpp"
#include "versus/torch_spectral.hpp"

namespace crisp_benchmarks {
namespace {

namespace F = torch::nn::functional;
using at::Tensor;

Tensor total_variation(const Tensor& images) {
  const std::int64_t height = images.size(2);
  const std::int64_t width = images.size(3);
  const Tensor down = images.narrow(2, 1, height - 1) - images.narrow(2, 0, height - 1);
  const Tensor right = images.narrow(3, 1, width - 1) - images.narrow(3, 0, width - 1);
  return (down.abs().sum() + right.abs().sum()) / images.numel();
}

}  // namespace

std::vector<TorchLoss> torch_losses(const std::string& name, const crisp::Shape& shape) {
  using namespace torch_spectral;
  using namespace torch_similarity;
  if (name == "L1") return {{"l1_loss", [](const Tensor& x, const Tensor& y) { return F::l1_loss(x, y); }}};
  if (name == "MSE")
    return {{"mse_loss", [](const Tensor& x, const Tensor& y) { return F::mse_loss(x, y); }}};
  if (name == "Huber")
    return {{"huber_loss", [](const Tensor& x, const Tensor& y) { return torch::huber_loss(x, y); }}};
  if (name == "BCE with logits") {
    return {{"binary_cross_entropy_with_logits",
             [](const Tensor& x, const Tensor& y) { return F::binary_cross_entropy_with_logits(x, y); }}};
  }
  if (name == "TV anisotropic") {
    return {{"slices", [](const Tensor& x, const Tensor&) { return total_variation(x); }}};
  }
  if (name == "STFT 16/4") return stft_losses(16, shape);
  if (name == "STFT 32/8") return stft_losses(32, shape);
  if (name == "DFT") {
    return {{"rfft2, complex", dft(shape, polar_complex)}, {"rfft2, real parts", dft(shape, polar_real)}};
  }
  if (name == "DFT Fuoli 2021") {
    return {{"rfft2, complex", fuoli(shape, polar_complex)}, {"rfft2, real parts", fuoli(shape, polar_real)}};
  }
  if (name == "focal frequency") {
    return {{"its authors'", focal_frequency_full()},
            {"half spectrum of the difference", focal_frequency_half(shape)}};
  }
  if (name == "SSIM") return similarity_losses(11, shape.channels, ssim);
  if (name == "MS-SSIM") {
    return similarity_losses(11, shape.channels, [](const Maps& maps) {
      return ms_ssim(maps, {0.0448, 0.2856, 0.3001, 0.2363, 0.1333});
    });
  }
  return {};
}

}  // namespace crisp_benchmarks
