// The dense layer and what happens between the layers, against central differences.
#include "differences.hpp"
#include "network/activation.hpp"
#include "network/dense.hpp"

using vae_mnist::Index;

TEST_CASE("a dense layer's gradients are those of central differences") {
  constexpr Index batch = 2;
  constexpr Index inputs = 5;
  constexpr Index outputs = 3;
  vae_mnist::Dense<double> layer(inputs, outputs);
  Numbers input = random_numbers(batch * inputs, 1);
  Numbers weight = random_numbers(outputs * inputs, 2);
  Numbers bias = random_numbers(outputs, 3);
  const Numbers output_gradient = random_numbers(batch * outputs, 4);
  Numbers output(batch * outputs);
  const auto loss = [&] {
    layer.load(weight.data(), bias.data());
    layer.forward({input.data(), batch, inputs}, {output.data(), batch, outputs});
    return (output_gradient * output).sum();
  };
  loss();
  double first = bias[1];
  for (Index i = 0; i < inputs; ++i) first += weight[inputs + i] * input[i];
  CHECK(output[1] == Approx(first));

  auto sums = layer.make_gradient();
  Numbers input_gradient(input.size());
  layer.backward({input.data(), batch, inputs}, {output_gradient.data(), batch, outputs},
                 {input_gradient.data(), batch, inputs}, sums);
  Numbers weight_gradient(weight.size());
  Numbers bias_gradient(bias.size());
  layer.store_gradient(sums, weight_gradient.data(), bias_gradient.data());
  require_gradient("input", input, input_gradient, loss);
  require_gradient("weight", weight, weight_gradient, loss);
  require_gradient("bias", bias, bias_gradient, loss);
}

TEST_CASE("activations and their gradients") {
  Numbers x = random_numbers(37, 5);
  const Numbers output_gradient = random_numbers(37, 6);
  Numbers output;
  SECTION("ReLU") {
    const auto loss = [&] {
      output = x;
      vae_mnist::relu(output.data(), output.size());
      return (output_gradient * output).sum();
    };
    loss();
    CHECK((output == x.max(0.0)).all());
    Numbers gradient = output_gradient;
    vae_mnist::relu_backward(output.data(), gradient.data(), gradient.size());
    require_gradient("ReLU", x, gradient, loss);
  }
  SECTION("sigmoid") {
    const auto loss = [&] {
      output = x;
      vae_mnist::sigmoid(output.data(), output.size());
      return (output_gradient * output).sum();
    };
    loss();
    CHECK(output[0] == Approx(1 / (1 + std::exp(-x[0]))));
    Numbers gradient(x.size());
    vae_mnist::sigmoid_backward(output.data(), output_gradient.data(), gradient.data(), gradient.size());
    require_gradient("sigmoid", x, gradient, loss);
  }
}

TEST_CASE("special values pass the activations") {
  constexpr float infinity = std::numeric_limits<float>::infinity();
  constexpr float nan = std::numeric_limits<float>::quiet_NaN();
  float x[] = {nan, infinity, -infinity, -0.0F};
  vae_mnist::relu(x, 4);
  CHECK(std::isnan(x[0]));
  CHECK(x[1] == infinity);
  CHECK(x[2] == 0);
  CHECK(x[3] == 0);
  // Long enough for the widest packets and a rest.
  std::vector<float> y;
  for (int i = 0; i < 9; ++i) y.insert(y.end(), {infinity, -infinity, 200, -200});
  vae_mnist::sigmoid(y.data(), static_cast<vae_mnist::Index>(y.size()));
  const float one = EIGEN_VERSION_AT_LEAST(5, 0, 0) ? std::nextafter(1.F, 0.F) : 1.F;
  for (std::size_t i = 0; i < y.size(); i += 4) {
    CHECK(y[i] == one);
    CHECK(y[i + 1] == 0);
    CHECK(y[i + 2] == one);
    CHECK(y[i + 3] == Approx(0).margin(1e-30));
  }
}

TEST_CASE("pixels and planes are transposed of each other") {
  const vae_mnist::ImageShape shape{2, 1, 3};
  const std::vector<double> pixels = {1, 10, 2, 20, 3, 30, 4, 40, 5, 50, 6, 60};  // two images
  std::vector<double> planes(12);
  std::vector<double> back(12);
  vae_mnist::to_planes(2, shape, pixels.data(), planes.data());
  CHECK(planes == std::vector<double>{1, 2, 3, 10, 20, 30, 4, 5, 6, 40, 50, 60});
  vae_mnist::to_pixels(2, shape, planes.data(), back.data());
  CHECK(back == pixels);

  INFO("with one channel or one pixel they are the same");
  for (const vae_mnist::ImageShape same : {vae_mnist::ImageShape{1, 2, 3}, vae_mnist::ImageShape{6, 1, 1}}) {
    vae_mnist::to_planes(2, same, pixels.data(), planes.data());
    CHECK(planes == pixels);
    vae_mnist::to_pixels(2, same, pixels.data(), back.data());
    CHECK(back == pixels);
  }
}
