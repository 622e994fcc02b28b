// What a plain -O2 build loses: the losses of a plugin compiled so, and those of this program, by turns in one process.
#include <algorithm>
#include <iostream>
#include <string>
#include <vector>
#include <xsimd/xsimd.hpp>

#include "plugin/comparison.hpp"
#include "support/command_line.hpp"

namespace crisp_benchmarks {
namespace {

int compare(bool is_quick) {
  Verdict verdict;
  // -O2 alone has SSE2's registers and no fused multiplication and addition, which halves the work of polynomials: losses
  // that are all arithmetic differ by half as much again as the registers do.
  constexpr auto sse2_lanes = 4.0;
  constexpr auto lanes = static_cast<double>(xsimd::batch<float>::size);
  const Bound bound{Bound::at_most, 3, std::max(2.0, 2 * lanes / sse2_lanes / 3)};
  Table table({"loss, images", "-O2 alone", "this build", "slower by", "required"});
  std::vector<crisp::Shape> shapes = {{32, 1, 28, 28}};
  if (!is_quick) shapes.push_back({1, 3, 256, 256});
  compare_with_plugin(
      CRISP_PLAIN_PLUGIN, shapes, {}, is_quick,
      [&](const std::string& title, const Timing& timing, double images) {
        const double ratio = timing.ratio(of_plugin, of_this_program);
        verdict.check(title + " at -O2", ratio, bound);
        table.add({title, microseconds(timing.seconds(of_plugin) / images),
                   microseconds(timing.seconds(of_this_program) / images), times(ratio), bound.text()});
      });
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
