// What Eigen's transforms (CRISP_FFT=eigen) cost beside FFTW's: this program's losses have FFTW, those of a plugin Eigen's,
// by turns in one process. Sides are prime, as only lengths with a prime factor above 7 go to either.
#include <iostream>
#include <memory>
#include <string>
#include <vector>

#include "losses/timed_call.hpp"
#include "plugin/plugin.hpp"
#include "support/command_line.hpp"
#include "support/images.hpp"
#include "support/report.hpp"
#include "support/timing.hpp"

namespace crisp_benchmarks {
namespace {

int compare(bool is_quick) {
  const MakeLossCall make_with_eigen = load_plugin(CRISP_EIGEN_PLUGIN);
  Table table({"loss, images", "FFTW", "Eigen", "slower by"});
  std::vector<crisp::Shape> shapes = {{32, 1, 31, 31}};
  if (!is_quick) shapes.push_back({1, 3, 251, 251});
  for (const crisp::Shape& shape : shapes) {
    const auto pair = std::make_shared<ImagePair<float>>(shape);
    for (const std::string name : {"DFT", "focal frequency", "Wiener"}) {
      const Timing timing(
          {timed_call(make_loss_call<float>(name, shape, 1), pair),
           timed_call(std::shared_ptr<LossCall<float>>(make_with_eigen(name.c_str(), shape)), pair)},
          is_quick ? quick : thorough);
      const auto images = static_cast<double>(shape.batch);
      table.add({name + ", " + text(shape), microseconds(timing.seconds(0) / images),
                 microseconds(timing.seconds(1) / images), times(timing.ratio(1, 0))});
    }
  }
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
