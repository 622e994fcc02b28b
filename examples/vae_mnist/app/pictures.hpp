// What a network makes, as PNG files in a folder.
#pragma once

#include <cstdint>
#include <filesystem>

#include "crisp/core/executor.hpp"
#include "crisp/core/images.hpp"
#include "network/vae.hpp"

namespace vae_mnist {

/// reconstructions.png: rows of images, each above its reconstructions. Takes the first of the images, up
/// to 80.
void draw_reconstructions(const std::filesystem::path& folder, Vae<float>& vae,
                          const crisp::Images<float>& images, const crisp::Threads& threads);

/// samples.png: `count` images decoded from standard normal z.
void draw_samples(const std::filesystem::path& folder, Vae<float>& vae, Index count, std::uint64_t seed,
                  const crisp::Threads& threads);

/// manifold.png: images decoded from a grid over the latent plane, both dimensions from -2.5 to 2.5. A
/// network whose latent space is not a plane has none; returns whether there is one.
bool draw_manifold(const std::filesystem::path& folder, Vae<float>& vae, const crisp::Threads& threads);

}  // namespace vae_mnist
