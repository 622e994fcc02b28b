// What losses make of images that are moved, or made brighter.
#include <crisp/crisp.hpp>
#include <vector>

#include "properties/properties.hpp"

using crisp::Images;
using crisp::Index;
using crisp::Shape;
using properties::agree;
using properties::any_factor;
using properties::any_pair;
using properties::check_property;
using properties::product;

namespace {

Images<double> scaled(const Images<double>& images, double factor) { return images * factor; }

/// Images with black around them, moved by (y, x).
Images<double> on_black(const Images<double>& images, Index border, Index y, Index x) {
  Images<double> result =
      constant_images<double>({images.dimension(0), images.dimension(1), images.dimension(2) + 2 * border,
                               images.dimension(3) + 2 * border},
                              0);
  const Eigen::array<Index, 4> offsets{0, 0, border + y, border + x};
  result.slice(offsets, images.dimensions()) = images;
  return result;
}

crisp::StftOptions small_frames() {
  crisp::StftOptions options;
  options.window = {8, 7};
  options.stride = {3, 2};
  return options;
}

std::vector<crisp::StftOptions> every_distance() {
  std::vector<crisp::StftOptions> all;
  for (const auto distance :
       {crisp::SpectralDistance::polar, crisp::SpectralDistance::rectangular,
        crisp::SpectralDistance::complex_modulus, crisp::SpectralDistance::squared_amplitude}) {
    for (const auto phase : {crisp::PhaseDistance::wrapped, crisp::PhaseDistance::cosine}) {
      crisp::StftOptions options = small_frames();
      options.distance = distance;
      options.phase_distance = phase;
      all.push_back(options);
    }
  }
  return all;
}

/// The loss grows with the brightness of both images to a power, and so, by Euler's theorem, do its derivatives:
/// <∂x, x> + <∂y, y> = power × value.
template <typename Loss>
void assert_homogeneous(const Loss& loss, double power) {
  const auto pair = any_pair<double>();
  const double factor = any_factor();
  Images<double> prediction_gradient, target_gradient;
  const double value =
      crisp::value_and_gradients(loss, pair.prediction, pair.target, prediction_gradient, target_gradient);
  RC_ASSERT(agree(crisp::value(loss, scaled(pair.prediction, factor), scaled(pair.target, factor)),
                  value * std::pow(factor, power), 1e-10));
  RC_ASSERT(agree(product(prediction_gradient, pair.prediction) + product(target_gradient, pair.target),
                  power * value, 1e-9));
}

}  // namespace

TEST_CASE("Frames that move by a stride have the same distance", "[properties]") {
  check_property([] {
    const auto pair = any_pair<double>({1, 1, 17, 18});
    for (const crisp::StftOptions& options : every_distance()) {
      const crisp::StftLoss<double> loss(options);
      const auto value = [&](Index y, Index x) {
        return crisp::value(loss, on_black(pair.prediction, 12, y, x), on_black(pair.target, 12, y, x));
      };
      RC_ASSERT(agree(value(0, 0), value(options.stride.height, options.stride.width), 1e-10));
      RC_ASSERT(agree(value(0, 0), value(-options.stride.height, 0), 1e-10));
    }
  });
}

TEST_CASE("Losses grow with brightness as their formulas do", "[properties]") {
  check_property([] {
    assert_homogeneous(crisp::L1Loss<double>(), 1);
    assert_homogeneous(crisp::MseLoss<double>(), 2);
    assert_homogeneous(crisp::TotalVariationLoss<double>({crisp::VariationNorm::anisotropic}), 1);
    assert_homogeneous(crisp::TotalVariationLoss<double>({crisp::VariationNorm::squared}), 2);
    crisp::StftOptions options = small_frames();
    options.distance = crisp::SpectralDistance::rectangular;
    assert_homogeneous(crisp::StftLoss<double>(options), 1);
    options.distance = crisp::SpectralDistance::complex_modulus;
    assert_homogeneous(crisp::StftLoss<double>(options), 1);
    options.distance = crisp::SpectralDistance::squared_amplitude;
    assert_homogeneous(crisp::StftLoss<double>(options), 2);
    options.distance = crisp::SpectralDistance::polar;
    options.phase_weight = 0;
    assert_homogeneous(crisp::StftLoss<double>(options), 1);
  });
}

TEST_CASE("Phases do not know how bright an image is", "[properties]") {
  check_property([] {
    const auto pair = any_pair<double>();
    const double factor = any_factor();
    crisp::StftOptions options = small_frames();
    options.amplitude_weight = 0;
    for (const auto phase : {crisp::PhaseDistance::wrapped, crisp::PhaseDistance::cosine}) {
      options.phase_distance = phase;
      const crisp::StftLoss<double> loss(options);
      Images<double> gradient;
      const double value = crisp::value_and_gradient(loss, pair.prediction, pair.target, gradient);
      RC_ASSERT(agree(crisp::value(loss, scaled(pair.prediction, factor), pair.target), value, 1e-10));
      // So the gradient is orthogonal to the image.
      RC_ASSERT(std::abs(product(gradient, pair.prediction)) <= 1e-9 * value);
    }
  });
}

TEST_CASE("SSIM does not know the unit of brightness", "[properties]") {
  check_property([] {
    const auto pair = any_pair<double>();
    const double factor = any_factor();
    crisp::SsimOptions options;
    options.data_range = factor;
    RC_ASSERT(agree(crisp::value(crisp::SsimLoss<double>(), pair.prediction, pair.target),
                    crisp::value(crisp::SsimLoss<double>(options), scaled(pair.prediction, factor),
                                 scaled(pair.target, factor)),
                    1e-11));
  });
}

TEST_CASE("Variation and differences do not know a background", "[properties]") {
  check_property([] {
    const auto pair = any_pair<double>();
    const double background = any_factor();
    const Images<double> brighter = pair.prediction + background;
    const Images<double> brighter_target = pair.target + background;
    Images<double> gradient;
    const crisp::TotalVariationLoss<double> variation;
    const double value = crisp::value_and_gradient(variation, pair.prediction, pair.target, gradient);
    RC_ASSERT(agree(crisp::value(variation, brighter, pair.target), value, 1e-11));
    const Eigen::Tensor<double, 0, Eigen::RowMajor> sum = gradient.sum();
    RC_ASSERT(std::abs(sum()) <= 1e-12);  // orthogonal to flat images
    RC_ASSERT(agree(crisp::value(crisp::HuberLoss<double>(), brighter, brighter_target),
                    crisp::value(crisp::HuberLoss<double>(), pair.prediction, pair.target), 1e-11));
  });
}

TEST_CASE("Amplitudes of a whole image do not know where it is", "[properties]") {
  check_property([] {
    const auto pair = any_pair<double>({1, 1, 21, 20});
    crisp::DftOptions options;
    options.phase_weight = 0;
    const crisp::DftLoss<double> loss(options);
    const auto down = *rc::gen::inRange<Index>(0, 21);
    const auto right = *rc::gen::inRange<Index>(0, 20);
    Images<double> moved(1, 1, 21, 20);
    for (Index y = 0; y < 21; ++y) {
      for (Index x = 0; x < 20; ++x)
        moved(0, 0, (y + down) % 21, (x + right) % 20) = pair.prediction(0, 0, y, x);
    }
    RC_ASSERT(agree(crisp::value(loss, moved, pair.target), crisp::value(loss, pair.prediction, pair.target),
                    1e-11));
  });
}
