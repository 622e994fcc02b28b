// The losses on pixels and structures, on any images and under any options: fuzz/support/promises.hpp.
#include <crisp/crisp.hpp>

#include "support/promises.hpp"

namespace {

using crisp_fuzz::Draw;
using crisp_fuzz::expect_promises;
using crisp_fuzz::expect_promises_with;
using crisp_fuzz::Traits;

crisp::SsimOptions draw_ssim_options(Draw& draw) {
  crisp::SsimOptions options;
  options.data_range = draw.option(0.1, 300);
  options.window = draw.size_option(0, 26);
  options.sigma = draw.option(0.1, 10);
  if (draw.flag()) options.k1 = draw.option(0, 0.1);
  if (draw.flag()) options.k2 = draw.option(0, 0.1);
  return options;
}

crisp::MsSsimOptions draw_ms_ssim_options(Draw& draw) {
  crisp::MsSsimOptions options;
  static_cast<crisp::SsimOptions&>(options) = draw_ssim_options(draw);
  options.window = draw.size_option(0, 12);
  options.weights.resize(static_cast<std::size_t>(draw.integer(0, 5)));
  for (double& weight : options.weights) weight = draw.option(0, 2);
  options.odd_sizes = draw.choice(crisp::OddSizes::drop_last);
  return options;
}

crisp::MsSsimL1Options draw_ms_ssim_l1_options(Draw& draw) {
  crisp::MsSsimL1Options options;
  const crisp::SsimOptions ssim = draw_ssim_options(draw);
  options.data_range = ssim.data_range;
  options.window = draw.size_option(0, 40);
  options.sigmas.resize(static_cast<std::size_t>(draw.integer(0, 4)));
  for (double& sigma : options.sigmas) sigma = draw.option(0.1, 10);
  options.k1 = ssim.k1;
  options.k2 = ssim.k2;
  options.alpha = draw.option(0, 1);
  return options;
}

template <typename T>
void run(Draw& draw) {
  switch (draw.integer(0, 10)) {
    case 0:
      return expect_promises(crisp::L1Loss<T>(), draw);
    case 1:
      return expect_promises(crisp::MseLoss<T>(), draw);
    case 2:
      return expect_promises_with<crisp::HuberLoss<T>>(crisp::HuberOptions{draw.option(1e-3, 10)}, draw);
    case 3:
      return expect_promises_with<crisp::CharbonnierLoss<T>>(crisp::CharbonnierOptions{draw.option(1e-4, 10)},
                                                             draw);
    case 4:
      return expect_promises(crisp::BceWithLogitsLoss<T>(), draw);
    case 5: {
      const crisp::TotalVariationOptions options{draw.choice(crisp::VariationNorm::squared)};
      return expect_promises_with<crisp::TotalVariationLoss<T>>(options, draw, Traits{false, true});
    }
    case 6:
      return expect_promises_with<crisp::SsimLoss<T>>(draw_ssim_options(draw), draw);
    case 7:
      return expect_promises_with<crisp::MsSsimLoss<T>>(draw_ms_ssim_options(draw), draw);
    case 8:
      return expect_promises_with<crisp::MsSsimL1Loss<T>>(draw_ms_ssim_l1_options(draw), draw);
    case 9:
      return expect_promises(crisp::BceWithLogitsLoss<T>().swapped(), draw);
    default: {
      const T factor = static_cast<T>(draw.integer(-3, 3));
      return expect_promises(factor * crisp::L1Loss<T>() + T(0.5) * crisp::MseLoss<T>(), draw);
    }
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Draw draw(data, size);
  draw.flag() ? run<float>(draw) : run<double>(draw);
  return 0;
}
