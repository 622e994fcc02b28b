// What loss_call.hpp declares. Included once for each scalar, by translation units of their own.
#pragma once

#include <stdexcept>

#include "losses/every_loss.hpp"
#include "losses/loss_call.hpp"

namespace crisp_benchmarks {

template <typename Loss>
class CallOf : public LossCall<typename Loss::Scalar> {
 public:
  using T = typename Loss::Scalar;

  CallOf(const Loss& loss, const crisp::Shape& shape, int threads)
      : loss_(loss), shape_(shape), threads_(threads) {}

  T value(const T* prediction, const T* target) override {
    return crisp::value(loss_, view(prediction), view(target), workspace_, threads_);
  }
  T value_and_gradient(const T* prediction, const T* target, T* gradient) override {
    return crisp::value_and_gradient(loss_, view(prediction), view(target), view(gradient), workspace_,
                                     threads_);
  }

 private:
  template <typename Pixel>
  auto view(Pixel* pixels) const {
    return crisp::view(pixels, shape_.batch, shape_.channels, shape_.height, shape_.width);
  }

  Loss loss_;
  crisp::Shape shape_;
  crisp::Threads threads_;
  crisp::Workspace<Loss> workspace_;
};

template <typename T>
std::unique_ptr<LossCall<T>> make_loss_call(const std::string& name, const crisp::Shape& shape, int threads) {
  std::unique_ptr<LossCall<T>> call;
  for_every_loss<T>(shape, [&](const std::string& candidate, const auto& loss) {
    if (candidate == name)
      call = std::make_unique<CallOf<std::decay_t<decltype(loss)>>>(loss, shape, threads);
  });
  if (call == nullptr) throw std::invalid_argument("there is no loss '" + name + "' for this shape");
  return call;
}

}  // namespace crisp_benchmarks
