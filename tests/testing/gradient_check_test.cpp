#include "crisp/testing/gradient_check.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <sstream>
#include <string>

#include "crisp/core/compose.hpp"
#include "crisp/core/evaluate.hpp"
#include "support/catch.hpp"
#include "support/random_images.hpp"

using crisp::GradientReport;
using crisp::Images;
using crisp::Index;
using crisp::PlaneGradient;
using crisp::PlanePair;
using crisp::Shape;

namespace {

/// mean f(prediction - target), from f and its derivative (or what is said to be that).
template <typename Function, typename Derivative>
struct Pointwise : crisp::PlaneLoss<double> {
  Function f;
  Derivative derivative;
  Pointwise(Function f_, Derivative derivative_) : f(f_), derivative(derivative_) {}
  double plane(const PlanePair<double>& images, PlaneGradient<double> gradient) const {
    const auto residual = images.prediction - images.target;
    if (gradient) gradient.add(residual.unaryExpr(derivative) / static_cast<double>(residual.size()));
    return crisp::plane_mean(residual.unaryExpr(f));
  }
};

double square(double r) { return r * r; }
double cube(double r) { return r * r * r + r; }
double slope_of_cube(double r) { return 3 * r * r + 1; }
double sign(double r) { return r > 0 ? 1 : r < 0 ? -1 : 0; }
double absolute(double r) { return std::abs(r); }

/// cube with a gradient that something was done to.
template <typename Mistake>
struct Mistaken : crisp::PlaneLoss<double> {
  Mistake mistake;
  explicit Mistaken(Mistake mistake_) : mistake(mistake_) {}
  double plane(const PlanePair<double>& images, PlaneGradient<double> gradient) const {
    const auto residual = images.prediction - images.target;
    if (gradient) {
      Eigen::ArrayXXd right = residual.unaryExpr(&slope_of_cube) / static_cast<double>(residual.size());
      mistake(right);
      gradient.add(right);
    }
    return crisp::plane_mean(residual.unaryExpr(&cube));
  }
};

const Shape shape{2, 1, 5, 7};

template <typename Loss>
GradientReport check(const Loss& loss) {
  return crisp::check_gradient(loss, random_images<double>(shape, 1), random_images<double>(shape, 2));
}

template <typename Mistake>
GradientReport check_mistaken(Mistake mistake) {
  return check(Mistaken<Mistake>(mistake));
}

/// Residuals that are all r, on a target of 0.3.
template <typename Loss>
GradientReport check_residual(const Loss& loss, double r) {
  const auto target = constant_images<double>(shape, 0.25);
  const Images<double> prediction = target + r;
  return crisp::check_gradient(loss, prediction, target);
}

}  // namespace

TEST_CASE("A right gradient passes, every pixel compared", "[gradient_check]") {
  const auto report = check_mistaken([](auto&) {});
  INFO(report);
  CHECK(report.passed());
  CHECK(report.pixels() == 70);
  CHECK(report.compared == 70);
  CHECK(report.kinks == 0);
  CHECK(report.drowned == 0);
  CHECK(report.failed == 0);
  CHECK(report.max_error < 1e-10);
}

TEST_CASE("Wrong gradients fail", "[gradient_check]") {
  CHECK_FALSE(check_mistaken([](auto& gradient) { gradient *= -1; }).passed());
  CHECK_FALSE(check_mistaken([](auto& gradient) { gradient *= 1.001; }).passed());
  CHECK_FALSE(check_mistaken([](auto& gradient) { gradient *= 1.00001; }).passed());
  CHECK_FALSE(check_mistaken([](auto& gradient) { gradient += 1e-6; }).passed());
  CHECK_FALSE(check_mistaken([](auto& gradient) { gradient.setZero(); }).passed());
  CHECK_FALSE(check_mistaken([](auto& gradient) { gradient.row(0).swap(gradient.row(1)); }).passed());
}

TEST_CASE("A single wrong pixel is named", "[gradient_check]") {
  const auto dropped = check_mistaken([](auto& gradient) { gradient(3, 5) = 0; });
  CHECK_FALSE(dropped.passed());
  CHECK(dropped.failed == 2);  // one in each image
  CHECK(dropped.worst.row == 3);
  CHECK(dropped.worst.column == 5);
  CHECK(dropped.worst.analytic == 0);
  CHECK(dropped.worst.numeric > 0);
  CHECK(dropped.max_error == dropped.worst.error());
  std::ostringstream text;
  text << dropped;
  CHECK_THAT(text.str(), Catch::Contains("FAILED") && Catch::Contains(", 0, 3, 5]"));

  const auto not_a_number =
      check_mistaken([](auto& gradient) { gradient(2, 1) = std::numeric_limits<double>::quiet_NaN(); });
  CHECK_FALSE(not_a_number.passed());
  CHECK(not_a_number.failed == 2);
  CHECK(not_a_number.worst.row == 2);
  CHECK(not_a_number.worst.column == 1);
}

TEST_CASE("Exact kinks are counted, not compared", "[gradient_check][kinks]") {
  const Pointwise l1(&absolute, &sign);
  const auto smooth = check(l1);
  INFO(smooth);
  CHECK(smooth.passed());
  CHECK(smooth.kinks == 0);

  auto prediction = random_images<double>(shape, 1);
  const auto target = random_images<double>(shape, 2);
  for (Index i = 0; i < 20; ++i) prediction.data()[i] = target.data()[i];
  const auto some = crisp::check_gradient(l1, prediction, target);
  INFO(some);
  CHECK(some.passed());
  CHECK(some.kinks == 20);
  CHECK(some.compared == 50);

  const auto all = check_residual(l1, 0);
  CHECK(all.kinks == all.pixels());
  CHECK_FALSE(all.passed());  // nothing was compared
}

TEST_CASE("Kinks anywhere within the step are told from smooth pixels", "[gradient_check][kinks]") {
  const Pointwise l1(&absolute, &sign);
  const Pointwise hinge([](double r) { return std::max(r, 0.); }, [](double r) { return r > 0 ? 1. : 0.; });
  // Huber with a step in its second derivative only is smooth enough to compare.
  const Pointwise huber([](double r) { return std::abs(r) < 0.1 ? r * r / 2 : 0.1 * (std::abs(r) - 0.05); },
                        [](double r) { return std::clamp(r, -0.1, 0.1); });
  const double h = 6e-6;
  for (int i = -99; i <= 99; ++i) {
    const double r = h * i / 100;
    CAPTURE(i);
    CHECK(check_residual(l1, r).kinks == shape.size());
    CHECK(check_residual(hinge, r).kinks == shape.size());
    CHECK(check_residual(huber, 0.1 + r).failed == 0);
  }
  for (const double r : {1.01 * h, -1.01 * h, 2 * h, -2 * h, 0.1}) {
    CAPTURE(r);
    CHECK(check_residual(l1, r).passed());
    CHECK(check_residual(l1, r).kinks == 0);
  }
  CHECK(check(hinge).passed());
  CHECK(check(huber).passed());
}

TEST_CASE("A weak kink in a strong loss never makes a right gradient fail", "[gradient_check][kinks]") {
  const Pointwise mostly_smooth([](double r) { return std::sin(r) + 1e-4 * std::abs(r); },
                                [](double r) { return std::cos(r) + 1e-4 * sign(r); });
  for (int i = -1200; i <= 1200; ++i) {
    const auto report = check_residual(mostly_smooth, 6e-6 * i / 1000);
    INFO(report);
    CAPTURE(i);
    CHECK(report.failed == 0);
    CHECK((std::abs(i) > 980 || report.kinks == shape.size()));  // nearer h, it does not show
    CHECK((std::abs(i) <= 1000 || report.compared == shape.size()));
  }
}

TEST_CASE("A wrong gradient beside kinks still fails", "[gradient_check][kinks]") {
  const Pointwise wrong_l1(&absolute, [](double r) { return 1.001 * sign(r); });
  auto prediction = random_images<double>(shape, 1);
  const auto target = random_images<double>(shape, 2);
  for (Index i = 0; i < 20; ++i) prediction.data()[i] = target.data()[i];
  CHECK(crisp::check_gradient(wrong_l1, prediction, target).failed == 50);

  const Pointwise nan_at_kink(&absolute, [](double r) { return r / std::abs(r); });
  const auto report = crisp::check_gradient(nan_at_kink, prediction, target);
  CHECK_FALSE(report.passed());
  CHECK(report.failed == 20);
}

TEST_CASE("A maximum has kinks only where pixels tie", "[gradient_check][kinks]") {
  struct Maximum : crisp::PlaneLoss<double> {
    double plane(const PlanePair<double>& images, PlaneGradient<double> gradient) const {
      Index row = 0, column = 0;
      const double maximum = (images.prediction - images.target).maxCoeff(&row, &column);
      if (gradient) gradient.plane()(row, column) += gradient.scale();
      return maximum;
    }
  };
  const auto report = check(Maximum());
  INFO(report);
  CHECK(report.passed());
  CHECK(report.kinks == 0);

  const auto tied = check_residual(Maximum(), 0.1);
  CHECK(tied.kinks == tied.pixels());
}

TEST_CASE("Strongly curved but smooth losses are compared everywhere", "[gradient_check]") {
  for (const double epsilon : {1e-3, 3e-4}) {
    const Pointwise charbonnier([=](double r) { return std::sqrt(r * r + epsilon * epsilon); },
                                [=](double r) { return r / std::sqrt(r * r + epsilon * epsilon); });
    const Pointwise wrong([=](double r) { return std::sqrt(r * r + epsilon * epsilon); },
                          [=](double r) { return 1.0001 * r / std::sqrt(r * r + epsilon * epsilon); });
    for (int i = -40; i <= 40; ++i) {
      const double r = epsilon * i / 10;
      CAPTURE(epsilon, i);
      const auto report = check_residual(charbonnier, r);
      INFO(report);
      CHECK(report.passed());
      CHECK(report.kinks == 0);
      if (i != 0) CHECK_FALSE(check_residual(wrong, r).passed());
    }
  }
}

TEST_CASE("At a minimum the zero gradient is confirmed, another is not", "[gradient_check]") {
  const Pointwise right(&square, [](double r) { return 2 * r; });
  const Pointwise wrong(&square, [](double r) { return 2 * r + 1e-9; });
  const auto images = random_images<double>(shape, 1);
  const auto report = crisp::check_gradient(right, images, images);
  INFO(report);
  CHECK(report.passed());
  CHECK(report.compared == report.pixels());
  CHECK_FALSE(crisp::check_gradient(wrong, images, images).passed());
}

TEST_CASE("Pixels that a loss ignores have a zero gradient, and say nothing of the others",
          "[gradient_check]") {
  struct FirstRow : crisp::PlaneLoss<double> {
    double plane(const PlanePair<double>& images, PlaneGradient<double> gradient) const {
      const auto residual = images.prediction.row(0) - images.target.row(0);
      if (gradient) gradient.plane().row(0) += 2 * gradient.scale() * residual;
      return residual.square().sum();
    }
  };
  const auto images = random_images<double>(shape, 1);
  for (const auto& report : {check(FirstRow()), crisp::check_gradient(FirstRow(), images, images)}) {
    INFO(report);
    CHECK(report.passed());
    CHECK(report.compared == report.pixels());
  }
}

TEST_CASE("Noise widens the tolerance, and where it drowns the gradient the check does not pass",
          "[gradient_check]") {
  const auto raised = [](double offset) {
    return Pointwise([=](double r) { return r * r + offset; }, [](double r) { return 2 * r; });
  };
  const auto wrong = [](double offset) {
    return Pointwise([=](double r) { return r * r + offset; }, [](double r) { return -2 * r; });
  };
  for (const double offset : {1., 1e3}) {
    const auto report = check(raised(offset));
    INFO(report);
    CHECK(report.passed());
    CHECK_FALSE(check(wrong(offset)).passed());
  }
  for (const double offset : {1e8, 1e12, 1e16}) {
    for (const auto& report : {check(raised(offset)), check(wrong(offset))}) {
      INFO(report);
      CHECK_FALSE(report.passed());
      CHECK(report.failed == 0);
      CHECK(report.drowned == report.pixels());
    }
  }

  // Large losses with large gradients lose nothing.
  const auto huge = check(1e12 * Pointwise(&cube, &slope_of_cube));
  INFO(huge);
  CHECK(huge.passed());

  // Noise that the value does not show: large terms that cancel.
  const auto noisy = [](double factor) {
    return Pointwise([](double r) { return (r * r + 1e3) - 1e3; }, [=](double r) { return factor * r; });
  };
  const auto report = check(noisy(2));
  INFO(report);
  CHECK(report.passed());
  CHECK(report.kinks == 0);
  CHECK_FALSE(check(noisy(1.9)).passed());
}

TEST_CASE("A loss without a finite value is not passed", "[gradient_check]") {
  const Pointwise nan([](double) { return std::numeric_limits<double>::quiet_NaN(); },
                      [](double) { return 0.; });
  const auto report = check(nan);
  CHECK_FALSE(report.passed());
  CHECK(report.compared == 0);
}

TEST_CASE("The check takes views, leaves the images alone, and refuses bad options", "[gradient_check]") {
  auto prediction = random_images<double>(shape, 1);
  const auto target = random_images<double>(shape, 2);
  const auto before = prediction;
  const Pointwise loss(&cube, &slope_of_cube);
  const auto report = crisp::check_gradient(loss, crisp::view(prediction.data(), 2, 1, 5, 7),
                                            crisp::view(target.data(), 2, 1, 5, 7));
  CHECK(report.passed());
  CHECK(std::equal(before.data(), before.data() + before.size(), prediction.data()));

  crisp::GradientCheckOptions options;
  options.step = 0;
  CHECK_THROWS_AS(crisp::check_gradient(loss, prediction, target, options), crisp::OptionError);
  options = {};
  options.relative_tolerance = -1;
  CHECK_THROWS_AS(crisp::check_gradient(loss, prediction, target, options), crisp::OptionError);
  const auto other = random_images<double>({2, 1, 7, 5}, 2);
  CHECK_THROWS_AS(crisp::check_gradient(loss, prediction, other), crisp::ShapeError);
}
