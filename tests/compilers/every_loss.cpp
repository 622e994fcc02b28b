// every_loss FILE fails unless every loss comes to what reference.cpp noted, compiled by another compiler or with other
// flags: to 1e-11 of a value or of its gradient's square in double, and to 1e-4 in float.
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <fstream>

#include "support/every_loss_results.hpp"

int main(int count, char** arguments) {
  if (count != 2) {
    std::puts("usage: every_loss FILE");
    return 2;
  }
  const std::vector<double> results = every_loss_results();
  std::ifstream file(arguments[1]);
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
