// Planes so large that they are shared among threads band by band.
#include "crisp/core/bands.hpp"

#include <algorithm>
#include <cmath>
#include <crisp/crisp.hpp>
#include <limits>

#include "support/catch.hpp"
#include "support/derivatives.hpp"
#include "support/random_images.hpp"

namespace {

using crisp::Images;
using crisp::Index;
using crisp::detail::Bands;

/// The same loss, but every plane one piece of work.
template <typename Loss>
struct Whole : crisp::PlaneLoss<typename Loss::Scalar> {
  using T = typename Loss::Scalar;
  using Workspace = typename Loss::Workspace;
  static constexpr bool takes_weights = Loss::takes_weights;

  explicit Whole(const Loss& loss_) : loss(loss_) {}
  void prepare(Workspace& workspace, Index height, Index width) const {
    loss.prepare(workspace, height, width);
  }
  T plane(const crisp::PlanePair<T>& images, const crisp::PlaneGradient<T>& gradient,
          Workspace& workspace) const {
    return crisp::detail::call_plane(loss, images, gradient, workspace);
  }

  Loss loss;
};

double largest(const Images<double>& images) {
  return Eigen::Map<const Eigen::ArrayXd>(images.data(), images.size()).abs().maxCoeff();
}
double distance(const Images<double>& a, const Images<double>& b) {
  const Images<double> difference = a - b;
  return largest(difference);
}
bool same_bits(const Images<double>& a, const Images<double>& b) {
  return std::equal(a.data(), a.data() + a.size(), b.data());
}

const crisp::Shape large{1, 2, 1153, 520};

template <typename Loss, typename Target>
void check_bands(const Loss& loss, const Target& target) {
  const auto prediction = random_images<double>(large, 1);
  Images<double> whole;
  Images<double> banded;
  Images<double> threaded;
  const double whole_value = crisp::value_and_gradient(Whole<Loss>(loss), prediction, target, whole);
  const double value = crisp::value_and_gradient(loss, prediction, target, banded);
  // A band is compared without its own means, not those of the plane, which moves rounding.
  CHECK(value == Approx(whole_value).epsilon(1e-13));
  CHECK(distance(banded, whole) <= 2e-12 * largest(whole));
  CHECK(crisp::value(loss, prediction, target) == value);
  for (const int threads : {2, 3}) {
    CHECK(crisp::value_and_gradient(loss, prediction, target, threaded, crisp::Threads(threads)) == value);
    CHECK(same_bits(threaded, banded));
  }
}

template <typename Loss>
void check_bands(const Loss& loss) {
  REQUIRE(crisp::detail::splits_planes(loss, large));
  const auto target = random_images<double>(large, 2);
  check_bands(loss, target);
  auto weights = random_weights<double>(large, 3, true);
  Eigen::Map<Eigen::ArrayXd> second(weights.data() + large.plane_size(), large.plane_size());
  second.setOnes();  // so one plane is split, the other is not
  check_bands(loss, crisp::weighted(target, weights));
}

crisp::StftLoss<double> stft(Index window, Index stride, crisp::Reduction reduction) {
  crisp::StftOptions options;
  options.window = window;
  options.stride = stride;
  options.bin_reduction = reduction;
  return crisp::StftLoss<double>(options);
}

}  // namespace

TEST_CASE("Bands take every window once, and those two apart share no row", "[bands]") {
  for (const Index length : {1, 5, 16}) {
    for (const Index stride : {1, 4, 16, 23}) {
      for (const Index height : {16, 511, 2000, 4099}) {
        const Bands bands({length, stride, true}, height, 600);
        double shares = 0;
        Index own_rows = 0;
        Index windows = 0;
        for (Index band = 0; band < bands.count(); ++band) {
          shares += bands.share(band);
          CHECK(bands.first_row(band) == own_rows);
          own_rows += bands.own_row_count(band);
          windows += (bands.row_count(band) - length) / stride + 1;
          CHECK(bands.first_row(band) + bands.row_count(band) <= height);
          if (band + 2 < bands.count()) {
            CHECK(bands.first_row(band) + bands.row_count(band) <= bands.first_row(band + 2));
          }
          if (band + 1 < bands.count() && !bands.overlap()) {
            CHECK(bands.first_row(band) + bands.row_count(band) <= bands.first_row(band + 1));
          }
        }
        CHECK(shares == Approx(1));
        CHECK(own_rows == height);
        CHECK(windows == (height - length) / stride + 1);
      }
    }
  }
  CHECK(Bands({1, 1, true}, 4096, 4096).count() == 64);
  CHECK(Bands({1, 1, true}, 256, 256).count() == 1);
  CHECK(Bands({}, 4096, 4096).count() == 1);
}

// In bands: the value and gradient of the whole plane, with any number of threads.
TEST_CASE("Pixel losses are the same in bands", "[bands]") {
  check_bands(crisp::L1Loss<double>());
  check_bands(crisp::MseLoss<double>());
  check_bands(crisp::HuberLoss<double>());
  check_bands(crisp::CharbonnierLoss<double>());
  check_bands(crisp::BceWithLogitsLoss<double>());
}

TEST_CASE("Similarity is the same in bands", "[bands]") {
  check_bands(crisp::SsimLoss<double>());
  crisp::MsSsimL1Options small;
  small.window = 7;
  small.sigmas = {0.5, 1};
  check_bands(crisp::MsSsimL1Loss<double>(small));
}

TEST_CASE("The STFT is the same in bands", "[bands]") {
  check_bands(stft(4, 9, crisp::Reduction::mean));
  check_bands(stft(15, 7, crisp::Reduction::mean));
  check_bands(stft(16, 4, crisp::Reduction::sum));
}

TEST_CASE("Padding keeps a plane whole", "[bands]") {
  crisp::StftOptions options;
  options.padding = crisp::Padding::reflect;
  CHECK_FALSE(crisp::detail::splits_planes(crisp::StftLoss<double>(options), large));
}

TEST_CASE("A sum splits what its terms split", "[bands]") {
  const auto prediction = random_images<double>(large, 1);
  const auto target = random_images<double>(large, 2);
  const auto l1 = crisp::L1Loss<double>();
  const auto ssim = crisp::SsimLoss<double>();
  const auto variation = crisp::TotalVariationLoss<double>();  // which is never split
  const auto sum = 0.5 * l1 + 2.0 * variation + ssim;
  Images<double> expected = Images<double>(1, 2, large.height, large.width);
  expected.setZero();
  Images<double> gradient;
  double value = 0.5 * crisp::value_and_gradient(l1, prediction, target, gradient);
  expected += 0.5 * gradient;
  value += 2.0 * crisp::value_and_gradient(variation, prediction, target, gradient);
  expected += 2.0 * gradient;
  value += crisp::value_and_gradient(ssim, prediction, target, gradient);
  expected += gradient;

  crisp::Workspace<decltype(sum)> workspace;
  CHECK(crisp::value_and_gradient(sum, prediction, target, gradient, workspace) == Approx(value));
  CHECK(distance(gradient, expected) <= 1e-13 * largest(expected));
  const auto terms = crisp::breakdown(sum, workspace);
  CHECK(terms[2].value == Approx(crisp::value(ssim, prediction, target)));

  // The workspace serves small planes too.
  const crisp::Shape small{2, 1, 20, 30};
  const auto small_prediction = random_images<double>(small, 1);
  const auto small_target = random_images<double>(small, 2);
  CHECK(crisp::value(sum, small_prediction, small_target, workspace) ==
        crisp::value(sum, small_prediction, small_target));
}

TEST_CASE("What no frame covers must be finite in any band", "[bands]") {
  auto prediction = random_images<double>(large, 1);
  const auto target = random_images<double>(large, 2);
  const auto loss = stft(4, 9, crisp::Reduction::mean);
  REQUIRE(std::isfinite(crisp::value(loss, prediction, target)));
  for (const Index row : {Index(5), Index(575), large.height - 1}) {
    const double pixel = prediction(0, 1, row, 7);
    prediction(0, 1, row, 7) = std::numeric_limits<double>::quiet_NaN();
    CHECK_FALSE(std::isfinite(crisp::value(loss, prediction, target)));
    prediction(0, 1, row, 7) = pixel;
  }
}
