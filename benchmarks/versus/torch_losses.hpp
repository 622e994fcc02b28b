// The losses of crisp in libtorch, to be differentiated by autograd.
#pragma once

#include <torch/torch.h>

#include <functional>
#include <string>
#include <vector>

#include "crisp/core/images.hpp"

namespace crisp_benchmarks {

/// One way to write a loss. `value` maps prediction and target, [batch, channel, height, width], to a scalar; what does
/// not depend on them is computed once, before.
struct TorchLoss {
  std::string formulation;
  std::function<at::Tensor(const at::Tensor& prediction, const at::Tensor& target)> value;
};

/// The ways to write the loss of that name in losses/every_loss.hpp, all of one value: first the usual one, that of the
/// published codes, vectorised and on half spectra; then others, some of them faster. Empty if it is not written here.
std::vector<TorchLoss> torch_losses(const std::string& name, const crisp::Shape& shape);

}  // namespace crisp_benchmarks
