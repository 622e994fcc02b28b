// crisp's losses in libtorch, 1.13 and 2.x: modules with gradients of their own.
//
//   #include <crisp/adapters/torch.hpp>
//
//   crisp::adapters::TorchLoss criterion{crisp::SsimLoss<float>() + 0.5f * crisp::CharbonnierLoss<float>()};
//   criterion(prediction, target).backward();
//
// The gradient is computed beside the value, in one pass, and kept until backward() asks for it: nothing of the loss
// lies on the tape but one node. It cannot be differentiated again.
//
// Not part of crisp.hpp, as it includes libtorch.
#pragma once

#include <ATen/Parallel.h>
#include <torch/csrc/autograd/custom_function.h>
#include <torch/nn/module.h>
#include <torch/nn/options/loss.h>
#include <torch/nn/pimpl.h>
#include <torch/types.h>

#include <cstdint>
#include <memory>
#include <mutex>
#include <ostream>
#include <type_traits>
#include <utility>

#include "crisp/core/errors.hpp"
#include "crisp/core/evaluate.hpp"
#include "crisp/core/weighted.hpp"

namespace crisp::adapters {

/// An executor (executor.hpp) that works on libtorch's own threads, as many as torch::set_num_threads says. Where the
/// including source is compiled without OpenMP, libtorch's headers make that one.
class TorchThreads {
 public:
  int concurrency() const { return at::get_num_threads(); }

  template <typename Body>
  void for_each(Index count, Body&& body) const {
    at::parallel_for(0, count, 1, [&](std::int64_t first, std::int64_t last) {
      const int slot = at::get_thread_num();
      for (Index index = first; index < last; ++index) body(index, slot);
    });
  }
};

/// torch::kMean, torch::kSum or torch::kNone.
using TorchReduction = torch::nn::L1LossOptions::reduction_t;

namespace detail {

using crisp::detail::fail;

template <typename Loss, typename = void>
inline constexpr bool has_swapped = false;
template <typename Loss>
inline constexpr bool has_swapped<Loss, std::void_t<decltype(std::declval<const Loss&>().swapped())>> = true;

/// Images as crisp reads them: contiguous, on the processor, of the loss's scalar. What is strided is copied, and so is a view of the
/// negative of what is in memory (torch::_neg_view).
template <typename T>
torch::Tensor to_contiguous(const char* name, const torch::Tensor& tensor) {
  constexpr auto type = c10::CppTypeToScalarType<T>::value;
  if (!tensor.device().is_cpu() || tensor.scalar_type() != type || tensor.layout() != torch::kStrided) {
    fail<OptionError>("the ", name, " must be a dense ", c10::toString(type),
                      " tensor on the CPU, as the loss is, got ", tensor.layout(), " ",
                      c10::toString(tensor.scalar_type()), " on ", tensor.device());
  }
  if (tensor.dim() != 4) {
    fail<ShapeError>("the ", name, " must be [batch, channel, height, width], got ", tensor.sizes());
  }
  return tensor.detach().contiguous().resolve_neg();
}

template <typename T>
auto view_of(const torch::Tensor& tensor) {
  const T* pixels = tensor.data_ptr<T>();
  return crisp::view(pixels, tensor.size(0), tensor.size(1), tensor.size(2), tensor.size(3));
}
template <typename T>
auto mutable_view_of(const torch::Tensor& tensor) {
  return crisp::view(tensor.data_ptr<T>(), tensor.size(0), tensor.size(1), tensor.size(2), tensor.size(3));
}

/// A loss, reduced as asked, and what its gradients are to be multiplied with: those of the mean over images.
template <typename Loss>
class TorchEvaluation {
 public:
  using T = typename Loss::Scalar;
  struct Result {
    torch::Tensor value;
    torch::Tensor prediction_gradient;  ///< undefined unless wanted
    torch::Tensor target_gradient;
  };

  TorchEvaluation(Loss loss, const TorchReduction& reduction)
      : loss_(std::move(loss)), reduction_(torch::enumtype::reduction_get_enum(reduction)) {
    if (reduction_ == at::Reduction::None && !crisp::detail::is_plane_loss<Loss>) {
      fail<OptionError>("torch::kNone is one value an image, and this loss couples the images of a batch");
    }
  }

  /// May be called by several threads, one at a time being served.
  Result operator()(const torch::Tensor& prediction, const torch::Tensor& target,
                    const torch::Tensor& weights, bool wants_prediction, bool wants_target) {
    const torch::Tensor x = to_contiguous<T>("prediction", prediction);
    const torch::Tensor y = to_contiguous<T>("target", target);
    const std::lock_guard<std::mutex> lock(mutex_);
    if (!weights.defined()) return evaluate(x, view_of<T>(y), wants_prediction, wants_target);
    if constexpr (Loss::takes_weights) {
      const torch::Tensor w = to_contiguous<T>("weights", weights);
      return evaluate(x, crisp::weighted(view_of<T>(y), view_of<T>(w)), wants_prediction, wants_target);
    } else {
      fail<OptionError>("this loss takes no weights");
    }
  }

 private:
  template <typename Target>
  Result evaluate(const torch::Tensor& x, const Target& target, bool wants_prediction, bool wants_target) {
    const auto prediction = view_of<T>(x);
    const TorchThreads threads;
    Result result;
    if (wants_prediction || wants_target) result.prediction_gradient = torch::empty_like(x);
    if (wants_target) {
      if constexpr (has_swapped<Loss>) {
        result.target_gradient = torch::empty_like(x);
        crisp::value_and_gradients(loss_, prediction, target, mutable_view_of<T>(result.prediction_gradient),
                                   mutable_view_of<T>(result.target_gradient), workspace_, threads);
      } else {
        fail<OptionError>("this loss has no gradient with respect to the target: it has no swapped()");
      }
    } else if (wants_prediction) {
      crisp::value_and_gradient(loss_, prediction, target, mutable_view_of<T>(result.prediction_gradient),
                                workspace_, threads);
    } else {
      crisp::value(loss_, prediction, target, workspace_, threads);
    }
    result.value = reduce(x);
    if (reduction_ != at::Reduction::Mean) {
      for (torch::Tensor* gradient : {&result.prediction_gradient, &result.target_gradient}) {
        if (gradient->defined()) gradient->mul_(x.size(0));
      }
    }
    return result;
  }

  /// What the workspace has evaluated.
  torch::Tensor reduce(const torch::Tensor& x) const {
    const Index planes = workspace_.planes();
    if (reduction_ == at::Reduction::Mean)
      return torch::full({}, workspace_.mean(loss_, 0, planes), x.options());
    torch::Tensor values = torch::empty({x.size(0)}, x.options());
    for (Index image = 0; image < x.size(0); ++image) {
      values.data_ptr<T>()[image] = workspace_.mean(loss_, image * x.size(1), x.size(1));
    }
    return reduction_ == at::Reduction::None ? values : values.sum();
  }

  const Loss loss_;
  const at::Reduction::Reduction reduction_;
  std::mutex mutex_;
  Workspace<Loss> workspace_;
};

/// The node on the tape.
template <typename Loss>
struct TorchFunction : torch::autograd::Function<TorchFunction<Loss>> {
  static torch::Tensor forward(torch::autograd::AutogradContext* context, const torch::Tensor& prediction,
                               const torch::Tensor& target, const torch::Tensor* weights,
                               TorchEvaluation<Loss>* evaluation, bool with_gradients) {
    const auto result =
        (*evaluation)(prediction, target, *weights, with_gradients && prediction.requires_grad(),
                      with_gradients && target.requires_grad());
    context->save_for_backward({result.prediction_gradient, result.target_gradient});
    return result.value;
  }

  static torch::autograd::variable_list backward(torch::autograd::AutogradContext* context,
                                                 torch::autograd::variable_list outer) {
    TORCH_CHECK(!torch::GradMode::is_enabled(), "crisp: a loss's gradient cannot be differentiated again");
    const torch::Tensor factor = outer[0].dim() == 0 ? outer[0] : outer[0].view({-1, 1, 1, 1});
    torch::autograd::variable_list gradients;
    for (const torch::Tensor& saved : context->get_saved_variables()) {
      gradients.push_back(saved.defined() ? saved * factor : torch::Tensor());
    }
    gradients.resize(5);  // one an argument of forward
    return gradients;
  }
};

}  // namespace detail

template <typename Loss>
class TorchLossImpl : public torch::nn::Module {
 public:
  explicit TorchLossImpl(const Loss& loss = Loss(), const TorchReduction& reduction = torch::kMean)
      : loss_(loss), reduction_(reduction), evaluation_(loss, reduction) {}

  torch::Tensor forward(const torch::Tensor& prediction, const torch::Tensor& target,
                        const torch::Tensor& weights = {}) {
    if (!prediction.defined() || !target.defined()) {
      detail::fail<ShapeError>("the prediction or the target is an undefined tensor");
    }
    return detail::TorchFunction<Loss>::apply(prediction, target, &weights, &evaluation_,
                                              torch::GradMode::is_enabled());
  }

  std::shared_ptr<torch::nn::Module> clone(
      const torch::optional<torch::Device>& /*device*/ = torch::nullopt) const override {
    return std::make_shared<TorchLossImpl>(loss_, reduction_);
  }
  void pretty_print(std::ostream& stream) const override { stream << "crisp::" << Loss::name; }

  const Loss& loss() const { return loss_; }

 private:
  Loss loss_;
  TorchReduction reduction_;
  detail::TorchEvaluation<Loss> evaluation_;
};

/// Any loss of crisp, or of yours, as a module: TorchLoss criterion{loss}, or TorchLoss criterion{loss, torch::kSum}.
///
/// criterion(prediction, target) and criterion(prediction, target, weights) take dense tensors [batch, channel, height,
/// width] on the CPU, of the loss's scalar (torch::kFloat32 or torch::kFloat64); what is not contiguous is copied first.
/// Weights are those of crisp::weighted, and constants. The prediction and the target get gradients if they require
/// them; the one for the target costs a second evaluation.
///
/// Reduction: torch::kMean, the default, is crisp's own value, a mean over images; torch::kNone is one value an image,
/// [batch], for losses that are means over planes; torch::kSum is their sum.
///
/// Errors: OptionError for another device or type, ShapeError for other than four dimensions, and whatever the loss
/// throws. c10::Error for backward(..., create_graph = true).
/// Threads: libtorch's (TorchThreads). A module keeps one workspace, so several threads that share it take turns.
template <typename Loss>
class TorchLoss : public torch::nn::ModuleHolder<TorchLossImpl<Loss>> {
 public:
  using torch::nn::ModuleHolder<TorchLossImpl<Loss>>::ModuleHolder;
};

template <typename Loss>
TorchLoss(Loss) -> TorchLoss<Loss>;
template <typename Loss, typename Reduction>
TorchLoss(Loss, Reduction) -> TorchLoss<Loss>;

}  // namespace crisp::adapters
