// Files that are never seen half written: whoever looks finds the old contents or the new, also after a
// crash.
#pragma once

#include <filesystem>
#include <string_view>

namespace vae_mnist {

/// Makes `contents` the contents of the file at `path`, all or nothing: written to a temporary file in the
/// same folder, synced to the disk, then renamed over `path`. A symbolic link is followed, not replaced.
/// Throws FileError with the reason (no such folder, disk full, not a regular file, ...); the temporary file
/// is then gone and what was at `path` is as it was.
void write_atomically(const std::filesystem::path& path, std::string_view contents);

}  // namespace vae_mnist
