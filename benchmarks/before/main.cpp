// What a change costs: the losses of another state of crisp, compiled as this program is, and this program's, by turns in one
// process.
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
  const MakeLossCall make_before = load_plugin(CRISP_BEFORE_PLUGIN);
  Table table({"loss, images", "before", "now", "now / before"});
  for (const crisp::Shape& shape : std::vector<crisp::Shape>{{128, 1, 28, 28}, {1, 3, 256, 256}}) {
    const auto pair = std::make_shared<ImagePair<float>>(shape);
    for (const std::string& name : loss_names(shape)) {
      const Timing timing(
          {timed_call(std::shared_ptr<LossCall<float>>(make_before(name.c_str(), shape)), pair),
           timed_call(make_loss_call<float>(name, shape, 1), pair)},
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
  if (!options.complete("benchmark_before [--quick]")) return 2;
  return crisp_benchmarks::exit_status_of([&] { return crisp_benchmarks::compare(quick); });
}
