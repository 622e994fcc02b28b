// Files that tests can use but the repository does not hold: golden values, reference checkpoints, MNIST.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <optional>
#include <string_view>
#include <system_error>

#include "support/catch.hpp"

namespace crisp_test {

/// The folder of that name among the shared files: in $CRISP_SHARED_DIR if that is set, else in the folder
/// "shared" beside the source tree. Nothing if there is none.
inline std::optional<std::filesystem::path> shared_folder(std::string_view name) {
  std::filesystem::path shared;
  if (const char* const directory = std::getenv("CRISP_SHARED_DIR")) {
    shared = directory;
  } else {
#ifdef CRISP_SOURCE_DIR
    shared = std::filesystem::path(CRISP_SOURCE_DIR) / ".." / "shared";
#else
    return {};
#endif
  }
  std::error_code error;
  const std::filesystem::path folder = shared / name;
  if (!std::filesystem::is_directory(folder, error)) return {};
  return folder;
}

/// Says on standard output that the running test checks nothing, since data is missing; the test then returns.
inline void skip(std::string_view missing_data) {
  std::cout << "SKIPPED: " << Catch::getResultCapture().getCurrentTestName() << ": no data: " << missing_data
            << std::endl;
}

}  // namespace crisp_test
