// float against double on photographs, and on images that are like them, for every loss: to what the docstrings state.
#include <cmath>

#include "photographs/checked.hpp"
#include "photographs/made_photograph.hpp"
#include "photographs/photograph_files.hpp"
#include "support/shared_files.hpp"

using namespace photographs;

namespace {

/// Those that a degradation of detail tells most of.
bool is_typical(const ImagePair& pair) { return pair.name == "blurred" || pair.name == "in bytes"; }

void check_typical_pairs(const crisp::Images<double>& image) {
  for (const ImagePair& pair : degraded_pairs(image)) {
    if (!is_typical(pair)) continue;
    for (const ComparedLoss& loss : all_losses(pair.data_range)) check(loss, pair);
  }
}

}  // namespace

TEST_CASE("On every degradation of a made photograph, float is as accurate as stated", "[photographs]") {
  for (const ImagePair& pair : degraded_pairs(made_photograph(256, 256, 5))) {
    for (const ComparedLoss& loss : all_losses(pair.data_range)) check(loss, pair);
  }
}

TEST_CASE("On a photograph, float is as accurate as stated", "[photographs]") {
  const auto image = photograph(8);  // a market place: detail everywhere
  if (!image) return crisp_test::skip("photos/kodim08.png");
  check_typical_pairs(*image);
}

TEST_CASE("A made photograph is one in its spectrum and its mean", "[photographs]") {
  const auto image = made_photograph(256, 384, 1);
  double mean = 0;
  for (crisp::Index i = 0; i < image.size(); ++i) {
    REQUIRE(image.data()[i] >= 0);
    REQUIRE(image.data()[i] <= 1);
    mean += image.data()[i] / static_cast<double>(image.size());
  }
  CHECK(mean > 0.3);
  CHECK(mean < 0.7);
  // Squared differences of neighbours at a distance d: of 1/f amplitudes they grow slowly, like the logarithm of d, of
  // white noise not at all, and of a ramp like d².
  const auto steps = [&](crisp::Index distance) {
    double sum = 0;
    for (crisp::Index y = 0; y < 256; ++y) {
      for (crisp::Index x = 0; x + distance < 384; ++x) {
        sum += std::pow(image(0, 0, y, x + distance) - image(0, 0, y, x), 2);
      }
    }
    return sum / static_cast<double>(256 * (384 - distance));
  };
  for (const crisp::Index distance : {2, 4, 8}) {
    CAPTURE(distance);
    CHECK(steps(2 * distance) > 1.1 * steps(distance));
    CHECK(steps(2 * distance) < 2 * steps(distance));
  }
}
