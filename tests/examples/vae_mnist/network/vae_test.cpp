// The whole network: shapes, derivatives, the same bits on any number of threads.
#include "network/vae.hpp"

#include <limits>

#include "../data/fingerprint.hpp"
#include "differences.hpp"
#include "vae_inputs.hpp"

using vae_mnist::Index;
using vae_mnist::Latent;
using vae_mnist::Vae;
using vae_mnist::VaeOptions;
using namespace vae_mnist_test;

TEST_CASE("the parameters are those of the checkpoints") {
  const std::vector<std::pair<std::string, std::vector<Index>>> expected = {
      {"encoder.conv1.weight", {32, 1, 3, 3}},    {"encoder.conv1.bias", {32}},
      {"encoder.conv2.weight", {64, 32, 3, 3}},   {"encoder.conv2.bias", {64}},
      {"encoder.dense.weight", {4, 2304}},        {"encoder.dense.bias", {4}},
      {"decoder.dense.weight", {1568, 2}},        {"decoder.dense.bias", {1568}},
      {"decoder.deconv1.weight", {32, 64, 3, 3}}, {"decoder.deconv1.bias", {64}},
      {"decoder.deconv2.weight", {64, 32, 3, 3}}, {"decoder.deconv2.bias", {32}},
      {"decoder.deconv3.weight", {32, 1, 3, 3}},  {"decoder.deconv3.bias", {1}}};
  Vae<float> vae({}, 1);
  const auto parameters = vae.parameters();
  REQUIRE(parameters.size() == expected.size());
  for (std::size_t i = 0; i < expected.size(); ++i) {
    CHECK(parameters[i].name == expected[i].first);
    CHECK(parameters[i].shape == expected[i].second);
  }
}

TEST_CASE("a single path through the network ends where the checkpoints' conventions lead it") {
  Vae<float> vae({}, 1);
  const auto set = [&](const std::string& name, Index position, float value) {
    for (auto& parameter : vae.parameters()) {
      if (parameter.name == name) parameter.value[position] = value;
    }
  };
  for (auto& parameter : vae.parameters()) parameter.value.setZero();

  // Image (12, 17) -> tap (0, 1) -> channel 3, (6, 8) -> tap (2, 0) -> channel 5, (2, 4) of 64x6x6 -> mean 0.
  set("encoder.conv1.weight", (3 * 1 + 0) * 9 + 0 * 3 + 1, 1);
  set("encoder.conv2.weight", (5 * 32 + 3) * 9 + 2 * 3 + 0, 1);
  set("encoder.dense.weight", 0 * 2304 + 5 * 36 + 2 * 6 + 4, 1);
  set("encoder.dense.bias", 2, 0.5F);
  crisp::Images<float> image(1, 1, 28, 28);
  image.setZero();
  image(0, 0, 12, 17) = 1;
  Latent<float> mean;
  Latent<float> log_variance;
  vae.encode(image, mean, log_variance);
  CHECK(mean(0, 0) == 1);
  CHECK(mean(0, 1) == 0);
  CHECK(log_variance(0, 0) == 0.5F);

  // z 1 -> channel 4, (3, 5) of 32x7x7 -> tap (0, 2) -> channel 6, (6, 12) -> tap (1, 0) -> channel 7, (13,
  // 24)
  // -> tap (1, 1), the middle once the border is dropped -> image (13, 24).
  set("decoder.dense.weight", (4 * 49 + 3 * 7 + 5) * 2 + 1, 1);
  set("decoder.deconv1.weight", (4 * 64 + 6) * 9 + 0 * 3 + 2, 1);
  set("decoder.deconv2.weight", (6 * 32 + 7) * 9 + 1 * 3 + 0, 1);
  set("decoder.deconv3.weight", (7 * 1 + 0) * 9 + 1 * 3 + 1, 1);
  Latent<float> z(1, 2);
  z.setValues({{9, 2}});
  vae.decode(z, image);
  CHECK(image(0, 0, 13, 24) == 2);
  const Eigen::Tensor<float, 0, Eigen::RowMajor> sum = image.sum();
  CHECK(sum() == 2);
}

TEST_CASE("weights start as Glorot's uniform numbers, biases at zero, from the seed alone") {
  Vae<float> vae({}, 1);
  for (const auto& parameter : vae.parameters()) {
    CAPTURE(parameter.name);
    if (parameter.shape.size() == 1) {
      CHECK((parameter.value == 0).all());
      continue;
    }
    const Index window = parameter.shape.size() == 4 ? 9 : 1;
    const double limit =
        std::sqrt(6.0 / static_cast<double>((parameter.shape[0] + parameter.shape[1]) * window));
    CHECK(parameter.value.abs().maxCoeff() <= limit);
    CHECK(parameter.value.abs().maxCoeff() > 0.95 * limit);
    CHECK(parameter.value.mean() == Approx(0).margin(0.2 * limit));
  }
  Vae<float> same({}, 1);
  Vae<float> other({}, 2);
  CHECK((vae.parameters()[0].value == same.parameters()[0].value).all());
  CHECK((vae.parameters()[0].value != other.parameters()[0].value).any());
}

TEST_CASE("a seed stands for the same initial weights for good") {
  Fingerprint fingerprint;
  Vae<float> vae({}, 1);
  for (const auto& parameter : vae.parameters()) {
    for (const float value : parameter.value) {
      std::uint32_t bits = 0;
      std::memcpy(&bits, &value, sizeof(bits));
      for (int shift = 0; shift < 32; shift += 8) fingerprint.add(static_cast<std::uint8_t>(bits >> shift));
    }
  }
  CHECK(fingerprint.value() == 0xdfa8e8830e9c926b);
}

TEST_CASE("the gradient of every parameter is that of directional differences") {
  using vae_mnist::OutputActivation;
  for (const VaeOptions options :
       {VaeOptions{}, VaeOptions{3, OutputActivation::linear}, VaeOptions{1, OutputActivation::sigmoid},
        VaeOptions{2, OutputActivation::linear, 0, {3, 12, 20}},
        VaeOptions{3, OutputActivation::sigmoid, 0, {2, 24, 16}}}) {
    CAPTURE(options.latent, options.output == OutputActivation::sigmoid, options.image);
    Vae<double> vae(options, 3);
    disturb_biases(vae);
    const Inputs<double> inputs(options.latent, batch, options.image);
    inputs.loss(vae);
    inputs.backward(vae);
    std::uint64_t seed = 11;
    for (auto& parameter : vae.parameters()) {
      CAPTURE(parameter.name);
      const Numbers direction = random_numbers(parameter.value.size(), seed++);
      const Numbers kept = parameter.value;
      // So small that hardly a ReLU of half a million crosses its kink, where no derivative can be right.
      constexpr double step = 1e-8;
      parameter.value = kept + step * direction;
      const double above = inputs.loss(vae);
      parameter.value = kept - step * direction;
      const double below = inputs.loss(vae);
      parameter.value = kept;
      const double expected = (above - below) / (2 * step);
      CHECK((parameter.gradient * direction).sum() == Approx(expected).epsilon(1e-5).margin(1e-5));
    }
  }
}

TEST_CASE("forward is encode, then decode at mean + exp(log variance / 2) * noise") {
  Vae<double> vae({}, 4);
  disturb_biases(vae);
  const Inputs<double> inputs(2);
  const auto& output = vae.forward(inputs.images, inputs.noise);
  Latent<double> mean;
  Latent<double> log_variance;
  vae.encode(inputs.images, mean, log_variance);
  CHECK(same_bits(mean, output.mean));
  CHECK(same_bits(log_variance, output.log_variance));

  const Latent<double> z = mean + (log_variance * 0.5).exp() * inputs.noise;
  crisp::Images<double> images;
  vae.decode(z, images);
  using Map = Eigen::Map<const Numbers>;
  CHECK(Map(images.data(), images.size()).isApprox(Map(output.reconstruction.data(), images.size()), 1e-13));
}

TEST_CASE("encode and decode leave what backward needs alone") {
  Vae<float> vae({}, 4);
  Vae<float> undisturbed({}, 4);
  const Inputs<float> inputs(2);
  const Inputs<float> others(2, 3);
  inputs.loss(vae);
  inputs.loss(undisturbed);
  Latent<float> mean;
  Latent<float> log_variance;
  crisp::Images<float> images;
  vae.encode(others.images, mean, log_variance);
  vae.decode(others.noise, images);
  inputs.backward(vae);
  inputs.backward(undisturbed);
  for (std::size_t i = 0; i < vae.parameters().size(); ++i) {
    CHECK(same_bits(vae.parameters()[i].gradient, undisturbed.parameters()[i].gradient));
  }
}

TEST_CASE("any number of threads gives the same bits") {
  VaeOptions options;
  options.image = GENERATE(ImageShape{1, 28, 28}, ImageShape{3, 12, 20});
  CAPTURE(options.image);
  const Inputs<float> inputs(2, 37, options.image);
  Vae<float> serial(options, 6);
  inputs.loss(serial);
  inputs.backward(serial);
  const auto expected = serial.forward(inputs.images, inputs.noise);
  for (const int count : {1, 2, 5}) {
    CAPTURE(count);
    const crisp::Threads threads(count);
    Vae<float> vae(options, 6);
    for (int repetition = 0; repetition < 3; ++repetition) {
      const auto& output = vae.forward(inputs.images, inputs.noise, threads);
      CHECK(same_bits(output.mean, expected.mean));
      CHECK(same_bits(output.log_variance, expected.log_variance));
      CHECK(same_bits(output.reconstruction, expected.reconstruction));
      inputs.backward(vae, threads);
      for (std::size_t i = 0; i < vae.parameters().size(); ++i) {
        CAPTURE(vae.parameters()[i].name);
        CHECK(same_bits(vae.parameters()[i].gradient, serial.parameters()[i].gradient));
      }
    }
  }
}

TEST_CASE("two halves of a batch add up to its gradients") {
  constexpr Index half = 2 * Vae<float>::shard_images;
  const Inputs<float> whole(2, 2 * half);
  Vae<float> together({}, 6);
  Vae<float> apart({}, 6);
  whole.loss(together);
  whole.backward(together);

  std::vector<double> sums;
  for (const Index first : {Index(0), half}) {
    const auto part = [&](const auto& tensor) {
      auto result = tensor;
      auto dimensions = tensor.dimensions();
      dimensions[0] = half;
      result.resize(dimensions);
      std::copy_n(tensor.data() + first * result.size() / half, result.size(), result.data());
      return result;
    };
    apart.forward(part(whole.images), part(whole.noise));
    apart.backward(part(whole.reconstruction_gradient), part(whole.mean_gradient),
                   part(whole.log_variance_gradient), crisp::Serial(), [&](std::vector<double>& part_sums) {
                     for (std::size_t i = 0; i < sums.size(); ++i) part_sums[i] += sums[i];
                     sums = part_sums;
                   });
  }
  Index different = 0;
  Index count = 0;
  for (std::size_t i = 0; i < together.parameters().size(); ++i) {
    const auto expected = together.parameters()[i].gradient;
    different += (apart.parameters()[i].gradient != expected).count();
    count += expected.size();
  }
  CAPTURE(different, count);
  CHECK(different <= count / 10000);  // sums in double, rounded once: hardly ever does their order show
}

TEST_CASE("a batch after a larger one sees nothing of it") {
  const Inputs<float> large(2, 20);
  const Inputs<float> small(2, 3);
  Vae<float> fresh({}, 8);
  Vae<float> used({}, 8);
  large.loss(used);
  large.backward(used);
  small.loss(used);
  small.backward(used);
  small.loss(fresh);
  small.backward(fresh);
  for (std::size_t i = 0; i < fresh.parameters().size(); ++i) {
    CHECK(same_bits(used.parameters()[i].gradient, fresh.parameters()[i].gradient));
  }
}

TEST_CASE("NaN in an image reaches the outputs and the gradients") {
  Inputs<float> inputs(2);
  inputs.images(1, 0, 14, 14) = std::numeric_limits<float>::quiet_NaN();
  Vae<float> vae({}, 1);
  const auto& output = vae.forward(inputs.images, inputs.noise);
  CHECK(std::isnan(output.mean(1, 0)));
  CHECK(std::isnan(output.reconstruction(1, 0, 14, 14)));
  CHECK(std::isfinite(output.reconstruction(0, 0, 14, 14)));
  inputs.backward(vae);
  CHECK(!vae.parameters()[0].gradient.allFinite());
}

TEST_CASE("wrong shapes and options are refused with their numbers") {
  using Catch::Contains;
  CHECK_THROWS_WITH(Vae<float>({0}, 1), Contains("at least 1 latent dimension, got 0"));
  const double infinity = std::numeric_limits<double>::infinity();
  CHECK_THROWS_WITH(Vae<float>({2, vae_mnist::OutputActivation::linear, -infinity}, 1),
                    Contains("finite initial log-variance, got -inf"));
  Vae<float> vae({}, 1);
  const Inputs<float> inputs(2);
  CHECK_THROWS_AS(inputs.backward(vae), std::logic_error);
  CHECK_THROWS_WITH(vae.forward(crisp::Images<float>(2, 1, 28, 27), Latent<float>(2, 2)),
                    Contains("[2, 1, 28, 28]") && Contains("[2, 1, 28, 27]"));
  CHECK_THROWS_WITH(vae.forward(inputs.images, Latent<float>(batch, 3)),
                    Contains("[11, 2]") && Contains("[11, 3]"));
  CHECK_THROWS_AS(vae.forward(crisp::Images<float>(0, 1, 28, 28), Latent<float>(0, 2)), crisp::ShapeError);
  inputs.loss(vae);
  CHECK_THROWS_AS(Inputs<float>(2, 3).backward(vae), crisp::ShapeError);
}
