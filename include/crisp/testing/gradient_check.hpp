// Checks that the gradient of a loss is the derivative of its value, by differences at every pixel.
//
// Seen from one pixel, a loss is a function f of one number x. Three steps h, h/2, h/4 give three central
// slopes and three jumps between the slopes to the right and to the left,
//
//   D(h) = (f(x+h) - f(x-h)) / 2h,   J(h) = (f(x+h) - 2 f(x) + f(x-h)) / h.
//
// Where f is smooth, D(h) = f' + h² f'''/6 + O(h⁴) and J(h) = h f'' + h³ f''''/12 + O(h⁵). So
//
//   slope  = (4 D(h/2) - D(h)) / 3                    is f' to O(h⁴): what the gradient is compared with;
//   drift  = |(4 D(h/4) - D(h/2)) / 3 - slope|        is O(h⁴): how far that is from converged;
//   jump   = |16 J(h/4) - 10 J(h/2) + J(h)| / 7       is O(h⁵): what J does not lose as h shrinks.
//
// A kink of size j, at x + θh, leaves a drift or a jump of the order of j: the jump is j for a kink at x
// itself, |1 - 6.4 θ| j near it; the drift is 1.2 θ j for θ < ¼; both are (1-θ) j / 7 and (1-θ) j / 6 for θ >
// ½; they never vanish together. (Plain second differences would: a kink at h/3 looks there as a parabola
// does.) Strong curvature leaves neither: sqrt(r² + 1e-6) has a drift of some (h / 1e-3)⁴ ≈ 1e-9 of its
// slope. Nothing of this uses the analytic gradient, so a wrong one cannot hide behind it.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <ostream>
#include <type_traits>
#include <vector>

#include "crisp/core/errors.hpp"
#include "crisp/core/evaluate.hpp"
#include "crisp/core/images.hpp"

namespace crisp {

/// A pixel passes if |analytic - numeric| <= absolute + relative_tolerance |numeric|, where
/// absolute = absolute_tolerance + 16 (rounding noise of a slope).
///
/// The step balances the two errors of a difference: h² of truncation and ε |f| / h of rounding are equal at
/// h = ε^⅓ = 6e-6. The truncation that the extrapolation above leaves, some h⁴ / 500 times the fifth
/// derivative, is below 1e-6 of the slope as long as f bends over distances of 1e-4 or more. The rounding
/// noise of a slope is ε max |f| / h, or what the loss shows, if that is more (one whose large terms cancel
/// is noisier than its value tells): |f(x+δ) - 2 f(x+2δ) + f(x+3δ)| / h, its mean over some pixels. A δ of h
/// / 1024 is so small that little but rounding bends f, and an exact kink at x does not touch it. The factor
/// 16 leaves room for the worst of many pixels.
struct GradientCheckOptions {
  double step = 6e-6;                ///< h = step · max(1, |x|), in pixel values; > 0
  double relative_tolerance = 1e-6;  ///< >= 0
  double absolute_tolerance = 0;     ///< on top of the rounding noise, in units of the gradient; >= 0
};

/// What check_gradient found.
struct GradientReport {
  /// One pixel's derivative, as the loss states it and as differences say.
  struct Pixel {
    Index image = 0;
    Index channel = 0;
    Index row = 0;
    Index column = 0;
    double analytic = 0;
    double numeric = 0;
    double tolerance = 0;

    double error() const { return std::abs(analytic - numeric); }
  };

  Shape shape;
  double value = 0;      ///< of the loss
  Index compared = 0;    ///< pixels whose gradient was compared
  Index kinks = 0;       ///< pixels with a kink within the step: not compared
  Index drowned = 0;     ///< pixels whose slope is lost in rounding noise or not finite: not compared
  Index failed = 0;      ///< compared pixels out of tolerance, and any pixel whose gradient is not finite
  double max_error = 0;  ///< the largest error of a compared pixel; infinite if its gradient is not finite
  Pixel worst;           ///< the compared or failed pixel with the largest error in units of its tolerance

  Index pixels() const { return shape.size(); }

  /// No pixel failed, and at least half of them were compared.
  bool passed() const { return failed == 0 && 2 * compared >= pixels() && compared > 0; }

  friend std::ostream& operator<<(std::ostream& stream, const GradientReport& report) {
    const std::streamsize precision = stream.precision(10);
    stream << "gradient check " << (report.passed() ? "passed" : "FAILED") << " on " << report.shape << ": "
           << report.compared << " of " << report.pixels() << " pixels compared, " << report.failed
           << " failed, " << report.kinks << " at kinks, " << report.drowned
           << " drowned in rounding noise; value " << report.value << ", largest error " << report.max_error;
    if (report.compared > 0 || report.failed > 0) {
      const Pixel& pixel = report.worst;
      stream << "; worst at [" << pixel.image << ", " << pixel.channel << ", " << pixel.row << ", "
             << pixel.column << "]: analytic " << pixel.analytic << ", numeric " << pixel.numeric
             << ", tolerance " << pixel.tolerance;
    }
    stream.precision(precision);
    return stream;
  }
};

namespace detail {

/// What differences say about one pixel, in the terms of the head of this file.
struct Differences {
  double slope = 0;
  double drift = 0;
  double jump = 0;
  double steepest = 0;  // the larger of the slopes to the right and to the left
  double rounding = 0;

  bool finite() const { return std::isfinite(slope) && std::isfinite(drift) && std::isfinite(jump); }
};

/// The differences of f, called with displaced x, where f(x) is known. The steps are what x really moves by.
template <typename Function>
Differences differences(const Function& f, double x, double f_at_x, double step) {
  const double h = step * std::max(1.0, std::abs(x));
  double central[3];
  double jumps[3];
  Differences result;
  double largest = std::abs(f_at_x);
  for (int halving = 0; halving < 3; ++halving) {
    const double up = x + std::ldexp(h, -halving);
    const double down = x - std::ldexp(h, -halving);
    const double f_up = f(up);
    const double f_down = f(down);
    const double right = (f_up - f_at_x) / (up - x);
    const double left = (f_at_x - f_down) / (x - down);
    central[halving] = (f_up - f_down) / (up - down);
    jumps[halving] = right - left;
    result.steepest = std::max({result.steepest, std::abs(right), std::abs(left)});
    largest = std::max({largest, std::abs(f_up), std::abs(f_down)});
  }
  result.slope = (4 * central[1] - central[0]) / 3;
  result.drift = std::abs((4 * central[2] - central[1]) / 3 - result.slope);
  result.jump = std::abs(16 * jumps[2] - 10 * jumps[1] + jumps[0]) / 7;
  result.rounding = std::numeric_limits<double>::epsilon() * largest / h;
  return result;
}

/// The noise of a slope over `step` that f shows right of x.
template <typename Function>
double observed_noise(const Function& f, double x, double step) {
  const double h = step * std::max(1.0, std::abs(x));
  const double spacing = h / 1024;
  return std::abs(f(x + spacing) - 2 * f(x + 2 * spacing) + f(x + 3 * spacing)) / h;
}

template <typename Loss>
void assert_on_double() {
  static_assert(
      std::is_same_v<typename Loss::Scalar, double>,
      "crisp: check_gradient needs a loss on double, such as SsimLoss<double>: differences of floats are "
      "too coarse to tell a wrong gradient from a right one");
}

/// Compares a gradient with differences of f at every pixel of `images`, which f reads and which are put back.
template <typename T, typename Function>
GradientReport compare_with_differences(const Images<T>& gradient, const Function& f, Images<T>& images,
                                        const GradientCheckOptions& options) {
  if (!(options.step > 0) || !std::isfinite(options.step)) {
    fail<OptionError>("the step of a gradient check must be positive and finite, got ", options.step);
  }
  if (!(options.relative_tolerance >= 0) || !(options.absolute_tolerance >= 0)) {
    fail<OptionError>("the tolerances of a gradient check must be at least 0, got relative ",
                      options.relative_tolerance, " and absolute ", options.absolute_tolerance);
  }
  GradientReport report;
  report.shape = shape_of(images);
  report.value = f();
  std::vector<Differences> numeric;
  double noise_sum = 0;
  Index noise_count = 0;
  const Index noise_every = images.size() / 64 + 1;
  double steepest = 0;
  for (Index i = 0; i < images.size(); ++i) {
    const double x = images.data()[i];
    const auto f_at = [&](double moved) {
      images.data()[i] = moved;
      return f();
    };
    numeric.push_back(differences(f_at, x, report.value, options.step));
    if (numeric.back().finite()) {
      steepest = std::max(steepest, numeric.back().steepest);
      if (i % noise_every == 0) {
        noise_sum += observed_noise(f_at, x, options.step);
        ++noise_count;
      }
    }
    images.data()[i] = x;
  }

  const double typical_noise = noise_count > 0 ? noise_sum / static_cast<double>(noise_count) : 0;
  double worst_ratio = -1;
  for (Index i = 0; i < images.size(); ++i) {
    const Differences& pixel = numeric[static_cast<std::size_t>(i)];
    const double analytic = gradient.data()[i];
    const double noise = 16 * std::max(pixel.rounding, typical_noise);
    const double absolute = options.absolute_tolerance + noise;
    const double tolerance = absolute + options.relative_tolerance * std::abs(pixel.slope);
    // A jump is made of second differences, noisier than slopes; half the tolerance is left for what a kink
    // below these thresholds does to the slope.
    const bool kink =
        pixel.drift > tolerance / 2 || pixel.jump > 8 * noise + options.relative_tolerance * pixel.steepest;
    const bool drowned = !pixel.finite() || !(absolute <= 0.01 * steepest);

    const double error =
        std::isfinite(analytic) ? std::abs(analytic - pixel.slope) : std::numeric_limits<double>::infinity();
    bool failed = !std::isfinite(analytic);
    if (drowned) {
      ++report.drowned;
    } else if (kink) {
      ++report.kinks;
    } else {
      ++report.compared;
      failed = error > tolerance;
      report.max_error = std::max(report.max_error, error);
    }
    if (failed) ++report.failed;
    const double ratio = error > 0 ? error / tolerance : 0;
    if ((failed || (!drowned && !kink)) && ratio > worst_ratio) {
      worst_ratio = ratio;
      const Index column = i % report.shape.width;
      const Index row = i / report.shape.width % report.shape.height;
      const Index plane = i / report.shape.plane_size();
      report.worst = {plane / report.shape.channels,
                      plane % report.shape.channels,
                      row,
                      column,
                      analytic,
                      pixel.slope,
                      tolerance};
    }
  }
  return report;
}

}  // namespace detail

/// Compares the gradient of a loss on double with differences of its value, at every pixel of the prediction.
///
///   const crisp::GradientReport report = crisp::check_gradient(MyLoss<double>(), prediction, target);
///   INFO(report);
///   REQUIRE(report.passed());
///
/// Works for any loss that crisp::value_and_gradient takes; images are Images<double> or views of doubles.
/// Pixels at a kink are counted, not compared, since differences there say nothing about the subgradient (but
/// it must be finite). Pixels whose tolerance is above 1% of the steepest slope found at any pixel are not
/// compared either: there the check could not fail. passed() says no if that leaves less than half of the
/// pixels.
///
/// Errors: OptionError for options out of range, and the errors of value_and_gradient. Cost: 6 values per
/// pixel, on the whole batch, so use small images: 1 x 1 x 28 x 28 takes some 4900 evaluations.
template <typename Loss, typename Prediction, typename Target>
GradientReport check_gradient(const Loss& loss, const Prediction& prediction, const Target& target,
                              const GradientCheckOptions& options = {}) {
  detail::assert_on_double<Loss>();
  using T = typename Loss::Scalar;
  Workspace<Loss> workspace;
  Images<T> gradient;
  crisp::value_and_gradient(loss, prediction, target, gradient, workspace);
  Images<T> rows;
  Images<T> displaced = detail::in_rows<T>(prediction, rows);
  const auto f = [&] { return crisp::value(loss, displaced, target, workspace); };
  return detail::compare_with_differences(gradient, f, displaced, options);
}

/// The same for the gradient with respect to the target, of any loss that crisp::value_and_gradients takes.
template <typename Loss, typename Prediction, typename Target>
GradientReport check_target_gradient(const Loss& loss, const Prediction& prediction, const Target& target,
                                     const GradientCheckOptions& options = {}) {
  detail::assert_on_double<Loss>();
  using T = typename Loss::Scalar;
  Images<T> rows;
  const WeightedTarget<T> images = detail::to_read_target<T>(detail::in_rows<T>(target, rows));
  const Shape& shape = images.images.shape;
  Images<T> displaced = view(images.images.data, shape.batch, shape.channels, shape.height, shape.width);
  Workspace<Loss> workspace;
  Images<T> prediction_gradient;
  Images<T> target_gradient;
  crisp::value_and_gradients(loss, prediction, target, prediction_gradient, target_gradient, workspace);
  const auto f = [&] {
    if constexpr (detail::is_weighted<Target>) {
      return crisp::value(loss, prediction, WeightedTarget<T>{{displaced.data(), shape}, images.weights},
                          workspace);
    } else {
      return crisp::value(loss, prediction, displaced, workspace);
    }
  };
  return detail::compare_with_differences(target_gradient, f, displaced, options);
}

}  // namespace crisp
