#include "app/pictures.hpp"

#include <algorithm>

#include "app/evaluation.hpp"
#include "data/dataset.hpp"
#include "files/image_grid.hpp"
#include "files/png.hpp"
#include "network/random.hpp"

namespace vae_mnist {
namespace {

void draw(const std::filesystem::path& file, const crisp::Images<float>& images, Index columns) {
  GridOptions options;
  options.columns = columns;
  write_png(file, image_grid(images, options));
}

}  // namespace

void draw_reconstructions(const std::filesystem::path& folder, Vae<float>& vae,
                          const crisp::Images<float>& images, const crisp::Threads& threads) {
  const Index available = std::min<Index>(80, images.dimension(0));
  const Index columns = std::min<Index>(20, available);
  const crisp::Images<float> originals = slice(images, 0, available / columns * columns);
  draw(folder / "reconstructions.png",
       alternating_rows(originals, reconstruct(vae, originals, threads), columns), columns);
}

void draw_samples(const std::filesystem::path& folder, Vae<float>& vae, Index count, std::uint64_t seed,
                  const crisp::Threads& threads) {
  Random random(seed);
  Latent<float> z(count, vae.latent());
  for (Index i = 0; i < z.size(); ++i) z.data()[i] = static_cast<float>(random.normal());
  crisp::Images<float> images;
  vae.decode(z, images, threads);
  draw(folder / "samples.png", images, std::min<Index>(20, count));
}

bool draw_manifold(const std::filesystem::path& folder, Vae<float>& vae, const crisp::Threads& threads) {
  if (vae.latent() != 2) return false;
  constexpr Index side = 20;
  constexpr float range = 2.5F;
  const auto position = [](Index i) { return range * (2 * static_cast<float>(i) / (side - 1) - 1); };
  Latent<float> z(side * side, 2);
  for (Index row = 0; row < side; ++row) {
    for (Index column = 0; column < side; ++column) {
      z(row * side + column, 0) = position(column);
      z(row * side + column, 1) = -position(row);  // up is positive
    }
  }
  crisp::Images<float> images;
  vae.decode(z, images, threads);
  draw(folder / "manifold.png", images, side);
  return true;
}

}  // namespace vae_mnist
