#include "soak/reference/similarity.hpp"

#include <algorithm>

#include "soak/losses/draw.hpp"
#include "soak/losses/text.hpp"
#include "soak/subject_of.hpp"

namespace soak {
namespace {

double any_k(Random& random, double usual) {
  return random.chance(0.6) ? usual : random.one_of({0.0, 0.0, 1e-4, 0.1});
}

crisp::Index any_window(Random& random, const crisp::Shape& shape, crisp::Index largest) {
  const crisp::Index side = std::min({shape.height, shape.width, largest});
  return random.chance(0.3) ? std::min<crisp::Index>(side, random.integer(1, 3)) : random.integer(1, side);
}

template <typename T, typename Options>
Text text_of(const char* name, const Options& o) {
  return Text::of(name, T())
      .with("data_range", o.data_range)
      .with("window", o.window)
      .with("k1", o.k1)
      .with("k2", o.k2);
}

crisp::MsSsimOptions any_ms_ssim_options(Random& random, const crisp::Shape& shape) {
  crisp::MsSsimOptions options;
  static_cast<crisp::SsimOptions&>(options) = any_ssim_options(random, shape);
  options.odd_sizes = random.one_of(
      {crisp::OddSizes::zero_padding, crisp::OddSizes::symmetric_padding, crisp::OddSizes::drop_last});
  crisp::Index side = std::min(shape.height, shape.width);
  options.window = std::min<crisp::Index>(options.window, std::max<crisp::Index>(1, side / 2));
  options.weights.clear();
  const std::int64_t most = random.integer(1, 4);
  while (side >= options.window && static_cast<std::int64_t>(options.weights.size()) < most) {
    options.weights.push_back(random.chance(0.8) ? random.uniform(0.04, 0.4)
                                                 : random.one_of({0.0, 1.0, 2.0}));
    side = options.odd_sizes == crisp::OddSizes::drop_last ? side / 2 : (side + 1) / 2;
  }
  return options;
}

crisp::MsSsimL1Options any_ms_ssim_l1_options(Random& random, const crisp::Shape& shape) {
  crisp::MsSsimL1Options options;
  options.data_range = random.chance(0.8) ? 1 : 255;
  options.window = random.chance(0.2) ? 31 : any_window(random, shape, 9);
  options.k1 = any_k(random, options.k1);
  options.k2 = any_k(random, options.k2);
  options.alpha = random.one_of({0.025, 0.84, 0.0, 1.0, 0.5});
  if (random.chance(0.6)) {
    options.sigmas.clear();
    const std::int64_t count = random.integer(1, 4);
    for (std::int64_t i = 0; i < count; ++i)
      options.sigmas.push_back(random.one_of({0.5, 0.7, 1.0, 1.5, 2.0, 4.0, 8.0}));
  }
  return options;
}

}  // namespace

crisp::SsimOptions any_ssim_options(Random& random, const crisp::Shape& shape) {
  crisp::SsimOptions options;
  options.data_range = random.chance(0.8) ? 1 : 255;
  options.window = any_window(random, shape, 11);
  options.sigma = random.one_of({1.5, 1.5, 0.5, 0.8, 3.0});
  options.k1 = any_k(random, options.k1);
  options.k2 = any_k(random, options.k2);
  return options;
}

template <typename T>
Drawn<crisp::SsimLoss<T>> drawn_ssim(const crisp::SsimOptions& options) {
  return symmetric(
      crisp::SsimLoss<T>(options), text_of<T>("SsimLoss", options).with("sigma", options.sigma).str(),
      over_planes(
          [=](const Pair& pair, const Precision& precision) { return ssim(pair, precision, options); },
          {1e-12, 1e-10}, {3e-7, 2e-6}));
}

template <typename T>
std::unique_ptr<Subject<T>> draw_similarity_loss(Random& random, const crisp::Shape& shape) {
  const std::int64_t which = random.integer(0, 4);
  if (which < 2) return subject_of(drawn_ssim<T>(any_ssim_options(random, shape)));
  if (which < 4) {
    const auto options = any_ms_ssim_options(random, shape);
    return subject_of(symmetric(
        crisp::MsSsimLoss<T>(options),
        text_of<T>("MsSsimLoss", options)
            .with("sigma", options.sigma)
            .with("weights", options.weights)
            .with("odd_sizes", options.odd_sizes)
            .str(),
        over_planes(
            [=](const Pair& pair, const Precision& precision) { return ms_ssim(pair, precision, options); },
            {1e-12, 1e-10}, {3e-7, 2e-6})));
  }
  const auto options = any_ms_ssim_l1_options(random, shape);
  return subject_of(symmetric(
      crisp::MsSsimL1Loss<T>(options),
      text_of<T>("MsSsimL1Loss", options).with("sigmas", options.sigmas).with("alpha", options.alpha).str(),
      over_planes(
          [=](const Pair& pair, const Precision& precision) { return ms_ssim_l1(pair, precision, options); },
          {1e-12, 1e-10}, {1e-6, 3e-5})));
}

template Drawn<crisp::SsimLoss<float>> drawn_ssim(const crisp::SsimOptions&);
template Drawn<crisp::SsimLoss<double>> drawn_ssim(const crisp::SsimOptions&);
template std::unique_ptr<Subject<float>> draw_similarity_loss(Random&, const crisp::Shape&);
template std::unique_ptr<Subject<double>> draw_similarity_loss(Random&, const crisp::Shape&);

}  // namespace soak
