#include "soak/reference/pixel_losses.hpp"

#include "soak/losses/draw.hpp"
#include "soak/losses/text.hpp"
#include "soak/subject_of.hpp"

namespace soak {
namespace {

/// As the headers of losses of pixels state it.
Reference of_pixels(PlaneReference plane, double gradient_in_double = 1e-14,
                    double gradient_in_float = 1e-6) {
  return over_planes(std::move(plane), {1e-12, gradient_in_double}, {1e-6, gradient_in_float});
}

}  // namespace

template <typename T>
Drawn<crisp::L1Loss<T>> drawn_l1() {
  return symmetric(crisp::L1Loss<T>(), Text::of("L1Loss", T()).str(), of_pixels(l1));
}

template <typename T>
std::unique_ptr<Subject<T>> draw_pixel_loss(Random& random, const crisp::Shape& /*shape*/) {
  switch (random.integer(0, 6)) {
    case 0:
      return subject_of(drawn_l1<T>());
    case 1:
      return subject_of(symmetric(crisp::MseLoss<T>(), Text::of("MseLoss", T()).str(), of_pixels(mse)));
    case 2: {
      const double delta = random.one_of({1.0, 0.5, 0.1, 1e-3, 10.0});
      return subject_of(symmetric(crisp::HuberLoss<T>({delta}),
                                  Text::of("HuberLoss", T()).with("delta", delta).str(),
                                  of_pixels([=](const Pair& pair, const Precision&) {
                                    return huber(pair, static_cast<Real>(static_cast<T>(delta)));
                                  })));
    }
    case 3: {
      const double epsilon = random.one_of({1e-3, 1e-6, 0.1, 1.0});
      return subject_of(symmetric(crisp::CharbonnierLoss<T>({epsilon}),
                                  Text::of("CharbonnierLoss", T()).with("epsilon", epsilon).str(),
                                  of_pixels([=](const Pair& pair, const Precision&) {
                                    return charbonnier(pair, static_cast<Real>(static_cast<T>(epsilon)));
                                  })));
    }
    case 4: {
      const auto reference = [](bool swapped) {
        return of_pixels(
            [=](const Pair& pair, const Precision& precision) {
              return bce_with_logits(pair, precision, swapped);
            },
            1e-10, 1e-6);
      };
      return subject_of(Drawn<crisp::BceWithLogitsLoss<T>>{crisp::BceWithLogitsLoss<T>(),
                                                           Text::of("BceWithLogitsLoss", T()).str(),
                                                           reference(false), reference(true)});
    }
    default: {
      const auto norm = random.one_of({crisp::VariationNorm::anisotropic, crisp::VariationNorm::isotropic,
                                       crisp::VariationNorm::squared});
      const auto reference =
          of_pixels([=](const Pair& pair,
                        const Precision& precision) { return total_variation(pair, precision, norm); },
                    1e-10, 1e-5);
      // Of the target there is no derivative. (The value is not asked for.)
      const auto nothing = of_pixels([](const Pair& pair, const Precision&) {
        return Estimate(pair.prediction.height, pair.prediction.width);
      });
      return subject_of(Drawn<crisp::TotalVariationLoss<T>>{
          crisp::TotalVariationLoss<T>({norm}), Text::of("TotalVariationLoss", T()).with("norm", norm).str(),
          reference, nothing});
    }
  }
}

template Drawn<crisp::L1Loss<float>> drawn_l1();
template Drawn<crisp::L1Loss<double>> drawn_l1();
template std::unique_ptr<Subject<float>> draw_pixel_loss(Random&, const crisp::Shape&);
template std::unique_ptr<Subject<double>> draw_pixel_loss(Random&, const crisp::Shape&);

}  // namespace soak
