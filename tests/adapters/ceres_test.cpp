// The Ceres adapter: its gradients against differences, and Ceres finding what it should.
#include "crisp/adapters/ceres.hpp"

#include <ceres/gradient_problem.h>
#include <ceres/gradient_problem_solver.h>

#include <algorithm>
#include <cmath>
#include <crisp/crisp.hpp>
#include <limits>
#include <memory>
#include <vector>

#include "support/catch.hpp"
#include "support/random_images.hpp"

namespace {

using crisp::Images;
using crisp::Index;
using crisp::adapters::CeresFunction;
using crisp::adapters::CeresSum;
using crisp::adapters::LinearOperator;

/// The mean of two pixels side by side: [.., W] to [.., W - 1].
LinearOperator pairs() {
  return {[](const Images<double>& from, Images<double>& to) {
            to.resize(from.dimension(0), from.dimension(1), from.dimension(2), from.dimension(3) - 1);
            for (Index row = 0; row < to.size() / to.dimension(3); ++row) {
              const double* in = from.data() + row * from.dimension(3);
              for (Index x = 0; x < to.dimension(3); ++x) {
                to.data()[row * to.dimension(3) + x] = (in[x] + in[x + 1]) / 2;
              }
            }
          },
          [](const Images<double>& from, Images<double>& to) {
            to.resize(from.dimension(0), from.dimension(1), from.dimension(2), from.dimension(3) + 1);
            to.setZero();
            for (Index row = 0; row < from.size() / from.dimension(3); ++row) {
              double* out = to.data() + row * to.dimension(3);
              for (Index x = 0; x < from.dimension(3); ++x) {
                const double half = from.data()[row * from.dimension(3) + x] / 2;
                out[x] += half;
                out[x + 1] += half;
              }
            }
          }};
}

void check_gradient(const ceres::FirstOrderFunction& function, const Images<double>& at) {
  REQUIRE(function.NumParameters() == at.size());
  const auto count = static_cast<std::size_t>(at.size());
  std::vector<double> point(at.data(), at.data() + at.size());
  std::vector<double> gradient(count);
  double cost = 0;
  double again = 0;
  REQUIRE(function.Evaluate(point.data(), &cost, gradient.data()));
  REQUIRE(function.Evaluate(point.data(), &again, nullptr));
  CHECK(cost == again);
  const double largest = std::abs(*std::max_element(
      gradient.begin(), gradient.end(), [](double a, double b) { return std::abs(a) < std::abs(b); }));
  REQUIRE(largest > 0);
  const double step = 1e-6;
  for (std::size_t i = 0; i < count; ++i) {
    const double there = point[i];
    double after = 0;
    double before = 0;
    point[i] = there + step;
    REQUIRE(function.Evaluate(point.data(), &after, nullptr));
    point[i] = there - step;
    REQUIRE(function.Evaluate(point.data(), &before, nullptr));
    point[i] = there;
    CHECK(std::abs(gradient[i] - (after - before) / (2 * step)) < 1e-6 * largest);
  }
}

crisp::StftOptions small_frames() {
  crisp::StftOptions options;
  options.window = 6;
  options.stride = 3;
  options.phase_gate = 0.3;
  return options;
}

}  // namespace

TEST_CASE("The gradient of a loss in Ceres is its derivative, through an operator, too",
          "[ceres][gradient]") {
  const auto target = random_images<double>({1, 2, 12, 12}, 1);
  const auto at = random_images<double>({1, 2, 12, 12}, 2);
  const auto wide = random_images<double>({1, 2, 12, 13}, 3);
  const crisp::Shape shape{1, 2, 12, 13};
  const crisp::StftLoss<double> stft(small_frames());
  check_gradient(CeresFunction(crisp::SsimLoss<double>(), target, 3), at);
  check_gradient(CeresFunction(stft, target), at);
  check_gradient(CeresFunction(stft, target, shape, pairs(), 0.3), wide);

  CeresSum::Terms terms;
  terms.push_back(std::make_unique<CeresFunction<crisp::MseLoss<double>>>(crisp::MseLoss<double>(), target,
                                                                          shape, pairs()));
  terms.push_back(std::make_unique<CeresFunction<crisp::CharbonnierLoss<double>>>(
      crisp::CharbonnierLoss<double>(), wide, 0.1));
  const auto at_wide = random_images<double>({1, 2, 12, 13}, 4);
  check_gradient(CeresSum(std::move(terms)), at_wide);
}

TEST_CASE("L-BFGS finds the image that a loss has its minimum at", "[ceres]") {
  const auto target = random_images<double>({1, 1, 12, 12}, 1, 0.2, 0.8);
  auto image = random_images<double>({1, 1, 12, 12}, 2, 0.2, 0.8);
  const ceres::GradientProblem problem(
      new CeresFunction(crisp::MseLoss<double>() + crisp::SsimLoss<double>(), target));
  ceres::GradientProblemSolver::Options options;
  options.logging_type = ceres::SILENT;
  options.max_num_iterations = 500;
  options.function_tolerance = 1e-14;
  ceres::GradientProblemSolver::Summary summary;
  ceres::Solve(options, problem, image.data(), &summary);
  CHECK(summary.final_cost < 1e-6);
  CHECK(crisp::value(crisp::MseLoss<double>(), image, target) < 1e-6);
}

TEST_CASE("A value that is not finite is an evaluation that failed", "[ceres]") {
  const auto target = random_images<double>({1, 1, 4, 4}, 1);
  const CeresFunction function(crisp::MseLoss<double>(), target);
  std::vector<double> point(16, std::numeric_limits<double>::infinity());
  std::vector<double> gradient(16);
  double cost = 0;
  CHECK_FALSE(function.Evaluate(point.data(), &cost, gradient.data()));
  CHECK_FALSE(function.Evaluate(point.data(), &cost, nullptr));
}

TEST_CASE("What Ceres cannot solve is an error before it begins", "[ceres][errors]") {
  const auto target = random_images<double>({1, 1, 8, 8}, 1);
  CHECK_THROWS_AS(CeresFunction(crisp::SsimLoss<double>(), target), crisp::ShapeError);  // a window of 11
  CHECK_THROWS_WITH(CeresFunction(crisp::MseLoss<double>(), target, crisp::Shape{1, 1, 8, 8}, pairs()),
                    Catch::Contains("[1, 1, 8, 7]"));
  CHECK_THROWS_WITH(
      CeresFunction(crisp::MseLoss<double>(), target, crisp::Shape{1, 1, 65536, 65536}, pairs()),
      Catch::Contains("4294967296"));
  CHECK_THROWS_AS(CeresSum({}), crisp::ShapeError);
  CeresSum::Terms terms;
  terms.push_back(std::make_unique<CeresFunction<crisp::MseLoss<double>>>(crisp::MseLoss<double>(), target));
  terms.push_back(std::make_unique<CeresFunction<crisp::MseLoss<double>>>(
      crisp::MseLoss<double>(), random_images<double>({1, 1, 8, 9}, 1)));
  CHECK_THROWS_WITH(CeresSum(std::move(terms)), Catch::Contains("64") && Catch::Contains("72"));
}
