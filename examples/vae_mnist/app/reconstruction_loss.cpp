#include "app/reconstruction_loss.hpp"

#include <algorithm>
#include <crisp/core/compose.hpp>
#include <crisp/core/evaluate.hpp>
#include <crisp/losses/bce_with_logits.hpp>
#include <crisp/losses/dft.hpp>
#include <crisp/losses/focal_frequency.hpp>
#include <crisp/losses/l1.hpp>
#include <crisp/losses/ms_ssim_l1.hpp>
#include <crisp/losses/mse.hpp>
#include <crisp/losses/multi_resolution_stft.hpp>
#include <crisp/losses/presets.hpp>
#include <crisp/losses/ssim.hpp>
#include <crisp/losses/stft.hpp>
#include <functional>
#include <map>
#include <utility>

namespace vae_mnist {
namespace {

/// Makes the loss anew where the share of λ changes, and keeps its workspace, which fits all of them.
template <typename MakeLoss>
class LossWithWorkspace : public ReconstructionLoss {
 public:
  explicit LossWithWorkspace(MakeLoss make) : make_(std::move(make)), loss_(make_(share_)) {}

  float value_and_gradient(const crisp::Images<float>& reconstruction, const crisp::Images<float>& target,
                           crisp::Images<float>& gradient, float frequency_share,
                           const crisp::Threads& threads) override {
    if (frequency_share != share_) {
      loss_ = make_(frequency_share);
      share_ = frequency_share;
    }
    return crisp::value_and_gradient(loss_, reconstruction, target, gradient, workspace_, threads);
  }

 private:
  using Loss = decltype(std::declval<const MakeLoss&>()(1.0F));

  MakeLoss make_;
  float share_ = 1;
  Loss loss_;
  crisp::Workspace<Loss> workspace_;
};

using Options = ReconstructionLossOptions;
using Maker = std::function<std::unique_ptr<ReconstructionLoss>(const Options&)>;

template <typename MakeLoss>
std::unique_ptr<ReconstructionLoss> with_workspace(MakeLoss make) {
  return std::make_unique<LossWithWorkspace<MakeLoss>>(std::move(make));
}

/// w times a loss.
template <typename Loss>
std::unique_ptr<ReconstructionLoss> plain(const Loss& loss, const Options& options) {
  return with_workspace([loss, w = options.weight](float /*frequency_share*/) { return w * loss; });
}

/// λ times one loss and w times another.
template <typename Frequency, typename Loss>
std::unique_ptr<ReconstructionLoss> mixed(const Frequency& frequency, const Loss& loss,
                                          const Options& options) {
  return with_workspace(
      [frequency, loss, lambda = options.frequency_weight, w = options.weight](float share) {
        return (lambda * static_cast<double>(share)) * frequency + w * loss;
      });
}

std::unique_ptr<ReconstructionLoss> make_stft(const Options& options) {
  const crisp::SsimLoss<float> ssim;
  if (options.windows.empty()) return mixed(crisp::StftLoss<float>(options.stft), ssim, options);
  crisp::MultiResolutionStftOptions several;
  several.resolutions.clear();
  for (const crisp::Index window : options.windows) {
    several.resolutions.push_back(options.stft);
    several.resolutions.back().window = window;
    several.resolutions.back().stride = std::max<crisp::Index>(window / 4, 1);
  }
  return mixed(crisp::MultiResolutionStftLoss<float>(several), ssim, options);
}

const std::vector<std::pair<std::string, Maker>>& makers() {
  static const std::vector<std::pair<std::string, Maker>> all = {
      {"l1", [](const Options& o) { return plain(crisp::L1Loss<float>(), o); }},
      {"l2", [](const Options& o) { return plain(crisp::MseLoss<float>(), o); }},
      {"bce", [](const Options& o) { return plain(crisp::BceWithLogitsLoss<float>(), o); }},
      {"ssim", [](const Options& o) { return plain(crisp::SsimLoss<float>(), o); }},
      {"ms_ssim_l1", [](const Options& o) { return plain(crisp::MsSsimL1Loss<float>(), o); }},
      {"focal+l2",
       [](const Options& o) {
         return mixed(crisp::FocalFrequencyLoss<float>(), crisp::MseLoss<float>(), o);
       }},
      {"dft+ssim",
       [](const Options& o) {
         return mixed(crisp::DftLoss<float>(crisp::to_dft_options(o.stft)), crisp::SsimLoss<float>(), o);
       }},
      {"stft+ssim", make_stft},
      {"crisp", [](const Options& o) { return plain(crisp::presets::crisp<float>(), o); }},
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
  crisp::detail::check_factor("the weight of the reconstruction loss", options.weight);
  crisp::detail::check_factor("the weight of the frequency loss", options.frequency_weight);
  std::string known;
  for (const auto& [name, make] : makers()) {
    if (name == options.name) return make(options);
    known += (known.empty() ? "" : ", ") + name;
  }
  crisp::detail::fail<crisp::OptionError>("there is no loss '", options.name, "'; there are ", known);
}

}  // namespace vae_mnist
