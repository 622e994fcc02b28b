// Files that may be gzipped, as MNIST's are when they come from its authors.
#pragma once

#include <filesystem>
#include <string>

namespace vae_mnist {

/// All bytes of a file, unpacked if it is gzipped (starts with 1f 8b), else as they are. Throws FileError if
/// it cannot be read, is corrupt or truncated, goes on after its gzip stream, or unpacks to more than 1 GiB.
std::string read_unpacked(const std::filesystem::path& path);

}  // namespace vae_mnist
