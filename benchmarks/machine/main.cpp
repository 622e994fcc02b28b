// Prints what the figures were measured on and with.
#include <fftw3.h>
#include <unistd.h>

#include <fstream>
#include <iostream>
#include <string>
#include <thread>
#include <xsimd/xsimd.hpp>

#include "crisp/core/images.hpp"
#include "crisp/version.hpp"

namespace {

std::string value_in(const char* file, const std::string& key) {
  std::ifstream lines(file);
  for (std::string line; std::getline(lines, line);) {
    const auto colon = line.find(':');
    if (line.rfind(key, 0) == 0 && colon != std::string::npos)
      return line.substr(line.find_first_not_of(' ', colon + 1));
  }
  return "unknown";
}

std::string version(int major, int minor, int patch) {
  return std::to_string(major) + "." + std::to_string(minor) + "." + std::to_string(patch);
}

long cache_kib(int name) { return sysconf(name) / 1024; }

}  // namespace

int main() {
  std::cout << "- crisp " << version(CRISP_VERSION_MAJOR, CRISP_VERSION_MINOR, CRISP_VERSION_PATCH) << "\n"
            << "- processor: " << value_in("/proc/cpuinfo", "model name") << ", "
            << std::thread::hardware_concurrency() << " cores, caches " << cache_kib(_SC_LEVEL1_DCACHE_SIZE)
            << " KiB, " << cache_kib(_SC_LEVEL2_CACHE_SIZE) << " KiB, " << cache_kib(_SC_LEVEL3_CACHE_SIZE)
            << " KiB\n"
            << "- compiler: " << CRISP_COMPILER << ", flags `" << CRISP_COMPILE_FLAGS << "`\n"
            << "- FFTW: " << fftwf_version << "\n"
            << "- Eigen " << version(EIGEN_WORLD_VERSION, EIGEN_MAJOR_VERSION, EIGEN_MINOR_VERSION)
            << ", xsimd " << version(XSIMD_VERSION_MAJOR, XSIMD_VERSION_MINOR, XSIMD_VERSION_PATCH) << " ("
            << xsimd::default_arch::name() << ")\n";
}
