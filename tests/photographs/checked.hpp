// A loss in float is as near to that in double as its docstring says.
#pragma once

#include "photographs/accuracy.hpp"
#include "support/catch.hpp"

namespace photographs {

inline void check(const ComparedLoss& loss, const ImagePair& pair) {
  CAPTURE(loss.name, loss.family, pair.name, pair.target.dimension(2), pair.target.dimension(3));
  const Accuracy stated = accuracy_of(loss, pair);
  const Difference found = difference(loss, pair);
  CHECK(found.value <= stated.value);
  CHECK(found.largest <= stated.largest);
  CHECK(found.root_mean_square <= stated.root_mean_square);
}

}  // namespace photographs
