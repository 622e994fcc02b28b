// crisp's losses in Ceres: images as the unknowns of a ceres::GradientProblem.
//
//   #include <crisp/adapters/ceres.hpp>
//
//   ceres::GradientProblem problem(new crisp::adapters::CeresFunction(crisp::SsimLoss<double>(), target));
//   ceres::Solve(options, problem, image.data(), &summary);  // L-BFGS by default
//
// Not part of crisp.hpp, as it includes Ceres.
#pragma once

#include <ceres/first_order_function.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <functional>
#include <limits>
#include <memory>
#include <type_traits>
#include <utility>
#include <vector>

#include "crisp/core/errors.hpp"
#include "crisp/core/evaluate.hpp"

namespace crisp::adapters {

/// A linear map of images, A, and its adjoint, ⟨A x, y⟩ = ⟨x, A* y⟩: how what is seen comes from what is sought. Each
/// writes all of `to`, which has the shape of the unknown or of the target and does not overlap `from`.
struct LinearOperator {
  std::function<void(const Images<double>& from, Images<double>& to)> apply;
  std::function<void(const Images<double>& from, Images<double>& to)> adjoint;
};

/// f(x) = factor * L(x, target), or with an operator factor * L(A x, target), and its gradient, factor * A* ∂L/∂(A x).
/// The unknowns are the pixels of x, in the order of Images<double>.
///
/// L-BFGS expects a smooth function. Losses with kinks (L1, amplitudes, phases) still descend, but the line search may
/// give up early; Charbonnier, SSIM, MSE and gated phases behave better.
///
/// A value or gradient that is not finite is an evaluation that failed, from which Ceres steps back. Errors, all of them
/// here and none while Ceres solves: ShapeError for a loss that does not suit the images, or for more pixels than an int
/// counts; whatever else the loss throws. Not for several threads at a time; Ceres solves such problems on one.
template <typename Loss>
class CeresFunction : public ceres::FirstOrderFunction {
  static_assert(std::is_same_v<typename Loss::Scalar, double>, "crisp: Ceres's unknowns are of double");

 public:
  CeresFunction(const Loss& loss, Images<double> target, double factor = 1)
      : CeresFunction(loss, target, crisp::detail::shape_of(target), {}, factor) {}

  /// `unknown` is the shape of x, on which A works.
  CeresFunction(const Loss& loss, Images<double> target, const Shape& unknown, LinearOperator seen_through,
                double factor = 1)
      : loss_(loss), target_(std::move(target)), operator_(std::move(seen_through)), factor_(factor) {
    crisp::detail::check_representable<double>(unknown);
    if (unknown.size() > std::numeric_limits<int>::max()) {
      crisp::detail::fail<ShapeError>("Ceres counts unknowns in an int, and images of shape ", unknown,
                                      " have ", unknown.size(), " pixels");
    }
    unknown_.resize(unknown.batch, unknown.channels, unknown.height, unknown.width);
    unknown_.setZero();
    crisp::value(loss_, observed(), target_, workspace_);  // throws what is to be thrown
  }

  int NumParameters() const override { return static_cast<int>(unknown_.size()); }

  bool Evaluate(const double* parameters, double* cost, double* gradient) const override {
    std::copy_n(parameters, unknown_.size(), unknown_.data());
    if (gradient == nullptr) {
      *cost = factor_ * crisp::value(loss_, observed(), target_, workspace_);
      return std::isfinite(*cost);
    }
    *cost = factor_ * crisp::value_and_gradient(loss_, observed(), target_, observed_gradient_, workspace_);
    if (operator_.adjoint) operator_.adjoint(observed_gradient_, unknown_gradient_);
    const Images<double>& found = operator_.adjoint ? unknown_gradient_ : observed_gradient_;
    bool finite = std::isfinite(*cost);
    for (Index i = 0; i < found.size(); ++i) {
      gradient[i] = factor_ * found.data()[i];
      finite = finite && std::isfinite(gradient[i]);
    }
    return finite;
  }

 private:
  /// A x.
  const Images<double>& observed() const {
    if (!operator_.apply) return unknown_;
    operator_.apply(unknown_, observed_);
    return observed_;
  }

  Loss loss_;
  Images<double> target_;
  LinearOperator operator_;
  double factor_;
  mutable Images<double> unknown_, observed_, observed_gradient_, unknown_gradient_;
  mutable Workspace<Loss> workspace_;
};

/// The sum of several functions of one unknown: how well an image explains what is seen, and, say, its total variation.
class CeresSum : public ceres::FirstOrderFunction {
 public:
  using Terms = std::vector<std::unique_ptr<ceres::FirstOrderFunction>>;

  /// Throws ShapeError for no term, or terms of different numbers of unknowns.
  explicit CeresSum(Terms terms) : terms_(std::move(terms)) {
    if (terms_.empty()) crisp::detail::fail<ShapeError>("a sum of functions needs at least 1 term, got 0");
    for (const auto& term : terms_) {
      if (term->NumParameters() == terms_.front()->NumParameters()) continue;
      crisp::detail::fail<ShapeError>("the terms of a sum must have the same unknowns, got ",
                                      terms_.front()->NumParameters(), " and ", term->NumParameters());
    }
    term_gradient_.resize(static_cast<std::size_t>(terms_.front()->NumParameters()));
  }

  int NumParameters() const override { return terms_.front()->NumParameters(); }

  bool Evaluate(const double* parameters, double* cost, double* gradient) const override {
    *cost = 0;
    if (gradient != nullptr) std::fill_n(gradient, NumParameters(), 0.0);
    for (const auto& term : terms_) {
      double term_cost = 0;
      if (!term->Evaluate(parameters, &term_cost, gradient == nullptr ? nullptr : term_gradient_.data()))
        return false;
      *cost += term_cost;
      if (gradient == nullptr) continue;
      std::transform(term_gradient_.begin(), term_gradient_.end(), gradient, gradient, std::plus<>());
    }
    return true;
  }

 private:
  Terms terms_;
  mutable std::vector<double> term_gradient_;
};

}  // namespace crisp::adapters
