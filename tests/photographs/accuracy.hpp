// What the docstrings state of float beside double, in one place.
#pragma once

#include "photographs/compared_loss.hpp"

namespace photographs {

/// The largest that a Difference may be. Infinite where nothing is stated.
struct Accuracy {
  double value;
  double largest;
  double root_mean_square;
};

/// That of a loss on a pair of images.
Accuracy accuracy_of(const ComparedLoss& loss, const ImagePair& pair);

/// What is stated of the bins of a distance that are on the other side of a kink: how many there are at most, and of the
/// gradient without them.
struct SidesAccuracy {
  double share;
  double value;
  double of_the_rest;
};
SidesAccuracy sides_accuracy_of(const std::string& distance);

}  // namespace photographs
