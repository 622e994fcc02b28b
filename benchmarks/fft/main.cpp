// What Eigen's transforms (CRISP_FFT=eigen) cost beside FFTW's: this program's losses have FFTW, those of a plugin Eigen's,
// by turns in one process. Sides are prime, as only lengths with a prime factor above 7 go to either.
#include <iostream>
#include <string>
#include <vector>

#include "plugin/comparison.hpp"
#include "support/command_line.hpp"

namespace crisp_benchmarks {
namespace {

int compare(bool is_quick) {
  Table table({"loss, images", "FFTW", "Eigen", "slower by"});
  std::vector<crisp::Shape> shapes = {{32, 1, 31, 31}};
  if (!is_quick) shapes.push_back({1, 3, 251, 251});
  compare_with_plugin(CRISP_EIGEN_PLUGIN, shapes, {"DFT", "focal frequency", "Wiener"}, is_quick,
                      [&](const std::string& title, const Timing& timing, double images) {
                        table.add({title, microseconds(timing.seconds(of_this_program) / images),
                                   microseconds(timing.seconds(of_plugin) / images),
                                   times(timing.ratio(of_plugin, of_this_program))});
                      });
  std::cout << "Value and gradient, float, 1 thread, microseconds an image.\n\n" << table << "\n";
  return 0;
}

}  // namespace
}  // namespace crisp_benchmarks

int main(int argc, char** argv) {
  crisp_benchmarks::CommandLine options(argc, argv);
  const bool quick = options.flag("--quick");
  if (!options.complete("benchmark_fft [--quick]")) return 2;
  return crisp_benchmarks::exit_status_of([&] { return crisp_benchmarks::compare(quick); });
}
