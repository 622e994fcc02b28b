// The derivation in docs/mathematics.md, taken from the page, comes to what StftLoss computes.
#include <crisp/crisp.hpp>

#include "amplitudes_by_hand.hpp"
#include "support/catch.hpp"
#include "support/random_images.hpp"

TEST_CASE("A spectral gradient by hand is that of StftLoss", "[mathematics]") {
  crisp::StftOptions options;
  options.window = 8;
  options.frequency_weight = crisp::FrequencyWeight::uniform;
  options.phase_weight = 0;
  const crisp::StftLoss<double> loss(options);
  const auto prediction = random_images<double>({2, 3, 21, 18}, 1);
  const auto target = random_images<double>({2, 3, 21, 18}, 2);
  crisp::Images<double> expected, gradient;
  const double value = crisp::value_and_gradient(loss, prediction, target, expected);
  CHECK(amplitudes_by_hand(prediction, target, gradient) == Catch::Approx(value).epsilon(1e-12));
  CHECK(largest_difference(gradient, expected) <= 1e-10 * largest_entry(expected));
}
