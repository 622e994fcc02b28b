// Sums and multiples of losses: 0.01f * StftLoss<float>() + SsimLoss<float>().
//
// A sum is itself a plane loss. It evaluates all its terms on a plane while that plane is hot in cache, and
// adds their gradients in place: value = Σ c_i value_i, gradient = Σ c_i gradient_i.
#pragma once

#include <array>
#include <cmath>
#include <cstddef>
#include <tuple>
#include <type_traits>
#include <utility>

#include "crisp/core/loss.hpp"

namespace crisp {

/// Σ coefficient_i * loss_i. Made by the operators below.
template <typename T, typename... Losses>
class WeightedSum : public PlaneLoss<T> {
  static_assert((std::is_same_v<T, typename Losses::Scalar> && ...),
                "crisp: the losses of a sum must all be on the same scalar, float or double");

 public:
  static constexpr std::size_t size = sizeof...(Losses);
  using Workspace = std::tuple<typename Losses::Workspace...>;

  /// Throws OptionError for a coefficient that is not finite.
  WeightedSum(const std::array<T, size>& coefficients, std::tuple<Losses...> losses)
      : coefficients_(coefficients), losses_(std::move(losses)) {
    for (const T coefficient : coefficients_) {
      if (!std::isfinite(coefficient)) {
        detail::fail<OptionError>("the coefficient of a loss must be finite, got ", coefficient);
      }
    }
  }

  const std::array<T, size>& coefficients() const { return coefficients_; }
  const std::tuple<Losses...>& losses() const { return losses_; }

  void check(Index height, Index width) const {
    std::apply([&](const auto&... loss) { (loss.check(height, width), ...); }, losses_);
  }
  void prepare(Workspace& workspace, Index height, Index width) const {
    for_each_term([&](auto i) { std::get<i>(losses_).prepare(std::get<i>(workspace), height, width); });
  }
  T plane(const PlanePair<T>& images, PlaneGradient<T> gradient, Workspace& workspace) const {
    T value = 0;
    for_each_term([&](auto i) {
      value +=
          coefficients_[i] * detail::call_plane(std::get<i>(losses_), images,
                                                gradient.scaled(coefficients_[i]), std::get<i>(workspace));
    });
    return value;
  }

 private:
  template <typename Body>
  static void for_each_term(Body&& body) {
    call_each(body, std::index_sequence_for<Losses...>());
  }
  template <typename Body, std::size_t... i>
  static void call_each(Body& body, std::index_sequence<i...>) {
    (body(std::integral_constant<std::size_t, i>()), ...);
  }

  std::array<T, size> coefficients_;
  std::tuple<Losses...> losses_;
};

namespace detail {

/// A loss as a sum of one; a sum as it is.
template <typename Loss>
WeightedSum<typename Loss::Scalar, Loss> as_sum(const Loss& loss) {
  return {{1}, std::tuple<Loss>(loss)};
}
template <typename T, typename... Losses>
WeightedSum<T, Losses...> as_sum(const WeightedSum<T, Losses...>& sum) {
  return sum;
}

template <typename T, typename... Losses>
WeightedSum<T, Losses...> multiply(T factor, const WeightedSum<T, Losses...>& sum) {
  auto coefficients = sum.coefficients();
  for (T& coefficient : coefficients) coefficient *= factor;
  return {coefficients, sum.losses()};
}

template <typename T, typename... First, typename U, typename... Second>
WeightedSum<T, First..., Second...> concatenate(const WeightedSum<T, First...>& first,
                                                const WeightedSum<U, Second...>& second) {
  static_assert(std::is_same_v<T, U>,
                "crisp: the losses of a sum must all be on the same scalar, float or double");
  std::array<T, sizeof...(First) + sizeof...(Second)> coefficients{};
  std::size_t next = 0;
  for (const T coefficient : first.coefficients()) coefficients[next++] = coefficient;
  for (const auto coefficient : second.coefficients()) coefficients[next++] = static_cast<T>(coefficient);
  return {coefficients, std::tuple_cat(first.losses(), second.losses())};
}

}  // namespace detail

/// factor * loss, and loss * factor, for any arithmetic factor.
template <typename Factor, typename Loss,
          std::enable_if_t<std::is_arithmetic_v<Factor> && detail::is_loss<Loss>, int> = 0>
auto operator*(Factor factor, const Loss& loss) {
  return detail::multiply(static_cast<typename Loss::Scalar>(factor), detail::as_sum(loss));
}
template <typename Factor, typename Loss,
          std::enable_if_t<std::is_arithmetic_v<Factor> && detail::is_loss<Loss>, int> = 0>
auto operator*(const Loss& loss, Factor factor) {
  return factor * loss;
}

/// The sum of two losses, or of sums of them.
template <typename First, typename Second,
          std::enable_if_t<detail::is_loss<First> && detail::is_loss<Second>, int> = 0>
auto operator+(const First& first, const Second& second) {
  return detail::concatenate(detail::as_sum(first), detail::as_sum(second));
}

}  // namespace crisp
