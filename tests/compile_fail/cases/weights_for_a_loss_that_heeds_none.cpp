// error: crisp: this loss, or a term of it, does not say what weights mean to it
#include <crisp/core/evaluate.hpp>

struct MyLoss : crisp::PlaneLoss<double> {
#ifndef MISTAKE
  static constexpr bool takes_weights = true;
#endif
  double plane(const crisp::PlanePair<double>& images, crisp::PlaneGradient<double> gradient) const {
    const auto residual = images.prediction - images.target;
    return crisp::pixel_mean(images, residual.square(), 2.0 * residual, gradient);
  }
};

double loss(const crisp::Images<double>& prediction, const crisp::Images<double>& target,
            const crisp::Images<double>& weights) {
  return crisp::value(MyLoss(), prediction, crisp::weighted(target, weights));
}
