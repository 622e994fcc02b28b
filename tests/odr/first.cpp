#include "first.hpp"

#include "support/every_loss_results.hpp"

std::vector<double> every_loss_in_first() { return every_loss_results(); }
