// A soak: random cases of every loss against references that know only the formulas, for as long as one likes.
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <limits>
#include <string>

#include "soak/trial.hpp"

namespace {

constexpr const char* usage =
    "usage: soak SECONDS SEED         random cases for so long\n"
    "       soak --cases COUNT SEED   so many\n"
    "       soak --case SEED NUMBER   one again, with all that is compared\n";

std::uint64_t number_of(const std::string& text) {
  std::size_t read = 0;
  const unsigned long long number = std::stoull(text, &read);
  if (read != text.size()) throw std::invalid_argument(text);
  return number;
}

/// One case with all that is compared. Returns the exit status.
int show(std::uint64_t seed, std::uint64_t number) {
  const soak::Report report = soak::run_case(seed, number, true);
  std::cout << report.description << "\n";
  for (const std::string& images : report.images) std::cout << "  " << images << "\n";
  for (const std::string& comparison : report.comparisons) std::cout << "  " << comparison << "\n";
  for (const std::string& failure : report.failures) std::cout << "FAILED " << failure << "\n";
  return report.failures.empty() ? EXIT_SUCCESS : EXIT_FAILURE;
}

/// Cases of a seed until there are enough or time is up.
int soak_for(std::uint64_t cases, std::chrono::duration<double> seconds, std::uint64_t seed) {
  const auto start = std::chrono::steady_clock::now();
  std::uint64_t evaluations = 0;
  std::uint64_t failed = 0;
  std::uint64_t on_slack = 0;
  std::uint64_t number = 0;
  for (; number < cases && std::chrono::steady_clock::now() - start < seconds; ++number) {
    const soak::Report report = soak::run_case(seed, number, false);
    evaluations += static_cast<std::uint64_t>(report.evaluations);
    on_slack += report.rested_on_slack ? 1 : 0;
    if (report.failures.empty()) continue;
    ++failed;
    std::cout << "FAILED --case " << seed << " " << number << ": " << report.failures.front() << "; "
              << report.description << std::endl;
  }
  std::cout << evaluations << " evaluations in " << number << " cases, " << failed << " failed; " << on_slack
            << " rested on what rounding alone can do\n";
  return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

}  // namespace

int main(int count, char** arguments) {
  try {
    const std::string first = count > 1 ? arguments[1] : "";
    constexpr auto no_end = std::numeric_limits<std::uint64_t>::max();
    constexpr std::chrono::duration<double> for_ever(1e9);
    if (first == "--case" && count == 4) return show(number_of(arguments[2]), number_of(arguments[3]));
    if (first == "--cases" && count == 4)
      return soak_for(number_of(arguments[2]), for_ever, number_of(arguments[3]));
    if (count == 3) return soak_for(no_end, std::chrono::seconds(number_of(first)), number_of(arguments[2]));
  } catch (const std::logic_error& error) {
    std::cerr << "soak: " << error.what() << "\n";
  }
  std::cerr << usage;
  return 2;
}
