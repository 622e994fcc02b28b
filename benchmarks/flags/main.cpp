// What a plain -O2 build loses: the losses of a plugin compiled so, and those of this program, by turns in one process.
#include <algorithm>
#include <iostream>
#include <memory>
#include <string>
#include <vector>
#include <xsimd/xsimd.hpp>

#include "losses/timed_call.hpp"
#include "plugin/plugin.hpp"
#include "support/command_line.hpp"
#include "support/images.hpp"
#include "support/report.hpp"
#include "support/timing.hpp"

namespace crisp_benchmarks {
namespace {

int compare(bool is_quick) {
  const MakeLossCall make_plain = load_plugin(CRISP_PLAIN_PLUGIN);
  Verdict verdict;
  // -O2 alone has SSE2's registers and no fused multiplication and addition, which halves the work of polynomials: losses
  // that are all arithmetic differ by half as much again as the registers do.
  constexpr auto sse2_lanes = 4.0;
  constexpr auto lanes = static_cast<double>(xsimd::batch<float>::size);
  const Bound bound{Bound::at_most, 3, std::max(2.0, 2 * lanes / sse2_lanes / 3)};
  Table table({"loss, images", "-O2 alone", "this build", "slower by", "required"});
  std::vector<crisp::Shape> shapes = {{32, 1, 28, 28}};
  if (!is_quick) shapes.push_back({1, 3, 256, 256});
  for (const crisp::Shape& shape : shapes) {
    const auto pair = std::make_shared<ImagePair<float>>(shape);
    for (const std::string& name : loss_names(shape)) {
      const Timing timing(
          {timed_call(std::shared_ptr<LossCall<float>>(make_plain(name.c_str(), shape)), pair),
           timed_call(make_loss_call<float>(name, shape, 1), pair)},
          is_quick ? quick : thorough);
      const auto images = static_cast<double>(shape.batch);
      const std::string title = name + ", " + text(shape);
      verdict.check(title + " at -O2", timing.ratio(0, 1), bound);
      table.add({title, microseconds(timing.seconds(0) / images), microseconds(timing.seconds(1) / images),
                 times(timing.ratio(0, 1)), bound.text()});
    }
  }
  std::cout << "Value and gradient, float, 1 thread, microseconds an image.\n\n" << table << "\n";
  return verdict.exit_status();
}

}  // namespace
}  // namespace crisp_benchmarks

int main(int argc, char** argv) {
  crisp_benchmarks::CommandLine options(argc, argv);
  const bool quick = options.flag("--quick");
  if (!options.complete("benchmark_flags [--quick]")) return 2;
  return crisp_benchmarks::exit_status_of([&] { return crisp_benchmarks::compare(quick); });
}
