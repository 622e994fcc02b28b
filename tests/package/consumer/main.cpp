#include <crisp/crisp.hpp>
#include <iostream>

int main() {
  crisp::Images<float> prediction(1, 1, 28, 28), target(1, 1, 28, 28), gradient;
  prediction.setConstant(0.25f);
  target.setConstant(0.75f);

  const auto loss = 0.01f * crisp::StftLoss<float>() + crisp::SsimLoss<float>();
  const float value = crisp::value_and_gradient(loss, prediction, target, gradient);
  std::cout << "loss " << value << ", gradient " << gradient(0, 0, 14, 14) << "\n";
  return value > 0 ? 0 : 1;
}
