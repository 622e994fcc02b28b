// The bytes of a whole file, in memory, where a parser can check them against each other.
#pragma once

#include <filesystem>
#include <string>

namespace vae_mnist {

/// All bytes of a regular file, as they were at one time. A file that is renamed over it, or its removal, does not matter.
/// Throws FileError if it is missing, is something else, or cannot be read; also if it is cut, grows or is written to
/// meanwhile, as far as its size and the time of its last change tell.
std::string read_file(const std::filesystem::path& path);

}  // namespace vae_mnist
