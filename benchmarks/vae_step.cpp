// The network of examples/vae_mnist at the batch size it trains with: forwards, backwards, and with Adam's step.
// Time per batch; the counter "per_image" is that of an image.
#include <benchmark/benchmark.h>

#include "network/random.hpp"
#include "network/vae.hpp"
#include "training/adam.hpp"

namespace {

constexpr vae_mnist::Index batch = 128;

struct Batch {
  Batch() : images(batch, 1, 28, 28), noise(batch, 2), latent_gradient(batch, 2) {
    vae_mnist::Random random(1);
    for (float& pixel : pixels()) pixel = random.uniform() < 0.2 ? 1.0F : 0.0F;
    for (vae_mnist::Index i = 0; i < noise.size(); ++i) noise.data()[i] = static_cast<float>(random.normal());
    latent_gradient.setZero();
  }

  Eigen::Map<Eigen::ArrayXf> pixels() { return {images.data(), images.size()}; }

  crisp::Images<float> images;
  vae_mnist::Latent<float> noise;
  vae_mnist::Latent<float> latent_gradient;
};

void report_per_image(benchmark::State& state) {
  state.counters["per_image"] =
      benchmark::Counter(static_cast<double>(batch),
                         benchmark::Counter::kIsIterationInvariantRate | benchmark::Counter::kInvert);
}

void vae_forward(benchmark::State& state) {
  const crisp::Threads threads(static_cast<int>(state.range(0)));
  const Batch data;
  vae_mnist::Vae<float> vae({}, 1);
  for (auto _ : state) benchmark::DoNotOptimize(vae.forward(data.images, data.noise, threads));
  report_per_image(state);
}

void vae_forward_and_backward(benchmark::State& state) {
  const crisp::Threads threads(static_cast<int>(state.range(0)));
  const Batch data;
  vae_mnist::Vae<float> vae({}, 1);
  for (auto _ : state) {
    const auto& output = vae.forward(data.images, data.noise, threads);
    vae.backward(output.reconstruction, data.latent_gradient, data.latent_gradient, threads);
    benchmark::ClobberMemory();
  }
  report_per_image(state);
}

void vae_training_step(benchmark::State& state) {
  const crisp::Threads threads(static_cast<int>(state.range(0)));
  const Batch data;
  vae_mnist::Vae<float> vae({}, 1);
  vae_mnist::Adam<float> adam(vae.parameters());
  for (auto _ : state) {
    const auto& output = vae.forward(data.images, data.noise, threads);
    vae.backward(output.reconstruction, data.latent_gradient, data.latent_gradient, threads);
    adam.step(1e-4, threads);
    benchmark::ClobberMemory();
  }
  report_per_image(state);
}

BENCHMARK(vae_forward)->ArgName("threads")->Arg(1)->Arg(2)->Unit(benchmark::kMillisecond)->UseRealTime();
BENCHMARK(vae_forward_and_backward)
    ->ArgName("threads")
    ->Arg(1)
    ->Arg(2)
    ->Unit(benchmark::kMillisecond)
    ->UseRealTime();
BENCHMARK(vae_training_step)
    ->ArgName("threads")
    ->Arg(1)
    ->Arg(2)
    ->Unit(benchmark::kMillisecond)
    ->UseRealTime();

}  // namespace
