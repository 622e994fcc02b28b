// reference FILE notes what every loss comes to; it fails unless both of its translation units got the same, and something.
#include <cmath>
#include <cstdio>
#include <fstream>
#include <iomanip>

#include "other_unit.hpp"
#include "support/every_loss_results.hpp"

int main(int count, char** arguments) {
  if (count != 2) {
    std::puts("usage: reference FILE");
    return 2;
  }
  const std::vector<double> results = every_loss_results();
  if (results.empty() || results != every_loss_in_other_unit()) {
    std::puts("the two translation units disagree");
    return 1;
  }
  std::ofstream file(arguments[1]);
  for (const double result : results) {
    if (!std::isfinite(result) || result == 0) {
      std::printf("a loss or its gradient is %g\n", result);
      return 1;
    }
    file << std::setprecision(17) << result << "\n";
  }
  return file.flush() ? 0 : 1;
}
