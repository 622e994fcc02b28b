// What every loss promises of any images, under any options that its constructor takes.
#pragma once

#include <algorithm>
#include <cmath>
#include <crisp/core/evaluate.hpp>
#include <crisp/testing/gradient_check.hpp>
#include <cstring>
#include <limits>
#include <optional>
#include <type_traits>
#include <utility>

#include "support/draw.hpp"
#include "support/expect.hpp"

namespace crisp_fuzz {

/// What is true of some losses only.
struct Traits {
  bool looks_at_target = true;
  bool has_exact_gradient = true;
};

template <typename Tensor>
bool all_finite(const Tensor& tensor) {
  for (Index i = 0; i < tensor.size(); ++i) {
    if (!std::isfinite(tensor.data()[i])) return false;
  }
  return true;
}

template <typename Tensor>
bool has_nan(const Tensor& tensor) {
  return std::any_of(tensor.data(), tensor.data() + tensor.size(),
                     [](auto entry) { return std::isnan(entry); });
}

template <typename T>
bool same_bits(T a, T b) {
  return (std::isnan(a) && std::isnan(b)) || std::memcmp(&a, &b, sizeof a) == 0;
}

template <typename T>
bool same_bits(const Images<T>& a, const Images<T>& b) {
  for (Index i = 0; i < a.size(); ++i) {
    if (!same_bits(a.data()[i], b.data()[i])) return false;
  }
  return a.size() == b.size();
}

/// Calls work(), and says whether it did not throw one of the errors of crisp/core/errors.hpp.
template <typename Work>
bool succeeds(const Work& work) {
  try {
    work();
  } catch (const crisp::ShapeError&) {
    return false;
  } catch (const crisp::OptionError&) {
    return false;
  }
  return true;
}

/// The slope of a loss in a direction, if it is smooth there, compared with what its gradient says. As check_gradient
/// does it, but along a line through all pixels at once.
template <typename Loss, typename Target>
void expect_slope(const Loss& loss, const Images<double>& prediction, const Target& target, double value,
                  const Images<double>& gradient) {
  Images<double> direction = prediction;
  double expected = 0;
  double magnitude = 0;
  std::uint32_t noise = 1;
  for (Index i = 0; i < direction.size(); ++i) {
    noise = noise * 1664525U + 1013904223U;
    direction.data()[i] = std::ldexp(static_cast<double>(noise), -31) - 1;
    const double term = gradient.data()[i] * direction.data()[i];
    expected += term;
    magnitude += std::abs(term);
  }
  crisp::Workspace<Loss> workspace;
  Images<double> moved = prediction;
  const auto along = [&](double t) {
    for (Index i = 0; i < moved.size(); ++i) {
      moved.data()[i] = prediction.data()[i] + t * direction.data()[i];
    }
    return crisp::value(loss, moved, target, workspace);
  };
  constexpr double step = 6e-6;
  const crisp::detail::Differences seen = crisp::detail::differences(along, 0, value, step);
  if (!seen.finite()) return;
  // Values are accurate to 1e-12, as headers state, and a slope is made of two: an error that neither a last digit nor what is
  // seen over the smallest steps need show.
  const double inaccuracy = 1e-12 * std::abs(value) / step;
  const double noise_of_slope =
      std::max(inaccuracy, 16 * std::max(seen.rounding, crisp::detail::observed_noise(along, 0, step)));
  const double tolerance = noise_of_slope + 1e-5 * magnitude + 1e-4 * std::abs(seen.slope);
  const bool is_kink = seen.drift > tolerance / 4 || seen.jump > 8 * noise_of_slope + 1e-5 * seen.steepest;
  if (is_kink || std::abs(expected - seen.slope) <= tolerance) return;
  std::fprintf(stderr, "gradient %.17g, slope %.17g, tolerance %g, drift %g, jump %g, steepest %g\n",
               expected, seen.slope, tolerance, seen.drift, seen.jump, seen.steepest);
  expect(false, "the gradient is the derivative of the value");
}

/// The values of single images, whose mean is the value.
template <typename T, typename Values>
void expect_mean(const Values& values, T value) {
  double sum = 0;
  double largest = 0;
  for (Index i = 0; i < values.size(); ++i) {
    sum += static_cast<double>(values(i));
    largest = std::max(largest, std::abs(static_cast<double>(values(i))));
  }
  expect(all_finite(values) == std::isfinite(value), "a value is finite where those of all images are");
  if (!std::isfinite(value)) return;
  // One rounding each, of numbers that may be denormal.
  const double rounding = 2 * static_cast<double>(std::numeric_limits<T>::epsilon()) * largest +
                          static_cast<double>(std::numeric_limits<T>::denorm_min());
  expect(std::abs(sum / static_cast<double>(values.size()) - static_cast<double>(value)) <= rounding,
         "a value is the mean of those of the images");
}

template <typename Loss, typename Target>
void expect_promises_of_pair(const Loss& loss, const Traits& traits, Draw& draw,
                             const Images<typename Loss::Scalar>& prediction,
                             const Images<typename Loss::Scalar>& plain_target, const Target& target) {
  using T = typename Loss::Scalar;
  constexpr bool is_weighted = crisp::detail::is_weighted<Target>;
  crisp::Workspace<Loss> workspace;
  if (draw.flag()) {  // one that has served others
    const auto other = draw.images<T>(draw.shape());
    succeeds([&] { crisp::value(loss, other, other, workspace); });
  }
  Images<T> gradient = prediction;
  if (draw.one_in(16)) gradient.resize(1, 1, 1, 2);
  gradient.setConstant(T(7));
  const Images<T> before = gradient;
  T value = 0;
  const bool has_gradient =
      succeeds([&] { value = crisp::value_and_gradient(loss, prediction, target, gradient, workspace); });
  if (!has_gradient) {
    expect(same_bits(gradient, before), "an error leaves the gradient as it was");
    return;
  }

  expect(same_bits(crisp::value(loss, prediction, target), value), "a value is the same without a gradient");
  expect_mean(crisp::values(loss, prediction, target, workspace), value);
  const bool is_finite = all_finite(prediction) && (!traits.looks_at_target || all_finite(plain_target));
  if (!is_finite && !is_weighted) {
    expect(!std::isfinite(value), "images that are not finite have no finite value");
  }
  if (draw.wild_pixels()) return;
  expect(!std::isnan(value) && !has_nan(gradient), "moderate images give no NaN, whatever the options");
  if (draw.wild_options()) return;
  expect(std::isfinite(value), "moderate images have a finite value");
  expect(all_finite(gradient), "moderate images have a finite gradient");
  if constexpr (std::is_same_v<T, double>) {
    if (traits.has_exact_gradient && draw.one_in(4)) expect_slope(loss, prediction, target, value, gradient);
  }
}

/// On images that are drawn, with weights or without.
template <typename Loss>
void expect_promises(const Loss& loss, Draw& draw, const Traits& traits = {}) {
  using T = typename Loss::Scalar;
  const Shape shape = draw.shape();
  const Images<T> prediction = draw.images<T>(shape);
  Images<T> target = prediction;
  if (draw.flag()) {
    draw.change_some(target);
  } else {
    target = draw.images<T>(draw.one_in(16) ? draw.shape() : shape);
  }
  if (draw.flag()) return expect_promises_of_pair(loss, traits, draw, prediction, target, target);
  const Shape of_target = crisp::detail::shape_of(target);
  const Index channels = draw.flag() ? 1 : of_target.channels;
  const Images<T> weights = draw.weights<T>({of_target.batch, channels, of_target.height, of_target.width});
  expect_promises_of_pair(loss, traits, draw, prediction, target, crisp::weighted(target, weights));
}

/// The same of a loss that is made of options, which it may refuse.
template <typename Loss, typename Options>
void expect_promises_with(const Options& options, Draw& draw, const Traits& traits = {}) {
  std::optional<Loss> loss;
  if (succeeds([&] { loss.emplace(options); })) expect_promises(*loss, draw, traits);
}

}  // namespace crisp_fuzz
