// A trained network as a safetensors file: every parameter by its name, and in the metadata what its shape
// does not tell.
#pragma once

#include <filesystem>
#include <map>
#include <string>

#include "network/vae.hpp"

namespace vae_mnist {

/// Writes the network's parameters atomically. The metadata gets the shape of the images under "image", as in
/// 1x28x28, and the output activation under "output", beside whatever else is worth knowing.
void save_checkpoint(const std::filesystem::path& path, Vae<float>& vae, OutputActivation output,
                     std::map<std::string, std::string> metadata);

/// The network of a checkpoint. Its latent size and the channels of its images are read from the shapes of
/// encoder.dense.weight and encoder.conv1.weight, the sides of its images from the metadata; without metadata
/// images are 28x28 and the output is linear. Throws FileError naming the tensor that is missing, misshapen, or
/// none of the network's, for an image that no network takes, and for weights that are not finite.
Vae<float> load_checkpoint(const std::filesystem::path& path);

}  // namespace vae_mnist
