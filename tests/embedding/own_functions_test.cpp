// A user's own functions, which take anything and have names that crisp has too, are not called by crisp.
#include <crisp/crisp.hpp>
#include <crisp/testing/gradient_check.hpp>

#include "support/catch.hpp"
#include "support/random_images.hpp"

namespace user {

struct Called {};

// What argument-dependent lookup would find, and prefer or take for ambiguous.
#define TAKES_ANYTHING(name)             \
  template <typename... Anything>        \
  [[noreturn]] int name(Anything&&...) { \
    throw Called();                      \
  }
TAKES_ANYTHING(value)
TAKES_ANYTHING(values)
TAKES_ANYTHING(value_and_gradient)
TAKES_ANYTHING(value_and_gradients)
TAKES_ANYTHING(breakdown)
TAKES_ANYTHING(named)
TAKES_ANYTHING(weighted)
TAKES_ANYTHING(view)
TAKES_ANYTHING(check_gradient)
TAKES_ANYTHING(check_loss)
TAKES_ANYTHING(prepare_loss)
TAKES_ANYTHING(prepare_slots)
TAKES_ANYTHING(evaluate_loss)
TAKES_ANYTHING(evaluate_bands)
TAKES_ANYTHING(splits_planes)
TAKES_ANYTHING(bands_of)
TAKES_ANYTHING(call_plane)
TAKES_ANYTHING(term_count)
TAKES_ANYTHING(to_read)
TAKES_ANYTHING(as_sum)
#undef TAKES_ANYTHING

/// Half the mean square, which one thread may compute of some rows.
template <typename T>
struct HalfSquare : crisp::PlaneLoss<T> {
  static constexpr const char* name = "HalfSquare";
  static constexpr bool takes_weights = true;

  const HalfSquare& swapped() const { return *this; }
  crisp::RowWindows row_windows(crisp::Index /*height*/, crisp::Index /*width*/) const {
    return crisp::RowWindows::pixels();
  }
  T plane(const crisp::PlanePair<T>& images, crisp::PlaneGradient<T> gradient) const {
    const auto residual = images.prediction - images.target;
    return crisp::pixel_mean(images, residual.square() / T(2), residual, gradient);
  }
};

/// An executor of the user's.
struct Here : crisp::Serial {};

}  // namespace user

TEST_CASE("A user's own functions of the same names are not called", "[embedding]") {
  const user::HalfSquare<double> loss;
  const auto sum = 2.0 * loss + crisp::named("other", loss);
  const auto x = random_images<double>({1, 1, 5, 7}, 1);
  const auto y = random_images<double>({1, 1, 5, 7}, 2);
  const user::Here here;
  crisp::Images<double> gradient(1, 1, 5, 7);
  crisp::Images<double> other(1, 1, 5, 7);
  const double value = crisp::value(loss, x, y, here);
  CHECK(crisp::value_and_gradient(loss, x, y, gradient, here) == value);
  CHECK(crisp::value_and_gradients(loss, x, y, gradient, other, here) == value);
  CHECK(crisp::values(loss, x, y, here)(0) == value);
  CHECK(crisp::value(sum, x, y, here) == Catch::Approx(3 * value));
  CHECK(crisp::breakdown(sum, x, y, here).size() == 2);
  CHECK(crisp::breakdown(loss, x, y, here).front().value == value);
  CHECK(crisp::check_gradient(loss, x, y).passed());
  CHECK(crisp::check_target_gradient(sum, x, crisp::weighted(y, y)).passed());

  // And with planes in bands.
  const auto large = random_images<float>({1, 1, 1024, 1024}, 3);
  crisp::Images<float> large_gradient(1, 1, 1024, 1024);
  const user::HalfSquare<float> in_float;
  CHECK(crisp::value_and_gradient(in_float, large, large, large_gradient, here) == 0);
  CHECK(crisp::value_and_gradient(in_float + in_float, large, large, large_gradient, here) == 0);
}
