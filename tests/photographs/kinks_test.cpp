// How seldom float is on the other side of a kink: of the bins of blocks, and of whole planes, without a window function.
#include "photographs/accuracy.hpp"
#include "photographs/made_photograph.hpp"
#include "photographs/other_sides.hpp"
#include "support/catch.hpp"

using namespace photographs;

TEST_CASE("All but a few bins are on the same side of a kink in float, and right there", "[photographs]") {
  // Both have detail at every frequency.
  for (const ImagePair& pair : degraded_pairs(made_photograph(512, 768, 5))) {
    if (pair.name != "noisy" && pair.name != "nearly equal") continue;
    for (const crisp::Size2& block : {crisp::Size2(64), crisp::Size2(512, 768)}) {
      for (const ComparedLoss& loss : block_losses(block)) {
        CAPTURE(pair.name, block, loss.name);
        const OtherSides found = other_sides(loss, pair, block);
        const SidesAccuracy stated = sides_accuracy_of(loss.name);
        CHECK(found.share <= stated.share);
        CHECK(found.value <= stated.value);
        CHECK(found.of_the_rest <= stated.of_the_rest);
      }
    }
  }
}
