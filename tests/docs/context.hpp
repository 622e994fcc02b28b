// The names that a code block of the documentation may use without declaring them. A block that declares one
// of them itself hides it.
#pragma once

#include <crisp/crisp.hpp>
#include <iostream>

extern crisp::Images<float> prediction;
extern crisp::Images<float> target;
extern crisp::Images<float> gradient;
