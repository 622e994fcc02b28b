#include "losses/loss_call_maker.hpp"

namespace crisp_benchmarks {

template std::unique_ptr<LossCall<float>> make_loss_call(const std::string& name, const crisp::Shape& shape,
                                                         int threads);

std::vector<std::string> loss_names(const crisp::Shape& shape) {
  std::vector<std::string> names;
  for_every_loss<float>(shape, [&](const char* name, const auto&) { names.emplace_back(name); });
  return names;
}

}  // namespace crisp_benchmarks
