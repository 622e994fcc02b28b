// What including crisp costs a compilation, beside what including Eigen's Tensor costs.
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <stdexcept>
#include <string>

#include "support/command_line.hpp"
#include "support/report.hpp"
#include "support/timing.hpp"

namespace crisp_benchmarks {
namespace {

/// Compiles a program that includes a header and does nothing.
Call compilation_of(const std::string& header, const std::filesystem::path& folder) {
  std::string file_name = header;
  for (char& c : file_name) c = c == '/' ? '_' : c;
  const std::filesystem::path source = folder / (file_name + ".cpp");
  std::ofstream(source) << "#include <" << header << ">\nint main() {}\n";
  const std::string command =
      std::string(CRISP_COMPILE_COMMAND) + " -c '" + source.string() + "' -o '" + source.string() + ".o'";
  return [=] {
    if (std::system(command.c_str()) != 0) throw std::runtime_error("this failed: " + command);
  };
}

int compare(const Effort& effort) {
  const std::filesystem::path folder = std::filesystem::temp_directory_path() / "crisp_compile_time";
  std::filesystem::create_directories(folder);
  const Timing timing(
      {compilation_of("crisp/crisp.hpp", folder), compilation_of("unsupported/Eigen/CXX11/Tensor", folder)},
      effort);
  std::filesystem::remove_all(folder);
  const Bound bound{Bound::at_most, 1.5};
  Verdict verdict;
  verdict.check("compiling crisp/crisp.hpp", timing.ratio(0, 1), bound);
  Table table({"header", "seconds", "beside Eigen's Tensor", "required"});
  table.add({"`<unsupported/Eigen/CXX11/Tensor>`", number(timing.seconds(1)), "", ""});
  table.add({"`<crisp/crisp.hpp>`", number(timing.seconds(0)), times(timing.ratio(0, 1)), bound.text()});
  std::cout << table << "\n";
  return verdict.exit_status();
}

}  // namespace
}  // namespace crisp_benchmarks

int main(int argc, char** argv) {
  using namespace crisp_benchmarks;
  CommandLine options(argc, argv);
  const bool is_quick = options.flag("--quick");
  if (!options.complete("benchmark_compile_time [--quick]")) return 2;
  return exit_status_of([&] { return compare(is_quick ? Effort{3, 0, 30} : Effort{9, 0, 300}); });
}
