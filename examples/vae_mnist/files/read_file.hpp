// The bytes of a whole file, in memory, where a parser can check them against each other.
#pragma once

#include <filesystem>
#include <string>

namespace vae_mnist {

/// All bytes of a regular file. Throws FileError if it is missing, is something else, or cannot be read.
std::string read_file(const std::filesystem::path& path);

}  // namespace vae_mnist
