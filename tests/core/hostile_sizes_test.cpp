// Sizes that nobody should ask for: an answer that is finite, or an error that says what is wrong. Never a crash.
#include <cmath>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "support/catch.hpp"
#include "support/derivatives.hpp"
#include "support/every_loss.hpp"
#include "support/large_index.hpp"
#include "support/random_images.hpp"

using crisp::Index;
using crisp::Shape;

namespace {

constexpr Index largest_index = std::numeric_limits<Index>::max();

/// Evaluates, or sees a ShapeError that leaves the gradient alone. Whether it was evaluated.
template <typename Loss>
bool is_finite_or_refused(const Loss& loss, const Shape& shape) {
  using T = typename Loss::Scalar;
  auto gradient = constant_images<T>(shape, 7);
  const auto prediction = random_images<T>(shape, 1);
  const auto target = random_images<T>(shape, 2);
  CAPTURE(shape);
  T value = 0;
  try {
    value = crisp::value_and_gradient(loss, prediction, target, gradient);
  } catch (const crisp::ShapeError& error) {
    CHECK(largest_difference(gradient, constant_images<T>(shape, 7)) == 0);
    CHECK_THAT(error.what(), Catch::Contains(std::to_string(shape.height)));
    return false;
  }
  CHECK(std::isfinite(value));
  CHECK(all_finite(gradient));
  return true;
}

}  // namespace

TEMPLATE_TEST_CASE("Images smaller than windows are evaluated or refused", "[hostile]", float, double) {
  int evaluated = 0;
  int refused = 0;
  for_every_loss<TestType>([&](const auto& loss) {
    for (const Index height : {1, 2, 3, 5, 8}) {
      for (const Index width : {1, 2, 3, 7, 9}) {
        ++(is_finite_or_refused(loss, {1, 1, height, width}) ? evaluated : refused);
      }
    }
  });
  CHECK(evaluated > 0);
  CHECK(refused > 0);
}

TEST_CASE("Losses of pixels take a single pixel", "[hostile]") {
  CHECK(is_finite_or_refused(crisp::L1Loss<double>(), {1, 1, 1, 1}));
  CHECK(is_finite_or_refused(crisp::MseLoss<double>(), {1, 1, 1, 1}));
  CHECK(is_finite_or_refused(crisp::HuberLoss<double>(), {1, 1, 1, 1}));
  CHECK(is_finite_or_refused(crisp::CharbonnierLoss<double>(), {1, 1, 1, 1}));
  CHECK(is_finite_or_refused(crisp::BceWithLogitsLoss<double>(), {1, 1, 1, 1}));
}

TEST_CASE("No images, no channels and no pixels are refused by every loss", "[hostile]") {
  for_every_loss<double>([&](const auto& loss) {
    for (const Shape& shape :
         {Shape{0, 1, 24, 24}, Shape{1, 0, 24, 24}, Shape{1, 1, 0, 24}, Shape{1, 1, 24, 0}}) {
      CHECK_FALSE(is_finite_or_refused(loss, shape));
    }
  });
}

TEST_CASE("Between strides larger than the window, pixels count for nothing", "[hostile]") {
  crisp::StftOptions options;
  options.window = {4, 5};
  options.stride = {9, 7};
  const crisp::StftLoss<double> loss(options);
  const Shape shape{1, 1, 23, 21};
  check_derivatives(loss, shape, 1);
  crisp::Images<double> gradient;
  crisp::value_and_gradient(loss, random_images<double>(shape, 1), random_images<double>(shape, 2), gradient);
  for (Index x = 0; x < 21; ++x) CHECK(gradient(0, 0, 6, x) == 0);
  CHECK(largest_entry(gradient) > 0);
}

namespace {

/// Bands lie one after another and cover the plane, and those of a mean share it out.
template <typename Loss>
void check_bands(const Loss& loss, const Shape& shape) {
  const crisp::detail::Bands bands = crisp::detail::bands_of(loss, shape);
  REQUIRE(bands.count() >= 1);
  REQUIRE(bands.count() < 100000);
  Index end = 0;
  double share = 0;
  for (Index band = 0; band < bands.count(); ++band) {
    REQUIRE(bands.first_row(band) == end);
    REQUIRE(bands.own_row_count(band) > 0);
    end += bands.own_row_count(band);
    share += bands.share(band);
  }
  CHECK(end == shape.height);
  const bool is_mean = loss.row_windows(shape.height, shape.width).mean;
  CHECK(share == Catch::Approx(is_mean ? 1 : static_cast<double>(bands.count())));
}

}  // namespace

TEMPLATE_TEST_CASE("Planes of 2^31 pixels and more are counted without overflow", "[hostile]", float,
                   double) {
  if (std::numeric_limits<Index>::digits < 32) return;  // nobody could have them
  for_every_loss<TestType>([&](const auto& loss) {
    using Loss = std::decay_t<decltype(loss)>;
    for (const Shape& shape :
         {Shape{1, 1, 65536, 32768}, Shape{1, 1, 32768, 131072}, Shape{1 << 20, 3, 1024, 1024}}) {
      CAPTURE(Loss::name, shape);
      CHECK_NOTHROW(
          crisp::detail::check_loss(loss, shape));  // of sizes alone: nothing of this is ever allocated
      if constexpr (crisp::detail::is_plane_loss<Loss> && !crisp::detail::is_sum<Loss>)
        check_bands(loss, shape);
    }
    const Shape narrow{1, 1, 3, 715827883};
    try {
      crisp::detail::check_loss(loss, narrow);
    } catch (const crisp::ShapeError& error) {
      CHECK_THAT(error.what(), Catch::Contains("715827883"));
    }
  });
}

TEST_CASE("Counts of frames fit, however large the plane", "[hostile]") {
  const crisp::Frames frames(crisp::Size2(65536, 32768), 16, 4, crisp::Padding::reflect);
  CHECK(frames.rows == (65536 + 16 - 16) / 4 + 1);
  CHECK(frames.columns == (32768 + 16 - 16) / 4 + 1);
  CHECK(frames.count() == 16385 * Index(8193));
}

TEST_CASE("Windows and strides as large as numbers go are refused, or give one frame", "[hostile]") {
  for (const Index size : {large_index(31), large_index(40), largest_index}) {
    CAPTURE(size);
    for (const auto padding : {crisp::Padding::none, crisp::Padding::reflect, crisp::Padding::zero}) {
      crisp::StftOptions options;
      options.padding = padding;
      options.window = size;
      CHECK_FALSE(is_finite_or_refused(crisp::StftLoss<double>(options), {1, 1, 20, 20}));
      options.window = 8;
      options.stride = size;
      CHECK(is_finite_or_refused(crisp::StftLoss<double>(options), {1, 1, 20, 20}));
    }
  }
}

TEST_CASE("Windows of a size that nobody means are refused before they are made", "[hostile]") {
  for (const Index size : {Index(1) << 17, large_index(31), large_index(40), largest_index}) {
    const auto refuses = [size](const auto& make) {
      CHECK_THROWS_WITH(make(), Catch::Contains("got " + std::to_string(size)));
    };
    refuses([&] { return crisp::gaussian_taps<float>(size, 1.5); });
    refuses([&] {
      crisp::SsimOptions options;
      options.window = size;
      return crisp::SsimLoss<float>(options);
    });
    refuses([&] {
      crisp::MsSsimOptions options;
      options.window = size;
      return crisp::MsSsimLoss<float>(options);
    });
    refuses([&] {
      crisp::MsSsimL1Options options;
      options.window = size;
      return crisp::MsSsimL1Loss<float>(options);
    });
    refuses([&] { return crisp::WienerLoss<float>({size}); });
  }
}

TEST_CASE("Shapes whose sizes no number holds are refused", "[hostile]") {
  float pixel = 0;
  for (const Shape& shape :
       {Shape{large_index(31), large_index(31), 1, 1}, Shape{1, 1, largest_index, 1},
        Shape{1, 1, largest_index, largest_index}, Shape{2, 1, large_index(31), large_index(31)}}) {
    CHECK_THROWS_WITH(crisp::view(&pixel, shape.batch, shape.channels, shape.height, shape.width),
                      Catch::Contains("larger than memory can address"));
    CHECK_THROWS_WITH(crisp::strided_view(&pixel, shape, {0, 0, 0, 0}),
                      Catch::Contains("larger than memory can address"));
  }
}

TEMPLATE_TEST_CASE("Memory that starts anywhere gives the values of memory that is aligned", "[hostile]",
                   float, double) {
  using T = TestType;
  const Shape shape{1, 2, 23, 21};
  const auto prediction = random_images<T>(shape, 1);
  const auto target = random_images<T>(shape, 2);
  const auto size = static_cast<std::size_t>(shape.size());
  for_every_loss<T>([&](const auto& loss) {
    crisp::Images<T> expected;
    const T value = crisp::value_and_gradient(loss, prediction, target, expected);
    for (const std::size_t offset : {std::size_t{1}, std::size_t{3}}) {
      std::vector<T> memory(3 * (size + 5));
      T* const own_prediction = memory.data() + offset;
      T* const own_target = own_prediction + size + 5;
      T* const own_gradient = own_target + size + 5;
      std::copy_n(prediction.data(), size, own_prediction);
      std::copy_n(target.data(), size, own_target);
      auto gradient = crisp::view(own_gradient, 1, 2, 23, 21);
      CHECK(crisp::value_and_gradient(loss, crisp::view(own_prediction, 1, 2, 23, 21),
                                      crisp::view(own_target, 1, 2, 23, 21), gradient) ==
            Catch::Approx(value).epsilon(8 * std::numeric_limits<T>::epsilon()));
      CHECK(largest_difference(gradient, expected) <=
            8 * std::numeric_limits<T>::epsilon() * largest_entry(expected));
    }
  });
}

TEST_CASE("Memory that starts between two numbers is refused", "[hostile]") {
  std::vector<double> memory(9);
  const auto start = reinterpret_cast<std::uintptr_t>(memory.data());
  CHECK_THROWS_WITH(crisp::view(reinterpret_cast<double*>(start + alignof(double) / 2), 1, 1, 2, 2),
                    Catch::Contains("multiple of " + std::to_string(alignof(double)) + " bytes"));
  CHECK_NOTHROW(crisp::view(reinterpret_cast<float*>(start + alignof(float)), 1, 1, 2, 2));
}
