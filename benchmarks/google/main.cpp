// All losses and transforms in Google Benchmark. With --markdown it prints tables; all options of Google Benchmark do.
#include <benchmark/benchmark.h>

#include <iostream>
#include <map>
#include <string>
#include <vector>

#include "google/losses.hpp"
#include "google/transforms.hpp"
#include "support/images.hpp"
#include "support/report.hpp"

namespace crisp_benchmarks {
namespace {

/// Keeps what was measured, and prints tables of it at the end.
class MarkdownReporter : public benchmark::BenchmarkReporter {
 public:
  bool ReportContext(const Context&) override { return true; }
  void ReportRuns(const std::vector<Run>& runs) override {
    for (const Run& run : runs) {
      if (run.error_occurred) continue;
      std::map<std::string, double>& counters = measured_[run.run_name.function_name];
      for (const auto& [name, counter] : run.counters) counters[name] = counter.value;
    }
  }

  /// One table a scalar, one row a loss and shape. Returns how many calls allocated.
  int print_losses(const std::vector<LossCase>& cases) const {
    int allocating = 0;
    for (const char* scalar : {"float", "double"}) {
      Table table({"loss, images", "value", "2 threads", "value, gradient", "2 threads", "workspace KiB",
                   "planes", "allocations"});
      std::vector<std::string> row;
      for (const LossCase& one : cases) {
        if (one.scalar != scalar || measured_.count(one.name()) == 0) continue;
        if (row.empty()) row.push_back(one.loss + ", " + text(one.shape));
        row.push_back(microseconds(counter(one.name(), "per_image")));
        const double bytes = counter(one.name(), "workspace");
        const double allocations = counter(one.name(), "allocations");
        if (allocations > 0) ++allocating;
        if (one.with_gradient && one.threads == 1) {
          workspace_ = {number(bytes / 1024), number(bytes / plane_bytes(one)), number(allocations, 1)};
        }
        if (!one.with_gradient || one.threads == 1) continue;
        row.insert(row.end(), workspace_.begin(), workspace_.end());
        table.add(row);
        row.clear();
      }
      std::cout << "#### Losses, " << scalar << "\n\n" << table << "\n";
    }
    return allocating;
  }

  void print_transforms(const std::vector<std::string>& names) const {
    Table table({"transform", "time"});
    for (const std::string& name : names) {
      if (measured_.count(name) > 0) table.add({name, microseconds(counter(name, "per_image"))});
    }
    std::cout << "#### Transforms\n\n" << table << "\n";
  }

 private:
  static double plane_bytes(const LossCase& one) {
    return static_cast<double>(one.shape.plane_size()) * (one.scalar == "float" ? 4 : 8);
  }
  double counter(const std::string& benchmark, const std::string& name) const {
    return measured_.at(benchmark).at(name);
  }

  std::map<std::string, std::map<std::string, double>> measured_;
  mutable std::vector<std::string> workspace_;
};

}  // namespace
}  // namespace crisp_benchmarks

int main(int argc, char** argv) {
  using namespace crisp_benchmarks;
  bool markdown = false;
  std::vector<char*> arguments;
  for (int i = 0; i < argc; ++i) {
    if (std::string(argv[i]) == "--markdown") {
      markdown = true;
    } else {
      arguments.push_back(argv[i]);
    }
  }
  int count = static_cast<int>(arguments.size());
  benchmark::Initialize(&count, arguments.data());
  if (benchmark::ReportUnrecognizedArguments(count, arguments.data())) return 2;

  const std::vector<crisp::Shape> shapes = {{128, 1, 28, 28}, {16, 3, 256, 256}, {1, 3, 1024, 1024}};
  const std::vector<LossCase> cases = register_losses(shapes);
  const std::vector<std::string> transforms = register_transforms({shapes[0], {1, 3, 256, 256}});
  if (!markdown) {
    benchmark::RunSpecifiedBenchmarks();
    return 0;
  }
  MarkdownReporter reporter;
  benchmark::RunSpecifiedBenchmarks(&reporter);
  std::cout << "Microseconds an image; memory of the call with gradient on 1 thread, also in planes of one "
               "channel.\n\n";
  const int allocating = reporter.print_losses(cases);
  reporter.print_transforms(transforms);
  if (allocating > 0) std::cerr << "FAILED: " << allocating << " calls after the first allocated memory\n";
  return allocating > 0 ? 1 : 0;
}
