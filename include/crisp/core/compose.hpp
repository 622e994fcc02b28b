// Sums and multiples of losses: SsimLoss<float>() + 0.5f * CharbonnierLoss<float>().
//
// A sum of plane losses is itself a plane loss. It evaluates all its terms on a plane while that plane is hot
// in cache, and adds their gradients in place: value = Σ c_i value_i, gradient = Σ c_i gradient_i. A sum with a
// batch loss in it is a batch loss, whose terms go over the batch one after another (evaluate_loss.hpp).
#pragma once

#include <array>
#include <cmath>
#include <cstddef>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>

#include "crisp/core/evaluate_loss.hpp"
#include "crisp/core/loss.hpp"

namespace crisp {

/// Σ coefficient_i * loss_i. Made by the operators below.
template <typename T, typename... Losses>
class WeightedSum
    : public std::conditional_t<(detail::is_plane_loss<Losses> && ...), PlaneLoss<T>, BatchLoss<T>> {
  static_assert((std::is_same_v<T, typename Losses::Scalar> && ...),
                "crisp: the losses of a sum must all be on the same scalar, float or double");
  static constexpr bool is_plane = (detail::is_plane_loss<Losses> && ...);

 public:
  static constexpr std::size_t size = sizeof...(Losses);
  static constexpr bool takes_weights = (Losses::takes_weights && ...);
  using TermWorkspaces = std::tuple<typename detail::BatchWorkspace<Losses>::Type...>;
  using Workspace = std::conditional_t<is_plane, std::tuple<typename Losses::Workspace...>, TermWorkspaces>;

  /// Throws OptionError for a coefficient that is not finite.
  WeightedSum(const std::array<T, size>& coefficients, std::tuple<Losses...> losses,
              std::array<std::string, size> names)
      : coefficients_(coefficients), losses_(std::move(losses)), names_(std::move(names)) {
    for (const T coefficient : coefficients_) {
      if (!std::isfinite(coefficient)) {
        detail::fail<OptionError>("the coefficient of a loss must be finite, got ", coefficient);
      }
    }
  }

  const std::array<T, size>& coefficients() const { return coefficients_; }
  const std::tuple<Losses...>& losses() const { return losses_; }
  const std::array<std::string, size>& names() const { return names_; }

  WeightedSum swapped() const {
    return {coefficients_,
            std::apply([](const auto&... loss) { return std::tuple<Losses...>(loss.swapped()...); }, losses_),
            names_};
  }

  /// As a plane loss: (height, width). As a batch loss: (shape).
  template <typename... ShapeParts>
  void check(const ShapeParts&... shape) const {
    for_each_term([&](auto i) {
      if constexpr (is_plane) {
        std::get<i>(losses_).check(shape...);
      } else {
        detail::check_loss(std::get<i>(losses_), shape...);
      }
    });
  }
  /// As a plane loss.
  void prepare(Workspace& workspace, Index height, Index width) const {
    for_each_term([&](auto i) { std::get<i>(losses_).prepare(std::get<i>(workspace), height, width); });
  }
  /// For batch() below.
  void prepare_terms(TermWorkspaces& workspace, const Shape& shape, bool weighted, int concurrency) const {
    for_each_term([&](auto i) {
      detail::prepare_loss(std::get<i>(losses_), std::get<i>(workspace), shape, weighted, concurrency);
    });
  }

  /// The contract of a plane loss.
  T plane(const PlanePair<T>& images, const PlaneGradient<T>& gradient, Workspace& workspace) const {
    std::array<T, size> terms;
    plane_terms(images, gradient, workspace, terms.data(), 1);
    return total(terms.data(), 1);
  }
  /// The same, term by term: term i's own value goes to values[i * stride].
  void plane_terms(const PlanePair<T>& images, const PlaneGradient<T>& gradient, Workspace& workspace,
                   T* values, Index stride) const {
    for_each_term([&](auto i) {
      values[static_cast<Index>(i) * stride] = detail::call_plane(
          std::get<i>(losses_), images, gradient.scaled(coefficients_[i]), std::get<i>(workspace));
    });
  }

  /// The contract of a batch loss, but that `values` are those of each term, [term][plane].
  template <typename Executor>
  void batch(const BatchPair<T>& images, const BatchGradient<T>& gradient, TermWorkspaces& workspace,
             T* values, const Executor& executor) const {
    for_each_term([&](auto i) {
      const BatchGradient<T> scaled = gradient.scaled(coefficients_[i]);
      detail::evaluate_loss(std::get<i>(losses_), images, i == 0 ? scaled : scaled.adding(),
                            std::get<i>(workspace), values + static_cast<Index>(i) * images.shape().planes(),
                            executor);
    });
  }

  /// Σ coefficient_i values[i * stride].
  T total(const T* values, Index stride) const {
    T sum = 0;
    for (std::size_t i = 0; i < size; ++i) sum += coefficients_[i] * values[static_cast<Index>(i) * stride];
    return sum;
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
  std::array<std::string, size> names_;
};

namespace detail {

template <typename T, typename... Losses>
inline constexpr bool is_sum<WeightedSum<T, Losses...>> = true;

/// A loss as a sum of one; a sum as it is.
template <typename Loss>
auto as_sum(const Loss& loss) {
  if constexpr (is_sum<Loss>) {
    return loss;
  } else {
    return WeightedSum<typename Loss::Scalar, Loss>({1}, std::tuple<Loss>(loss), {Loss::name});
  }
}

template <typename T, typename... Losses>
WeightedSum<T, Losses...> multiply(T factor, const WeightedSum<T, Losses...>& sum) {
  auto coefficients = sum.coefficients();
  for (T& coefficient : coefficients) coefficient *= factor;
  return {coefficients, sum.losses(), sum.names()};
}

template <typename T, typename... First, typename U, typename... Second>
WeightedSum<T, First..., Second...> concatenate(const WeightedSum<T, First...>& first,
                                                const WeightedSum<U, Second...>& second) {
  static_assert(std::is_same_v<T, U>,
                "crisp: the losses of a sum must all be on the same scalar, float or double");
  std::array<T, sizeof...(First) + sizeof...(Second)> coefficients{};
  std::array<std::string, sizeof...(First) + sizeof...(Second)> names;
  std::size_t next = 0;
  const auto append = [&](const auto& sum) {
    for (std::size_t i = 0; i < sum.size; ++i, ++next) {
      coefficients[next] = static_cast<T>(sum.coefficients()[i]);
      names[next] = sum.names()[i];
    }
  };
  append(first);
  append(second);
  return {coefficients, std::tuple_cat(first.losses(), second.losses()), names};
}

}  // namespace detail

/// The loss, or a multiple of one, under a name of its own in a breakdown: named("edges", 0.5f * L1Loss<float>()). Of a
/// sum of several, every term's name gets this one before it: "edges.L1Loss".
template <typename Loss, std::enable_if_t<detail::is_loss<Loss>, int> = 0>
auto named(const std::string& name, const Loss& loss) {
  const auto sum = detail::as_sum(loss);
  auto names = sum.names();
  for (std::string& term : names) term = names.size() > 1 ? name + "." + term : name;
  return decltype(detail::as_sum(loss))(sum.coefficients(), sum.losses(), names);
}

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
