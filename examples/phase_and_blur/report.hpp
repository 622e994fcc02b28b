// The experiment in words and numbers.
#pragma once

#include <ostream>
#include <string>

#include "experiment.hpp"

namespace phase_and_blur {

/// What the report is of: the picture's name, and the options.
struct Subject {
  std::string picture;
  ExperimentOptions options;
};

/// Tables of aligned columns: the bands, then the measures. What is not a number, since it was left out, is "-".
void print_tables(std::ostream& stream, const Subject& subject, const Experiment& experiment);

/// The same as one JSON object. JSON has no infinity (the PSNR of the original) and no NaN: both are null.
void print_json(std::ostream& stream, const Subject& subject, const Experiment& experiment);

}  // namespace phase_and_blur
