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

/// The same, but that what was at `path` is then at `previous`, in the same folder, in place of what was there; a symbolic link
/// at `path` is moved, not followed. At every moment, the old contents or the new are at one of the two. If it throws, the
/// old contents are at `path` still, or, where only the last renaming failed, at `previous`.
void write_atomically(const std::filesystem::path& path, std::string_view contents,
                      const std::filesystem::path& previous);

/// Removes the temporary files in a folder whose processes, on this machine, are gone: killed while they wrote. What
/// cannot be removed stays.
void remove_abandoned_files(const std::filesystem::path& folder);

}  // namespace vae_mnist
