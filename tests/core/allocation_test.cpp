// How often a call allocates, and what is left where it cannot.
#include <algorithm>
#include <array>
#include <crisp/crisp.hpp>
#include <new>

#include "edge_strength_loss.hpp"  // of docs/adding_a_loss.md
#include "python/any_loss.hpp"
#include "support/catch.hpp"
#include "support/counted_allocations.hpp"
#include "support/derivatives.hpp"
#include "support/every_loss.hpp"
#include "support/random_images.hpp"

namespace {

template <typename Loss, typename Executor>
void check_allocates_once(const Loss& loss, const Executor& executor) {
  const crisp::Shape shape{4, 3, 29, 31};
  const auto prediction = random_images<float>(shape, 1);
  const auto target = random_images<float>(shape, 2);
  const auto weights = random_weights<float>(shape, 3, false);
  crisp::Images<float> gradient;
  crisp::Workspace<Loss> workspace;
  const long before = counted_allocations::count;
  const float first = crisp::value_and_gradient(loss, prediction, target, gradient, workspace, executor);
  const long after_first = counted_allocations::count;
  const float second = crisp::value_and_gradient(loss, prediction, target, gradient, workspace, executor);
  const float third = crisp::value(loss, prediction, target, workspace, executor);
  crisp::value_and_gradient(loss, prediction, crisp::weighted(target, weights), gradient, workspace,
                            executor);
  const long after_second = counted_allocations::count;
  CHECK(after_first > before);  // or the counter does not count
  CHECK(after_second == after_first);
  CHECK(first == second);
  CHECK(first == third);
}

}  // namespace

TEST_CASE("The second call with a workspace allocates nothing, weighted or not", "[workspace]") {
  const crisp::Threads threads(2);
  for_every_loss<float>([&](const auto& loss) {
    check_allocates_once(loss, crisp::Serial());
    check_allocates_once(loss, threads);
    check_allocates_once(crisp_python::AnyLoss<float>::of(loss), threads);
  });
}

TEST_CASE("Nor does that of a loss made as the guide says", "[workspace]") {
  const crisp::Threads threads(2);
  check_allocates_once(EdgeStrengthLoss<float>(), threads);
}

namespace {

/// Images that lie otherwise than crisp's own, and so are copied.
template <typename T>
using Columns = Eigen::Tensor<T, 4, Eigen::ColMajor>;

template <typename T>
Columns<T> in_columns(const crisp::Images<T>& images) {
  return images.swap_layout().shuffle(std::array<int, 4>{3, 2, 1, 0});
}

template <typename T>
bool holds(const crisp::Images<T>& images, T value) {
  return std::all_of(images.data(), images.data() + images.size(), [&](T pixel) { return pixel == value; });
}

/// Whether a call fails where it may allocate only so often.
template <typename Call>
bool fails_after(int allowed, const Call& call) {
  bool failed = false;
  counted_allocations::failing = counted_allocations::count + allowed;
  try {
    call();
  } catch (const std::bad_alloc&) {
    failed = true;
  }
  counted_allocations::failing = -1;
  return failed;
}

/// Lets every allocation of a call fail in turn: of one with a fresh workspace and of one whose workspace served smaller
/// images. How many did.
template <typename Loss, typename Executor>
int check_survives_failures(const Loss& loss, const Executor& executor) {
  using T = typename Loss::Scalar;
  const crisp::Shape shape{
      2, 3, 28, 30};  // lengths that crisp transforms itself: FFTW's planner ends the program instead
  const crisp::Shape small{1, 1, 24, 25};
  const auto prediction = random_images<T>(shape, 1);
  const auto prediction_in_columns = in_columns(prediction);
  const auto target = random_images<T>(shape, 2);
  const auto weights = random_weights<T>(shape, 3, false);
  const auto small_prediction = in_columns(random_images<T>(small, 4));
  const auto small_target = random_images<T>(small, 5);
  const auto evaluate = [&](crisp::Images<T>& gradient, crisp::Workspace<Loss>& workspace) {
    return crisp::value_and_gradient(loss, prediction_in_columns, crisp::weighted(target, weights), gradient,
                                     workspace, executor);
  };
  crisp::Images<T> expected_gradient;
  const T expected =
      crisp::value_and_gradient(loss, prediction, crisp::weighted(target, weights), expected_gradient);

  int failures = 0;
  for (const bool fresh : {true, false}) {
    bool failed = true;
    for (int allowed = 0; failed; ++allowed) {
      crisp::Workspace<Loss> workspace;
      if (!fresh) crisp::value(loss, small_prediction, small_target, workspace, executor);
      auto gradient = constant_images<T>(shape, 7);
      failed = fails_after(allowed, [&] { evaluate(gradient, workspace); });
      failures += failed ? 1 : 0;
      CAPTURE(fresh, allowed);
      if (failed) {
        REQUIRE(holds(gradient, T(7)));
        REQUIRE(evaluate(gradient, workspace) == expected);
      }
      REQUIRE(same_bits(gradient, expected_gradient));
    }
  }
  return failures;
}

}  // namespace

TEMPLATE_TEST_CASE("Where memory cannot be had, a call leaves everything as it was, and the next one works",
                   "[workspace]", float, double) {
  const crisp::Threads threads(2);
  for_every_loss<TestType>([&](const auto& loss) {
    CHECK(check_survives_failures(loss, crisp::Serial()) > 2);
    CHECK(check_survives_failures(loss, threads) > 2);
  });
}

namespace {

/// Lets every allocation of a call fail in turn, each time seeing that nothing is touched, until the call succeeds. How many did.
template <typename Call, typename IsUntouched>
int failures_of(const Call& call, const IsUntouched& is_untouched) {
  int allowed = 0;
  for (; fails_after(allowed, call); ++allowed) REQUIRE(is_untouched());
  return allowed;
}

/// Of gradients that are empty, one in rows and one that is copied to.
template <typename Gradient>
void check_stays_empty() {
  const auto prediction = random_images<float>({2, 3, 28, 30}, 1);
  const auto target = random_images<float>({2, 3, 28, 30}, 2);
  const crisp::MseLoss<float> loss;
  Gradient gradient;
  const auto call = [&] { crisp::value_and_gradient(loss, prediction, target, gradient); };
  CHECK(failures_of(call, [&] { return gradient.size() == 0; }) > 1);
  CHECK(gradient.size() == prediction.size());
}

}  // namespace

TEST_CASE("An empty gradient stays empty where memory cannot be had", "[workspace]") {
  check_stays_empty<crisp::Images<float>>();
  check_stays_empty<Columns<float>>();
}

TEST_CASE("Of two empty gradients, both stay so where there is no memory for one", "[workspace]") {
  const auto prediction = random_images<float>({2, 3, 28, 30}, 1);
  const auto target = in_columns(random_images<float>({2, 3, 28, 30}, 2));
  crisp::Images<float> of_prediction;
  Columns<float> of_target;
  const auto are_empty = [&] { return of_prediction.size() == 0 && of_target.size() == 0; };
  const auto call = [&] {
    crisp::value_and_gradients(crisp::SsimLoss<float>(), prediction, target, of_prediction, of_target);
  };
  CHECK(failures_of(call, are_empty) > 4);
  CHECK(of_target.size() == prediction.size());

  Eigen::Tensor<double, 2, Eigen::RowMajor> mean(4, 3), of_mean, of_log_variance;
  mean.setConstant(0.5);
  const auto kl = [&] { crisp::gaussian_kl(mean, mean, of_mean, of_log_variance); };
  CHECK(failures_of(kl, [&] { return of_mean.size() == 0 && of_log_variance.size() == 0; }) == 2);
  CHECK(of_log_variance.size() == 12);
}
