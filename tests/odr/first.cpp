#include "every_loss.hpp"

std::vector<double> every_loss_in_first() { return every_loss(); }
