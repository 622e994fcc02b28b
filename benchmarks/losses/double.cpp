#include "losses/loss_call_maker.hpp"

namespace crisp_benchmarks {

template std::unique_ptr<LossCall<double>> make_loss_call(const std::string& name, const crisp::Shape& shape,
                                                          int threads);

}  // namespace crisp_benchmarks
