// What a change costs: the losses of another state of crisp, compiled as this program is, and this program's, by turns in one
// process.
#include <iostream>
#include <string>
#include <vector>

#include "plugin/comparison.hpp"
#include "support/command_line.hpp"

namespace crisp_benchmarks {
namespace {

int compare(bool is_quick) {
  Table table({"loss, images", "before", "now", "now / before"});
  compare_with_plugin(CRISP_BEFORE_PLUGIN, {{128, 1, 28, 28}, {1, 3, 256, 256}}, {}, is_quick,
                      [&](const std::string& title, const Timing& timing, double images) {
                        table.add({title, microseconds(timing.seconds(of_plugin) / images),
                                   microseconds(timing.seconds(of_this_program) / images),
                                   times(timing.ratio(of_this_program, of_plugin))});
                      });
  std::cout << "Value and gradient, float, 1 thread, microseconds an image.\n\n" << table << "\n";
  return 0;
}

}  // namespace
}  // namespace crisp_benchmarks

int main(int argc, char** argv) {
  crisp_benchmarks::CommandLine options(argc, argv);
  const bool quick = options.flag("--quick");
  if (!options.complete("benchmark_before [--quick]")) return 2;
  return crisp_benchmarks::exit_status_of([&] { return crisp_benchmarks::compare(quick); });
}
