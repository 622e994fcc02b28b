#include "files/read_file.hpp"

#include <cerrno>
#include <fstream>
#include <system_error>

#include "files/file_error.hpp"

namespace vae_mnist {

std::string read_file(const std::filesystem::path& path) {
  std::error_code error;
  const auto size = std::filesystem::file_size(path, error);
  if (error) fail_at(path, "cannot be read: ", error.message());

  std::ifstream file(path, std::ios::binary);
  if (!file) fail_at(path, "cannot be opened: ", std::generic_category().message(errno));
  std::string bytes(size, '\0');
  file.read(bytes.data(), static_cast<std::streamsize>(size));
  if (!file) fail_at(path, "could be read for ", file.gcount(), " of its ", size, " bytes only");
  return bytes;
}

}  // namespace vae_mnist
