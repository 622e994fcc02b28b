// Whether two trainings came to the same.
#pragma once

#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

#include "files/read_file.hpp"
#include "support/catch.hpp"

namespace vae_mnist_test {

/// The history but for its columns on time.
inline std::string without_times(const std::filesystem::path& file) {
  std::ifstream lines(file);
  std::ostringstream text;
  for (std::string line; std::getline(lines, line);) {
    const std::size_t times = line.rfind(',', line.rfind(',') - 1);
    text << line.substr(0, times) << '\n';
  }
  return text.str();
}

inline void check_same_outcome(const std::filesystem::path& a, const std::filesystem::path& b) {
  CHECK(vae_mnist::read_file(a / "checkpoint.safetensors") ==
        vae_mnist::read_file(b / "checkpoint.safetensors"));
  CHECK(without_times(a / "history.csv") == without_times(b / "history.csv"));
  CHECK(vae_mnist::read_file(a / "samples.png") == vae_mnist::read_file(b / "samples.png"));
}

}  // namespace vae_mnist_test
