// The network at image shapes other than MNIST's: its layers' shapes, where channels and sides end up, and what
// it refuses.
#include "support/catch.hpp"
#include "vae_inputs.hpp"

using namespace vae_mnist_test;
using vae_mnist::OutputActivation;
using vae_mnist::VaeOptions;

namespace {

VaeOptions options_for(const ImageShape& image) { return {2, OutputActivation::linear, 0, image}; }

}  // namespace

TEST_CASE("the parameters follow the shape of the images") {
  // 12 -> 5 -> 2 and 20 -> 9 -> 4 on the way down; 3 -> 6 -> 12 and 5 -> 10 -> 20 on the way up.
  const std::vector<std::pair<std::string, std::vector<Index>>> expected = {
      {"encoder.conv1.weight", {32, 3, 3, 3}},    {"encoder.conv1.bias", {32}},
      {"encoder.conv2.weight", {64, 32, 3, 3}},   {"encoder.conv2.bias", {64}},
      {"encoder.dense.weight", {4, 64 * 2 * 4}},  {"encoder.dense.bias", {4}},
      {"decoder.dense.weight", {32 * 3 * 5, 2}},  {"decoder.dense.bias", {32 * 3 * 5}},
      {"decoder.deconv1.weight", {32, 64, 3, 3}}, {"decoder.deconv1.bias", {64}},
      {"decoder.deconv2.weight", {64, 32, 3, 3}}, {"decoder.deconv2.bias", {32}},
      {"decoder.deconv3.weight", {32, 3, 3, 3}},  {"decoder.deconv3.bias", {3}}};
  Vae<float> vae(options_for({3, 12, 20}), 1);
  CHECK(vae.image() == ImageShape{3, 12, 20});
  const auto parameters = vae.parameters();
  REQUIRE(parameters.size() == expected.size());
  for (std::size_t i = 0; i < expected.size(); ++i) {
    CHECK(parameters[i].name == expected[i].first);
    CHECK(parameters[i].shape == expected[i].second);
  }
}

TEST_CASE("what comes out has the shape of what goes in") {
  for (const ImageShape& image : {ImageShape{1, 12, 12}, ImageShape{3, 12, 20}, ImageShape{5, 32, 16}}) {
    CAPTURE(image);
    Vae<float> vae(options_for(image), 1);
    const Inputs<float> inputs(2, 3, image);
    const auto& reconstruction = vae.forward(inputs.images, inputs.noise).reconstruction;
    CHECK(reconstruction.dimensions() == inputs.images.dimensions());
    crisp::Images<float> decoded;
    vae.decode(inputs.noise, decoded);
    CHECK(decoded.dimensions() == inputs.images.dimensions());
  }
}

TEST_CASE("a single path through a colour network ends in the right channel and place") {
  Vae<float> vae(options_for({3, 12, 20}), 1);
  const auto set = [&](const std::string& name, Index position, float value) {
    for (auto& parameter : vae.parameters()) {
      if (parameter.name == name) parameter.value[position] = value;
    }
  };
  for (auto& parameter : vae.parameters()) parameter.value.setZero();

  // Image channel 2, (5, 13) -> tap (1, 1) -> channel 3, (2, 6) of 5x9 -> tap (0, 2) -> channel 5, (1, 2) of 2x4
  // -> mean 1.
  set("encoder.conv1.weight", (3 * 3 + 2) * 9 + 1 * 3 + 1, 1);
  set("encoder.conv2.weight", (5 * 32 + 3) * 9 + 0 * 3 + 2, 1);
  set("encoder.dense.weight", 1 * 512 + 5 * 8 + 1 * 4 + 2, 1);
  crisp::Images<float> image(1, 3, 12, 20);
  image.setZero();
  image(0, 2, 5, 13) = 1;
  Latent<float> mean;
  Latent<float> log_variance;
  vae.encode(image, mean, log_variance);
  CHECK(mean(0, 0) == 0);
  CHECK(mean(0, 1) == 1);

  // z 1 -> channel 4, (2, 3) of 3x5 -> tap (1, 0) -> channel 6, (5, 6) of 6x10 -> tap (0, 1) -> channel 7,
  // (10, 13) of 12x20 -> tap (0, 2), up and right of the middle -> image channel 2, (9, 14).
  set("decoder.dense.weight", (4 * 15 + 2 * 5 + 3) * 2 + 1, 1);
  set("decoder.deconv1.weight", (4 * 64 + 6) * 9 + 1 * 3 + 0, 1);
  set("decoder.deconv2.weight", (6 * 32 + 7) * 9 + 0 * 3 + 1, 1);
  set("decoder.deconv3.weight", (7 * 3 + 2) * 9 + 0 * 3 + 2, 1);
  Latent<float> z(1, 2);
  z.setValues({{9, 2}});
  vae.decode(z, image);
  CHECK(image(0, 2, 9, 14) == 2);
  const Eigen::Tensor<float, 0, Eigen::RowMajor> sum = image.sum();
  CHECK(sum() == 2);
}

TEST_CASE("image shapes that no network takes are refused with their numbers") {
  using Catch::Contains;
  const auto make = [](const ImageShape& image) { Vae<float> vae(options_for(image), 1); };
  CHECK_THROWS_AS(make({1, 14, 28}), crisp::OptionError);
  CHECK_THROWS_WITH(make({1, 14, 28}), Contains("multiples of 4 from 12") && Contains("1x14x28"));
  CHECK_THROWS_WITH(make({1, 28, 30}), Contains("multiples of 4 from 12") && Contains("1x28x30"));
  CHECK_THROWS_WITH(make({3, 8, 12}), Contains("multiples of 4 from 12") && Contains("3x8x12"));
  CHECK_THROWS_WITH(make({3, 12, -12}), Contains("3x12x-12"));
  CHECK_THROWS_WITH(make({1, 12, 65540}), Contains("to 65536") && Contains("1x12x65540"));
  CHECK_THROWS_WITH(make({0, 28, 28}), Contains("at least 1 channel") && Contains("0x28x28"));
  CHECK_NOTHROW(make({1, 12, 12}));
}

TEST_CASE("images of another shape than the network's are refused with both") {
  using Catch::Contains;
  Vae<float> vae(options_for({3, 12, 20}), 1);
  const auto forward = [&](const ImageShape& image) {
    const Inputs<float> inputs(2, 2, image);
    vae.forward(inputs.images, inputs.noise);
  };
  CHECK_THROWS_WITH(forward({1, 28, 28}), Contains("[2, 3, 12, 20]") && Contains("[2, 1, 28, 28]"));
  CHECK_THROWS_WITH(forward({3, 20, 12}), Contains("[2, 3, 12, 20]") && Contains("[2, 3, 20, 12]"));
}
