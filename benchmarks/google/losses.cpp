#include "google/losses.hpp"

#include <benchmark/benchmark.h>

#include <memory>

#include "google/memory.hpp"
#include "losses/loss_call.hpp"
#include "support/images.hpp"

namespace crisp_benchmarks {
namespace {

template <typename T>
void call(LossCall<T>& loss, ImagePair<T>& pair, bool with_gradient) {
  if (with_gradient) {
    benchmark::DoNotOptimize(
        loss.value_and_gradient(pair.prediction.data(), pair.target.data(), pair.gradient.data()));
  } else {
    benchmark::DoNotOptimize(loss.value(pair.prediction.data(), pair.target.data()));
  }
}

/// What a workspace holds on the heap. The threads' pools and FFTW's plans, which are shared, are there before.
template <typename T>
double workspace_bytes(const LossCase& one, ImagePair<T>& pair) {
  call(*make_loss_call<T>(one.loss, one.shape, one.threads), pair, one.with_gradient);
  const auto loss = make_loss_call<T>(one.loss, one.shape, one.threads);
  const long before = live_bytes();
  call(*loss, pair, one.with_gradient);
  return static_cast<double>(live_bytes() - before);
}

template <typename T>
void run(benchmark::State& state, const LossCase& one) {
  ImagePair<T> pair(one.shape);
  const double bytes = workspace_bytes(one, pair);
  const auto loss = make_loss_call<T>(one.loss, one.shape, one.threads);
  call(*loss, pair, one.with_gradient);
  const long before = allocations();
  call(*loss, pair, one.with_gradient);
  const long allocated = allocations() - before;
  for (auto _ : state) call(*loss, pair, one.with_gradient);
  state.counters["per_image"] =
      benchmark::Counter(static_cast<double>(one.shape.batch),
                         benchmark::Counter::kIsIterationInvariantRate | benchmark::Counter::kInvert);
  state.counters["allocations"] = static_cast<double>(allocated);
  state.counters["workspace"] = bytes;
}

}  // namespace

std::string LossCase::name() const {
  return loss + ", " + text(shape) + ", " + scalar +
         (with_gradient ? ", value and gradient, " : ", value, ") + std::to_string(threads) +
         (threads == 1 ? " thread" : " threads");
}

std::vector<LossCase> register_losses(const std::vector<crisp::Shape>& shapes) {
  std::vector<LossCase> cases;
  for (const crisp::Shape& shape : shapes) {
    for (const std::string& loss : loss_names(shape)) {
      for (const char* scalar : {"float", "double"}) {
        for (const bool with_gradient : {false, true}) {
          for (const int threads : {1, 2}) cases.push_back({loss, shape, scalar, threads, with_gradient});
        }
      }
    }
  }
  for (const LossCase& one : cases) {
    benchmark::RegisterBenchmark(one.name().c_str(),
                                 [one](benchmark::State& state) {
                                   one.scalar == "float" ? run<float>(state, one) : run<double>(state, one);
                                 })
        ->UseRealTime()
        ->Unit(benchmark::kMicrosecond);
  }
  return cases;
}

}  // namespace crisp_benchmarks
