// float against double on the same pixels, to what the headers state.
#include <crisp/crisp.hpp>

#include "properties/properties.hpp"
#include "support/every_loss.hpp"

using crisp::Images;
using properties::check_property;

namespace {

/// What a header states: the value's relative error, and the gradient's as a share of its largest entry.
struct Accuracy {
  double value;
  double gradient;
  double jump = 0;  ///< what the value may be off besides, where a phase is the other one
};

/// A prediction that is mostly the target, as one of a model is.
properties::Pair<float> resembling_pair() {
  auto pair = properties::any_pair<float>();
  pair.prediction = 0.7F * pair.target + 0.3F * pair.prediction;
  return pair;
}

template <template <typename> class Loss, typename... Options>
void assert_accurate(const Accuracy& accuracy, const properties::Pair<float>& pair,
                     const Options&... options) {
  const Images<double> prediction = pair.prediction.cast<double>();
  const Images<double> target = pair.target.cast<double>();
  Images<float> gradient;
  Images<double> expected_gradient;
  const float value =
      crisp::value_and_gradient(Loss<float>(options...), pair.prediction, pair.target, gradient);
  const double expected =
      crisp::value_and_gradient(Loss<double>(options...), prediction, target, expected_gradient);
  RC_ASSERT(std::abs(static_cast<double>(value) - expected) <= accuracy.value * expected + accuracy.jump);
  const Images<double> gradient_in_double = gradient.cast<double>();
  RC_ASSERT(largest_difference(gradient_in_double, expected_gradient) <=
            accuracy.gradient * largest_entry(expected_gradient));
}

}  // namespace

TEST_CASE("Losses of pixels are as accurate in float as stated", "[properties]") {
  check_property([] {
    const auto pair = properties::any_pair<float>();
    assert_accurate<crisp::L1Loss>({1e-6, 1e-6}, pair);
    assert_accurate<crisp::MseLoss>({1e-6, 1e-6}, pair);
    assert_accurate<crisp::HuberLoss>({1e-6, 1e-6}, pair);
    assert_accurate<crisp::CharbonnierLoss>({1e-6, 1e-6}, pair);
    assert_accurate<crisp::BceWithLogitsLoss>({1e-6, 1e-6}, pair);
    assert_accurate<crisp::TotalVariationLoss>({1e-6, 1e-5}, pair);
  });
}

TEST_CASE("Losses of structure are as accurate in float as stated", "[properties]") {
  check_property([] {
    const auto pair = properties::any_pair<float>();
    assert_accurate<crisp::SsimLoss>({3e-7, 2e-6}, pair);
    assert_accurate<crisp::MsSsimLoss>({3e-7, 2e-6}, resembling_pair(),
                                       two_levels(crisp::OddSizes::zero_padding));
    assert_accurate<crisp::MsSsimLoss>({3e-6, 1e-2}, pair, two_levels(crisp::OddSizes::zero_padding));
    assert_accurate<crisp::MsSsimL1Loss>({5e-7, 3e-5}, pair);
  });
}

TEST_CASE("Losses of spectra are as accurate in float as stated", "[properties]") {
  constexpr double anything = 1e9;          // next to a kink, which random images do come to
  constexpr double two_jumps = 4 * 3.1416;  // λ π each, λ being 2
  crisp::StftOptions without_kinks;
  without_kinks.distance = crisp::SpectralDistance::squared_amplitude;
  crisp::StftOptions without_jumps;
  without_jumps.phase_gate = 0.1;
  crisp::DftOptions amplitudes;
  amplitudes.phase_weight = 0;
  check_property([&] {
    const auto pair = properties::any_pair<float>();
    assert_accurate<crisp::StftLoss>({2e-5, 1e-3}, pair, without_kinks);
    assert_accurate<crisp::StftLoss>({2e-5, anything}, pair, without_jumps);
    assert_accurate<crisp::StftLoss>({2e-5, anything, two_jumps}, pair);
    assert_accurate<crisp::DftLoss>({2e-5, anything}, pair, amplitudes);
    assert_accurate<crisp::DftLoss>({2e-5, anything, two_jumps}, pair);
    // Means over the bins of its frames, the fewest of which are 4 of 16x16 pixels.
    assert_accurate<crisp::MultiResolutionStftLoss>({2e-5, anything, two_jumps / (4 * 256)}, pair);
    assert_accurate<crisp::FocalFrequencyLoss>({1e-5, 1e-5}, pair);
    assert_accurate<crisp::WienerLoss>({1e-5, 1e-5}, pair);
  });
}
