// A loss whose type is known at run time only, and sums of such: what Python composes.
//
// Each type of loss is hidden once, behind the kernel of a batch. To crisp the whole is one more loss, so that checks,
// layouts of memory, weights and workspaces come from crisp/core/evaluate.hpp, compiled once for all losses.
#pragma once

#include <cmath>
#include <crisp/core/compose.hpp>
#include <crisp/core/evaluate.hpp>
#include <crisp/core/executor.hpp>
#include <cstddef>
#include <memory>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

namespace crisp_python {

/// One loss on T, whichever it is.
template <typename T>
class HiddenLoss {
 public:
  /// What a loss keeps from batch to batch.
  struct Workspace {
    Workspace() = default;
    Workspace(const Workspace&) = delete;
    virtual ~Workspace() = default;
  };

  HiddenLoss() = default;
  HiddenLoss(const HiddenLoss&) = delete;
  virtual ~HiddenLoss() = default;

  virtual std::shared_ptr<const HiddenLoss> swapped() const = 0;
  virtual void check(const crisp::Shape& shape) const = 0;
  /// Any workspace may be given, an empty pointer too: one that is another loss's is replaced.
  virtual void prepare(std::unique_ptr<Workspace>& workspace, const crisp::Shape& shape, bool weighted,
                       int concurrency) const = 0;
  virtual void evaluate(const crisp::BatchPair<T>& images, const crisp::BatchGradient<T>& gradient,
                        Workspace& workspace, T* values, const crisp::Threads& threads) const = 0;
};

template <typename Loss>
class HiddenLossOf final : public HiddenLoss<typename Loss::Scalar> {
  using T = typename Loss::Scalar;
  using Base = HiddenLoss<T>;
  struct Workspace final : Base::Workspace {
    typename crisp::detail::BatchWorkspace<Loss>::Type own;
  };

 public:
  explicit HiddenLossOf(const Loss& loss) : loss_(loss) {}

  std::shared_ptr<const Base> swapped() const override {
    return std::make_shared<HiddenLossOf>(loss_.swapped());
  }
  void check(const crisp::Shape& shape) const override { crisp::detail::check_loss(loss_, shape); }
  void prepare(std::unique_ptr<typename Base::Workspace>& workspace, const crisp::Shape& shape, bool weighted,
               int concurrency) const override {
    if (dynamic_cast<Workspace*>(workspace.get()) == nullptr) workspace = std::make_unique<Workspace>();
    crisp::detail::prepare_loss(loss_, static_cast<Workspace&>(*workspace).own, shape, weighted, concurrency);
  }
  void evaluate(const crisp::BatchPair<T>& images, const crisp::BatchGradient<T>& gradient,
                typename Base::Workspace& workspace, T* values,
                const crisp::Threads& threads) const override {
    crisp::detail::evaluate_loss(loss_, images, gradient, static_cast<Workspace&>(workspace).own, values,
                                 threads);
  }

 private:
  Loss loss_;
};

/// Σ coefficient_i * loss_i, as crisp::WeightedSum is, of as many terms as there happen to be.
template <typename T>
class AnyLoss : public crisp::BatchLoss<T> {
 public:
  static constexpr const char* name = "AnyLoss";
  static constexpr bool takes_weights = true;
  using Workspace = std::vector<std::unique_ptr<typename HiddenLoss<T>::Workspace>>;

  /// A sum of nothing.
  AnyLoss() = default;
  /// Any loss of crisp, sums included: `AnyLoss<T>::of(loss)`.
  template <typename Loss>
  static AnyLoss of(const Loss& loss) {
    static_assert(Loss::takes_weights, "every loss of the module takes weights");
    const auto sum = crisp::detail::as_sum(loss);
    AnyLoss result;
    std::apply([&](const auto&... term) { (result.hide(term), ...); }, sum.losses());
    result.coefficients_.assign(sum.coefficients().begin(), sum.coefficients().end());
    result.names_.assign(sum.names().begin(), sum.names().end());
    return result;
  }

  const std::vector<T>& coefficients() const { return coefficients_; }
  const std::vector<std::string>& names() const { return names_; }

  /// What the operators and named() of crisp/core/compose.hpp do. Throws OptionError for a coefficient that is not finite.
  AnyLoss times(double factor) const {
    AnyLoss result = *this;
    for (T& coefficient : result.coefficients_) {
      coefficient *= static_cast<T>(factor);
      if (std::isfinite(coefficient)) continue;
      crisp::detail::fail<crisp::OptionError>("the coefficient of a loss must be finite, got ", coefficient);
    }
    return result;
  }
  AnyLoss plus(const AnyLoss& other) const {
    AnyLoss result = *this;
    result.losses_.insert(result.losses_.end(), other.losses_.begin(), other.losses_.end());
    result.coefficients_.insert(result.coefficients_.end(), other.coefficients_.begin(),
                                other.coefficients_.end());
    result.names_.insert(result.names_.end(), other.names_.begin(), other.names_.end());
    return result;
  }
  AnyLoss named(const std::string& name_of_all) const {
    AnyLoss result = *this;
    for (std::string& term : result.names_) {
      term = result.names_.size() > 1 ? name_of_all + "." + term : name_of_all;
    }
    return result;
  }
  AnyLoss swapped() const {
    AnyLoss result = *this;
    for (auto& loss : result.losses_) loss = loss->swapped();
    return result;
  }

  /// The contract of a sum that is a batch loss: see crisp::WeightedSum.
  void check(const crisp::Shape& shape) const {
    for (const auto& loss : losses_) loss->check(shape);
  }
  void prepare_terms(Workspace& workspace, const crisp::Shape& shape, bool weighted, int concurrency) const {
    workspace.resize(losses_.size());
    for (std::size_t i = 0; i < losses_.size(); ++i) {
      losses_[i]->prepare(workspace[i], shape, weighted, concurrency);
    }
  }
  void batch(const crisp::BatchPair<T>& images, const crisp::BatchGradient<T>& gradient, Workspace& workspace,
             T* values, const crisp::Threads& threads) const {
    const auto planes = static_cast<std::size_t>(images.shape().planes());
    for (std::size_t i = 0; i < losses_.size(); ++i) {
      const auto scaled = gradient.scaled(coefficients_[i]);
      losses_[i]->evaluate(images, i == 0 ? scaled : scaled.adding(), *workspace[i], values + i * planes,
                           threads);
    }
  }
  T total(const T* values, crisp::Index stride) const {
    T sum = 0;
    for (std::size_t i = 0; i < losses_.size(); ++i) {
      sum += coefficients_[i] * values[static_cast<crisp::Index>(i) * stride];
    }
    return sum;
  }

 private:
  template <typename Loss>
  void hide(const Loss& loss) {
    losses_.push_back(std::make_shared<HiddenLossOf<Loss>>(loss));
  }

  std::vector<std::shared_ptr<const HiddenLoss<T>>> losses_;
  std::vector<T> coefficients_;
  std::vector<std::string> names_;
};

}  // namespace crisp_python

template <typename T>
inline constexpr bool crisp::detail::is_sum<crisp_python::AnyLoss<T>> = true;
