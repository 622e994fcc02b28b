// Files that may be gzipped, as MNIST's are when they come from its authors.
#pragma once

#include <filesystem>
#include <string>

namespace vae_mnist {

/// The bytes of a file, unpacked if it is gzipped (starts with 1f 8b), else as they are. Throws FileError, which names the
/// path, if they are corrupt or truncated, go on after their gzip stream, or unpack to more than 1 GiB.
std::string unpacked(std::string bytes, const std::filesystem::path& path);

}  // namespace vae_mnist
