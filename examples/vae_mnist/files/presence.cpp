#include "files/presence.hpp"

#include <system_error>

#include "files/file_error.hpp"

namespace vae_mnist {

bool is_there(const std::filesystem::path& path) {
  std::error_code error;
  const bool found = std::filesystem::exists(path, error);
  if (error) fail_at(path, "cannot be looked for: ", error.message());
  return found;
}

void remove_file(const std::filesystem::path& path) {
  std::error_code error;
  std::filesystem::remove(path, error);
  if (error) fail_at(path, "cannot be removed: ", error.message());
}

}  // namespace vae_mnist
