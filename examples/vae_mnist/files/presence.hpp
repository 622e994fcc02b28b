// Whether a file is there, and that it no longer is: what std::filesystem does, but with errors of ours.
#pragma once

#include <filesystem>

namespace vae_mnist {

/// Throws FileError where that cannot be known, such as in a folder that must not be searched.
bool is_there(const std::filesystem::path& path);

/// Throws FileError if it is still there afterwards.
void remove_file(const std::filesystem::path& path);

}  // namespace vae_mnist
