// One case: a loss, images, and all calls of the library that are compared with the reference and with each other.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace soak {

/// What came of a case.
struct Report {
  std::string description;               ///< the loss and the images
  std::vector<std::string> images;       ///< their pixels, if they were asked for
  std::vector<std::string> failures;     ///< what did not agree
  std::vector<std::string> comparisons;  ///< all that was compared, if it was asked for
  int evaluations = 0;                   ///< calls of the library
  bool rested_on_slack = false;  ///< whether something was further off than stated, but within the slack
};

/// Runs the case that a seed and a number stand for.
Report run_case(std::uint64_t seed, std::uint64_t number, bool verbose);

}  // namespace soak
