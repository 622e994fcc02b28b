#include "app/evaluation.hpp"

#include <algorithm>
#include <crisp/losses/gaussian_kl.hpp>
#include <crisp/metrics/psnr.hpp>
#include <crisp/metrics/ssim.hpp>

#include "data/dataset.hpp"

namespace vae_mnist {

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
  const Index total = images.dimension(0);
  if (total == 0) crisp::detail::fail<crisp::ShapeError>("there are no images to evaluate on");
  crisp::metrics::Psnr<float> psnr;
  crisp::metrics::Ssim<float> ssim;
  double kl = 0;
  Latent<float> mean, log_variance;
  crisp::Images<float> reconstruction;
  for (Index first = 0; first < total; first += batch) {
    const Index count = std::min(batch, total - first);
    const crisp::Images<float> originals = slice(images, first, count);
    vae.encode(originals, mean, log_variance, threads);
    vae.decode(mean, reconstruction, threads);
    psnr.add(reconstruction, originals, threads);
    ssim.add(reconstruction, originals, threads);
    kl += static_cast<double>(crisp::gaussian_kl(mean, log_variance)) * static_cast<double>(count);
  }
  return {psnr.value(), ssim.value(), kl / static_cast<double>(total), total};
}

}  // namespace vae_mnist
