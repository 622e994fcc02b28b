#include "app/reconstruction_loss.hpp"

#include <crisp/core/compose.hpp>
#include <crisp/core/evaluate.hpp>
#include <crisp/losses/bce_with_logits.hpp>
#include <crisp/losses/dft.hpp>
#include <crisp/losses/l1.hpp>
#include <crisp/losses/mse.hpp>
#include <crisp/losses/ssim.hpp>
#include <crisp/losses/stft.hpp>
#include <functional>
#include <map>
#include <utility>

namespace vae_mnist {
namespace {

template <typename Loss>
class LossWithWorkspace : public ReconstructionLoss {
 public:
  explicit LossWithWorkspace(const Loss& loss) : loss_(loss) {}

  float value_and_gradient(const crisp::Images<float>& reconstruction, const crisp::Images<float>& target,
                           crisp::Images<float>& gradient, const crisp::Threads& threads) override {
    return crisp::value_and_gradient(loss_, reconstruction, target, gradient, workspace_, threads);
  }

 private:
  Loss loss_;
  crisp::Workspace<Loss> workspace_;
};

template <typename Loss>
std::unique_ptr<ReconstructionLoss> with_workspace(const Loss& loss) {
  return std::make_unique<LossWithWorkspace<Loss>>(loss);
}

using Options = ReconstructionLossOptions;
using Maker = std::function<std::unique_ptr<ReconstructionLoss>(const Options&)>;

const std::vector<std::pair<std::string, Maker>>& makers() {
  static const std::vector<std::pair<std::string, Maker>> all = {
      {"l1", [](const Options& o) { return with_workspace(o.weight * crisp::L1Loss<float>()); }},
      {"l2", [](const Options& o) { return with_workspace(o.weight * crisp::MseLoss<float>()); }},
      {"bce", [](const Options& o) { return with_workspace(o.weight * crisp::BceWithLogitsLoss<float>()); }},
      {"ssim", [](const Options& o) { return with_workspace(o.weight * crisp::SsimLoss<float>()); }},
      {"dft+ssim",
       [](const Options& o) {
         return with_workspace(o.frequency_weight * crisp::DftLoss<float>(crisp::to_dft_options(o.stft)) +
                               o.weight * crisp::SsimLoss<float>());
       }},
      {"stft+ssim",
       [](const Options& o) {
         return with_workspace(o.frequency_weight * crisp::StftLoss<float>(o.stft) +
                               o.weight * crisp::SsimLoss<float>());
       }},
  };
  return all;
}

}  // namespace

const std::vector<std::string>& reconstruction_loss_names() {
  static const std::vector<std::string> names = [] {
    std::vector<std::string> list;
    for (const auto& maker : makers()) list.push_back(maker.first);
    return list;
  }();
  return names;
}

std::unique_ptr<ReconstructionLoss> make_reconstruction_loss(const ReconstructionLossOptions& options) {
  crisp::detail::check_not_negative("the weight of the reconstruction loss", options.weight);
  crisp::detail::check_not_negative("the weight of the frequency loss", options.frequency_weight);
  std::string known;
  for (const auto& [name, make] : makers()) {
    if (name == options.name) return make(options);
    known += (known.empty() ? "" : ", ") + name;
  }
  crisp::detail::fail<crisp::OptionError>("there is no loss '", options.name, "'; there are ", known);
}

}  // namespace vae_mnist
