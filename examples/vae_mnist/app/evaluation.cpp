#include "app/evaluation.hpp"

#include <algorithm>
#include <cmath>
#include <crisp/core/evaluate.hpp>
#include <crisp/losses/gaussian_kl.hpp>
#include <crisp/losses/mse.hpp>
#include <crisp/losses/ssim.hpp>

namespace vae_mnist {

crisp::Images<float> slice(const crisp::Images<float>& images, Index first, Index count) {
  crisp::Images<float> part(count, images.dimension(1), images.dimension(2), images.dimension(3));
  std::copy_n(&images(first, 0, 0, 0), part.size(), part.data());
  return part;
}

crisp::Images<float> reconstruct(Vae<float>& vae, const crisp::Images<float>& images,
                                 const crisp::Threads& threads) {
  Latent<float> mean, log_variance;
  vae.encode(images, mean, log_variance, threads);
  crisp::Images<float> reconstruction;
  vae.decode(mean, reconstruction, threads);
  return reconstruction;
}

Evaluation evaluate(Vae<float>& vae, const crisp::Images<float>& images, const crisp::Threads& threads) {
  constexpr Index batch = 500;
  Evaluation total;
  total.images = images.dimension(0);
  if (total.images == 0) crisp::detail::fail<crisp::ShapeError>("there are no images to evaluate on");
  const crisp::MseLoss<float> mse;
  const crisp::SsimLoss<float> dissimilarity;
  crisp::Workspace<crisp::SsimLoss<float>> workspace;
  Latent<float> mean, log_variance;
  crisp::Images<float> reconstruction;
  for (Index first = 0; first < total.images; first += batch) {
    const Index count = std::min(batch, total.images - first);
    const crisp::Images<float> originals = slice(images, first, count);
    vae.encode(originals, mean, log_variance, threads);
    vae.decode(mean, reconstruction, threads);
    const auto errors = crisp::values(mse, reconstruction, originals, threads);
    const auto dissimilarities = crisp::values(dissimilarity, reconstruction, originals, workspace, threads);
    for (Index i = 0; i < count; ++i) {
      total.psnr -= 10 * std::log10(static_cast<double>(errors(i)));
      total.ssim += 1 - static_cast<double>(dissimilarities(i));
    }
    total.kl += static_cast<double>(crisp::gaussian_kl(mean, log_variance)) * static_cast<double>(count);
  }
  const auto count = static_cast<double>(total.images);
  total.psnr /= count;
  total.ssim /= count;
  total.kl /= count;
  return total;
}

}  // namespace vae_mnist
