// Convolution and transposed convolution against direct loops, each other, and central differences.
#include "network/convolution.hpp"

#include "differences.hpp"

using vae_mnist::Convolution;
using vae_mnist::ImageShape;
using vae_mnist::Index;
using vae_mnist::TransposedConvolution;

namespace {

/// What both direct loops do: visit(wide position, narrow position, weight position) for every product.
template <typename Visit>
void for_each_product(const ImageShape& wide, const ImageShape& narrow, Index kernel, Index stride,
                      Index crop, const Visit& visit) {
  for (Index o = 0; o < narrow.channels; ++o) {
    for (Index i = 0; i < wide.channels; ++i) {
      for (Index y = 0; y < narrow.height; ++y) {
        for (Index x = 0; x < narrow.width; ++x) {
          for (Index ky = 0; ky < kernel; ++ky) {
            for (Index kx = 0; kx < kernel; ++kx) {
              const Index wide_y = y * stride + ky - crop;
              const Index wide_x = x * stride + kx - crop;
              if (wide_y < 0 || wide_y >= wide.height || wide_x < 0 || wide_x >= wide.width) continue;
              visit((wide_y * wide.width + wide_x) * wide.channels + i,
                    (y * narrow.width + x) * narrow.channels + o,
                    ((o * wide.channels + i) * kernel + ky) * kernel + kx);
            }
          }
        }
      }
    }
  }
}

Numbers with_bias(const ImageShape& shape, const Numbers& bias) { return bias.replicate(shape.pixels(), 1); }

struct Case {
  ImageShape input;
  Index output_channels;
  Index kernel;
  Index stride;
  Index crop_first = 0;
  Index crop_last = 0;
};

/// A layer with random parameters, input and output gradient, run forwards and backwards.
template <typename Layer>
struct Trial {
  explicit Trial(Layer layer_)
      : layer(std::move(layer_)),
        input(random_numbers(layer.input().size(), 1)),
        weight(random_numbers(weight_size(), 2)),
        bias(random_numbers(layer.output().channels, 3)),
        output_gradient(random_numbers(layer.output().size(), 4)),
        output(layer.output().size()),
        input_gradient(Numbers::Constant(input.size(), 99)) {}

  Index weight_size() const {
    const auto shape = layer.weight_shape();
    return shape[0] * shape[1] * shape[2] * shape[3];
  }

  double loss() {
    layer.load(weight.data(), bias.data());
    layer.forward(1, input.data(), output.data(), workspace);
    return (output_gradient * output).sum();
  }

  void check_gradients() {
    loss();
    auto sums = layer.make_gradient();
    layer.backward(1, input.data(), output_gradient.data(), input_gradient.data(), sums, workspace);
    Numbers weight_gradient(weight.size());
    Numbers bias_gradient(bias.size());
    layer.store_gradient(sums, weight_gradient.data(), bias_gradient.data());
    require_gradient("input", input, input_gradient, [&] { return loss(); });
    require_gradient("weight", weight, weight_gradient, [&] { return loss(); });
    require_gradient("bias", bias, bias_gradient, [&] { return loss(); });

    INFO("a second image adds to the sums");
    layer.backward(1, input.data(), output_gradient.data(), input_gradient.data(), sums, workspace);
    Numbers twice(weight.size());
    layer.store_gradient(sums, twice.data(), bias_gradient.data());
    CHECK(twice.isApprox(2 * weight_gradient));
  }

  Layer layer;
  vae_mnist::ConvolutionWorkspace<double> workspace;
  Numbers input;
  Numbers weight;
  Numbers bias;
  Numbers output_gradient;
  Numbers output;
  Numbers input_gradient;
};

/// Odd sizes, sizes that the stride does not divide, more channels than a panel is wide, and the network's
/// own.
const Case convolution_cases[] = {{{3, 7, 5}, 2, 3, 2}, {{1, 6, 9}, 4, 3, 2}, {{2, 5, 8}, 3, 2, 3},
                                  {{3, 4, 4}, 1, 1, 1}, {{3, 3, 6}, 5, 3, 1}, {{19, 5, 5}, 11, 3, 2},
                                  {{2, 3, 3}, 3, 3, 2}, {{3, 9, 7}, 2, 3, 2}, {{16, 5, 7}, 16, 3, 2}};
const Case transposed_cases[] = {
    {{3, 7, 5}, 2, 3, 2, 0, 1},   {{2, 4, 3}, 1, 3, 1, 1, 1}, {{2, 3, 4}, 3, 3, 2, 0, 0},
    {{1, 3, 2}, 4, 2, 3, 1, 0},   {{3, 4, 4}, 2, 4, 2, 2, 1}, {{11, 3, 3}, 19, 3, 2, 0, 1},
    {{16, 3, 4}, 16, 3, 2, 0, 1}, {{3, 5, 4}, 2, 3, 2, 1, 1}, {{4, 1, 2}, 16, 3, 2, 1, 0}};

Trial<Convolution<double>> trial_of_convolution(const Case& c) {
  return Trial<Convolution<double>>({c.input, c.output_channels, c.kernel, c.stride});
}
Trial<TransposedConvolution<double>> trial_of_transposed(const Case& c) {
  return Trial<TransposedConvolution<double>>(
      {c.input, c.output_channels, c.kernel, c.stride, c.crop_first, c.crop_last});
}

/// More images at once than one block of products holds.
template <typename Layer>
void check_many_images(Trial<Layer> trial) {
  constexpr Index images = 70;
  auto& layer = trial.layer;
  layer.load(trial.weight.data(), trial.bias.data());
  const Index in = layer.input().size();
  const Index out = layer.output().size();
  const Numbers input = random_numbers(images * in, 5);
  const Numbers output_gradient = random_numbers(images * out, 6);
  Numbers output(images * out);
  Numbers input_gradient(images * in);
  auto sums = layer.make_gradient();
  layer.forward(images, input.data(), output.data(), trial.workspace);
  layer.backward(images, input.data(), output_gradient.data(), input_gradient.data(), sums, trial.workspace);

  auto single_sums = layer.make_gradient();
  for (Index i = 0; i < images; ++i) {
    CAPTURE(i);
    layer.forward(1, &input[i * in], trial.output.data(), trial.workspace);
    layer.backward(1, &input[i * in], &output_gradient[i * out], trial.input_gradient.data(), single_sums,
                   trial.workspace);
    CHECK((output.segment(i * out, out) == trial.output).all());
    CHECK((input_gradient.segment(i * in, in) == trial.input_gradient).all());
  }
  Numbers weight_gradient(trial.weight.size());
  Numbers single_weight_gradient(trial.weight.size());
  Numbers bias_gradient(trial.bias.size());
  Numbers single_bias_gradient(trial.bias.size());
  layer.store_gradient(sums, weight_gradient.data(), bias_gradient.data());
  layer.store_gradient(single_sums, single_weight_gradient.data(), single_bias_gradient.data());
  CHECK(weight_gradient.isApprox(single_weight_gradient, 1e-13));
  CHECK(bias_gradient.isApprox(single_bias_gradient, 1e-13));
}

}  // namespace

TEST_CASE("a convolution equals the direct loop") {
  for (const Case& c : convolution_cases) {
    CAPTURE(c.input.channels, c.input.height, c.input.width, c.output_channels, c.kernel, c.stride);
    auto trial = trial_of_convolution(c);
    trial.loss();
    Numbers expected = with_bias(trial.layer.output(), trial.bias);
    for_each_product(trial.layer.input(), trial.layer.output(), c.kernel, c.stride, 0,
                     [&](Index wide, Index narrow, Index weight) {
                       expected[narrow] += trial.input[wide] * trial.weight[weight];
                     });
    CHECK(trial.output.isApprox(expected, 1e-14));
  }
}

TEST_CASE("a transposed convolution equals the direct loop") {
  for (const Case& c : transposed_cases) {
    CAPTURE(c.input.channels, c.input.height, c.input.width, c.output_channels, c.kernel, c.stride);
    auto trial = trial_of_transposed(c);
    CHECK(trial.layer.output().height ==
          c.stride * (c.input.height - 1) + c.kernel - c.crop_first - c.crop_last);
    trial.loss();
    Numbers expected = with_bias(trial.layer.output(), trial.bias);
    for_each_product(trial.layer.output(), trial.layer.input(), c.kernel, c.stride, c.crop_first,
                     [&](Index wide, Index narrow, Index weight) {
                       expected[wide] += trial.input[narrow] * trial.weight[weight];
                     });
    CHECK(trial.output.isApprox(expected, 1e-14));
  }
}

TEST_CASE("convolution and transposed convolution with the same weights are adjoint") {
  // 7x5 is what 3x2 windows of stride 2 cover exactly: nothing to crop.
  auto down = trial_of_convolution({{3, 7, 5}, 4, 3, 2});
  auto up = trial_of_transposed({{4, 3, 2}, 3, 3, 2, 0, 0});
  up.weight = down.weight;
  down.bias.setZero();
  up.bias.setZero();
  down.loss();
  up.loss();
  CHECK((down.output * up.input).sum() == Approx((down.input * up.output).sum()).epsilon(1e-13));
}

TEST_CASE("a convolution's gradients are those of central differences") {
  for (const Case& c : convolution_cases) {
    CAPTURE(c.input.channels, c.input.height, c.input.width, c.output_channels, c.kernel, c.stride);
    trial_of_convolution(c).check_gradients();
  }
}

TEST_CASE("a transposed convolution's gradients are those of central differences") {
  for (const Case& c : transposed_cases) {
    CAPTURE(c.input.channels, c.input.height, c.input.width, c.output_channels, c.kernel, c.stride);
    trial_of_transposed(c).check_gradients();
  }
}

TEST_CASE("the first layer's input gradient can be left out") {
  auto trial = trial_of_convolution(convolution_cases[0]);
  trial.loss();
  auto with = trial.layer.make_gradient();
  auto without = trial.layer.make_gradient();
  trial.layer.backward(1, trial.input.data(), trial.output_gradient.data(), trial.input_gradient.data(), with,
                       trial.workspace);
  trial.layer.backward(1, trial.input.data(), trial.output_gradient.data(), nullptr, without,
                       trial.workspace);
  REQUIRE(with.weight.size() == without.weight.size());
  for (std::size_t g = 0; g < with.weight.size(); ++g) {
    CHECK((with.weight[g].array() == without.weight[g].array()).all());
  }
  CHECK(with.bias == without.bias);
}

TEST_CASE("an image among many gives what it gives alone") {
  for (const Case& c : convolution_cases) {
    CAPTURE(c.input.channels, c.input.height, c.input.width, c.output_channels, c.kernel, c.stride);
    check_many_images(trial_of_convolution(c));
  }
  for (const Case& c : transposed_cases) {
    CAPTURE(c.input.channels, c.input.height, c.input.width, c.output_channels, c.kernel, c.stride);
    check_many_images(trial_of_transposed(c));
  }
}

TEST_CASE("fewer products than taps where two positions share them") {
  const auto products = [](const vae_mnist::Windows& windows) {
    Index count = 0;
    for (const auto& group : vae_mnist::product_groups(windows)) {
      count += static_cast<Index>(group.wide.size()) * group.wide_tiles.count();
    }
    return count;
  };
  CHECK(products(vae_mnist::convolution_windows({2, 9, 9}, 1, 3, 2)) == 4 * 25);     // of 16 * 9
  CHECK(products(vae_mnist::convolution_windows({2, 7, 7}, 1, 3, 2)) == 8 * 8);      // of 9 * 9
  CHECK(products(vae_mnist::convolution_windows({1, 9, 9}, 1, 3, 2)) == 16 * 9);     // too few channels
  CHECK(products(vae_mnist::convolution_windows({2, 9, 9}, 1, 3, 1)) == 7 * 7 * 9);  // another stride
}
