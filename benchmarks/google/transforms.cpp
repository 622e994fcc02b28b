#include "google/transforms.hpp"

#include <benchmark/benchmark.h>

#include <crisp/losses/gaussian_kl.hpp>
#include <crisp/spectral/stft.hpp>

#include "support/images.hpp"

namespace crisp_benchmarks {
namespace {

void count_images(benchmark::State& state, crisp::Index images) {
  state.counters["per_image"] =
      benchmark::Counter(static_cast<double>(images),
                         benchmark::Counter::kIsIterationInvariantRate | benchmark::Counter::kInvert);
}

/// Windows that leave no pixel without weight, so that there is an inverse.
template <typename T>
crisp::Stft<T> transform() {
  return crisp::Stft<T>(16, 4, crisp::WindowShape::hann, crisp::Normalization::none, crisp::Padding::reflect);
}

template <typename T>
crisp::Images<T> images_of(const crisp::Shape& shape) {
  const std::vector<T> pixels = random_pixels<T>(shape, 1);
  return crisp::Images<T>(Eigen::TensorMap<const crisp::Images<T>>(pixels.data(), shape.batch, shape.channels,
                                                                   shape.height, shape.width));
}

template <typename T>
std::vector<std::string> register_for(const std::string& scalar, const std::vector<crisp::Shape>& shapes) {
  std::vector<std::string> names;
  const auto add = [&](const std::string& name, auto body) {
    names.push_back(scalar + " " + name);
    benchmark::RegisterBenchmark(names.back().c_str(), body)->UseRealTime()->Unit(benchmark::kMicrosecond);
  };
  for (const crisp::Shape& shape : shapes) {
    const std::string title = ", 16/4, " + text(shape);
    const crisp::Size2 size(shape.height, shape.width);
    add("Stft forward" + title, [=](benchmark::State& state) {
      const auto images = images_of<T>(shape);
      for (auto _ : state) benchmark::DoNotOptimize(transform<T>().forward(images).data());
      count_images(state, shape.batch);
    });
    add("Stft adjoint" + title, [=](benchmark::State& state) {
      const auto spectra = transform<T>().forward(images_of<T>(shape));
      for (auto _ : state) benchmark::DoNotOptimize(transform<T>().adjoint(spectra, size).data());
      count_images(state, shape.batch);
    });
    add("Stft inverse" + title, [=](benchmark::State& state) {
      const auto spectra = transform<T>().forward(images_of<T>(shape));
      for (auto _ : state) benchmark::DoNotOptimize(transform<T>().inverse(spectra, size).data());
      count_images(state, shape.batch);
    });
  }
  for (const int latent : {2, 64}) {
    add("gaussian_kl and gradients, 128×" + std::to_string(latent), [=](benchmark::State& state) {
      Eigen::Tensor<T, 2, Eigen::RowMajor> mean(128, latent), log_variance(128, latent), to_mean(128, latent),
          to_log_variance(128, latent);
      mean.setRandom();
      log_variance.setRandom();
      for (auto _ : state) {
        benchmark::DoNotOptimize(crisp::gaussian_kl(mean, log_variance, to_mean, to_log_variance));
      }
      count_images(state, 128);
    });
  }
  return names;
}

}  // namespace

std::vector<std::string> register_transforms(const std::vector<crisp::Shape>& shapes) {
  std::vector<std::string> names = register_for<float>("float", shapes);
  const std::vector<std::string> others = register_for<double>("double", shapes);
  names.insert(names.end(), others.begin(), others.end());
  return names;
}

}  // namespace crisp_benchmarks
