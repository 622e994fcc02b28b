#include <algorithm>

#include "soak/losses/draw.hpp"
#include "soak/losses/text.hpp"
#include "soak/subject_of.hpp"

namespace soak {
namespace {

/// a · first + b · second.
template <typename First, typename Second>
auto add(double a, const Drawn<First>& first, double b, const Drawn<Second>& second) {
  using T = typename First::Scalar;
  const auto loss = static_cast<T>(a) * first.loss + static_cast<T>(b) * second.loss;
  const double rounded_a = static_cast<double>(static_cast<T>(a));
  const double rounded_b = static_cast<double>(static_cast<T>(b));
  return Drawn<std::decay_t<decltype(loss)>>{
      loss, std::to_string(a) + " * " + first.text + " + " + std::to_string(b) + " * " + second.text,
      sum_of({{rounded_a, first.reference}, {rounded_b, second.reference}}),
      sum_of({{rounded_a, first.swapped}, {rounded_b, second.swapped}})};
}

/// presets::crisp() as its docstring writes it.
template <typename T>
std::unique_ptr<Subject<T>> drawn_preset() {
  crisp::StftOptions where;
  where.window = 8;
  where.stride = 2;
  where.padding = crisp::Padding::zero;
  where.frequency_weight = crisp::FrequencyWeight::uniform;
  where.distance = crisp::SpectralDistance::complex_modulus;
  where.normalization = crisp::Normalization::ortho;
  where.bin_reduction = crisp::Reduction::mean;
  crisp::StftOptions how_much = where;
  how_much.window = 16;
  how_much.stride = 4;
  how_much.frequency_weight = crisp::FrequencyWeight::linear;
  how_much.distance = crisp::SpectralDistance::squared_amplitude;
  const auto reference = sum_of({{2, drawn_stft<T>(where).reference},
                                 {4, drawn_stft<T>(how_much).reference},
                                 {1, drawn_ssim<T>(crisp::SsimOptions()).reference}});
  return subject_of(symmetric(crisp::presets::crisp<T>(), Text::of("presets::crisp", T()).str(), reference));
}

}  // namespace

template <typename T>
std::unique_ptr<Subject<T>> draw_sum(Random& random, const crisp::Shape& shape) {
  const crisp::Index side = std::min(shape.height, shape.width);
  const double a = random.uniform(0.01, 2);
  const double b = random.uniform(-1, 2);
  if (side >= 11 && random.chance(0.2)) return drawn_preset<T>();
  if (side >= 2 && random.chance(0.5))
    return subject_of(add(a, drawn_stft<T>(any_stft_options(random, shape)), b,
                          drawn_ssim<T>(any_ssim_options(random, shape))));
  return subject_of(add(a, drawn_l1<T>(), b, drawn_focal_frequency<T>(any_focal_options(random, shape))));
}

template std::unique_ptr<Subject<float>> draw_sum(Random&, const crisp::Shape&);
template std::unique_ptr<Subject<double>> draw_sum(Random&, const crisp::Shape&);

}  // namespace soak
