// The same on large images, which take minutes: sums are long there, and primes are among the factors of 1411.
#include <algorithm>
#include <initializer_list>
#include <string>

#include "photographs/checked.hpp"
#include "photographs/made_photograph.hpp"

using namespace photographs;

namespace {

/// Of halves of the sides.
bool has_patches(const ComparedLoss& loss) { return loss.name.find("patches") != std::string::npos; }

void check_pairs(crisp::Index side, std::initializer_list<const char*> names) {
  for (const ImagePair& pair : degraded_pairs(made_photograph(side, side, 11))) {
    if (std::find(names.begin(), names.end(), pair.name) == names.end()) continue;
    for (const ComparedLoss& loss : all_losses(pair.data_range)) {
      if (side % 2 == 0 || !has_patches(loss)) check(loss, pair);
    }
  }
}

}  // namespace

TEST_CASE("On large images, float is as accurate as stated", "[photographs]") {
  SECTION("1411 x 1411") { check_pairs(1411, {"blurred", "half a pixel off"}); }
  SECTION("2048 x 2048") { check_pairs(2048, {"blurred"}); }
}

TEST_CASE("The squares of 36 million bins are added as exactly as stated", "[photographs]") {
  check(loss_named("wronski_2021"), flat_but_for_steps(6000, 6000, 2e-4));
}
