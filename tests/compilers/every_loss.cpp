// every_loss write FILE notes what every loss comes to; every_loss compare FILE fails unless it comes to the same here,
// compiled by another compiler or with other flags: to 1e-11 of a value or of its gradient's square in double, and to
// 1e-4 in float.
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <fstream>
#include <iomanip>
#include <string>

#include "support/every_loss_results.hpp"

int main(int count, char** arguments) {
  const std::string task = count == 3 ? arguments[1] : "";
  if (task != "write" && task != "compare") {
    std::puts("usage: every_loss write|compare FILE");
    return 2;
  }
  const std::vector<double> results = every_loss_results();
  for (const double result : results) {
    if (!std::isfinite(result) || result == 0) {
      std::printf("a loss or its gradient is %g\n", result);
      return 1;
    }
  }
  if (task == "write") {
    std::ofstream file(arguments[2]);
    for (const double result : results) file << std::setprecision(17) << result << "\n";
    return file.flush() ? 0 : 1;
  }
  std::ifstream file(arguments[2]);
  std::size_t read = 0;
  constexpr double allowed[2] = {1e-4, 1e-11};  // in float, in double
  double worst[2] = {0, 0};
  for (double expected = 0; file >> expected; ++read) {
    if (read == results.size()) break;
    const double error = std::abs(results[read] - expected) / std::abs(expected);
    const bool is_double = read >= results.size() / 2;
    worst[is_double] = std::max(worst[is_double], error);
    if (!(error <= allowed[is_double])) {
      std::printf("result %zu of %zu is %.17g and not %.17g\n", read, results.size(), results[read],
                  expected);
      return 1;
    }
  }
  if (read != results.size()) {
    std::printf("%zu results here, %zu in the file\n", results.size(), read);
    return 1;
  }
  std::printf("%zu results agree: float to %.1e, double to %.1e\n", read, worst[0], worst[1]);
}
