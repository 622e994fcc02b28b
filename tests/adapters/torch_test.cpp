// The libtorch adapter against differences, and against the same formulas written in libtorch and differentiated there.
#include "crisp/adapters/torch.hpp"

#include <torch/torch.h>

#include <cmath>
#include <crisp/crisp.hpp>
#include <string>
#include <thread>
#include <vector>

#include "support/catch.hpp"
#include "versus/torch_losses.hpp"

namespace {

using crisp::Index;
using crisp::adapters::TorchLoss;
using torch::Tensor;

/// Formulas in libtorch make their windows and weights of the default type.
struct InDouble {
  InDouble() { torch::set_default_dtype(caffe2::TypeMeta::Make<double>()); }
  ~InDouble() { torch::set_default_dtype(caffe2::TypeMeta::Make<float>()); }
  InDouble(const InDouble&) = delete;
};

Tensor random_images(const std::vector<std::int64_t>& sizes, std::uint64_t seed,
                     torch::ScalarType type = torch::kFloat64) {
  auto generator = at::detail::createCPUGenerator(seed);
  return torch::rand(sizes, generator, torch::TensorOptions(type));
}

/// The largest difference of two tensors, as a share of the largest entry of the second.
double difference(const Tensor& a, const Tensor& b) {
  return ((a - b).abs().max() / b.abs().max()).item<double>();
}

struct Differentiated {
  Tensor value, prediction_gradient, target_gradient;
};

/// Of a scalar, times a factor.
template <typename Criterion>
Differentiated differentiate(Criterion&& criterion, const Tensor& prediction, const Tensor& target,
                             double factor = 1) {
  const Tensor x = prediction.detach().clone().set_requires_grad(true);
  const Tensor y = target.detach().clone().set_requires_grad(true);
  const Tensor value = criterion(x, y);
  (factor * value).backward();
  return {value.detach(), x.grad(), y.grad()};
}

/// Central differences of a scalar, of every pixel.
template <typename Criterion>
Tensor central_differences(Criterion&& criterion, const Tensor& images) {
  const double step = 1e-6;
  const Tensor point = images.clone();
  Tensor result = torch::empty_like(images);
  for (std::int64_t i = 0; i < point.numel(); ++i) {
    double& pixel = point.data_ptr<double>()[i];
    const double there = pixel;
    pixel = there + step;
    const double after = criterion(point).template item<double>();
    pixel = there - step;
    const double before = criterion(point).template item<double>();
    pixel = there;
    result.data_ptr<double>()[i] = (after - before) / (2 * step);
  }
  return result;
}

template <typename Loss>
void check_gradients(const Loss& loss) {
  TorchLoss criterion{loss};
  const Tensor x = random_images({2, 1, 13, 17}, 1);
  const Tensor y = random_images({2, 1, 13, 17}, 2);
  const auto found = differentiate(criterion, x, y);
  CHECK(difference(found.prediction_gradient,
                   central_differences([&](const Tensor& p) { return criterion(p, y); }, x)) < 1e-5);
  CHECK(difference(found.target_gradient,
                   central_differences([&](const Tensor& p) { return criterion(x, p); }, y)) < 1e-5);
}

crisp::StftOptions small_frames() {
  crisp::StftOptions options;
  options.window = 8;
  options.stride = 3;
  options.phase_gate = 0.2;
  options.padding = crisp::Padding::reflect;
  return options;
}

}  // namespace

TEST_CASE("Gradients of crisp's losses in libtorch are their derivatives", "[torch][gradient]") {
  check_gradients(crisp::MseLoss<double>());
  check_gradients(crisp::CharbonnierLoss<double>());
  check_gradients(crisp::SsimLoss<double>());
  check_gradients(crisp::StftLoss<double>(small_frames()));
  check_gradients(crisp::WienerLoss<double>());
  check_gradients(0.1 * crisp::StftLoss<double>(small_frames()) + crisp::SsimLoss<double>());
  check_gradients(crisp::presets::crisp<double>());
}

TEST_CASE("Values and gradients are those of the same formulas written in libtorch", "[torch]") {
  const InDouble in_double;
  const crisp::Shape shape{3, 2, 28, 30};
  const Tensor x = random_images({3, 2, 28, 30}, 1);
  const Tensor y = random_images({3, 2, 28, 30}, 2);
  const auto compare = [&](const std::string& name, const auto& loss) {
    const auto formulas = crisp_benchmarks::torch_losses(name, shape);
    REQUIRE(!formulas.empty());
    TorchLoss criterion{loss};
    const auto ours = differentiate(criterion, x, y, 0.7);
    for (const auto& formula : formulas) {
      INFO(name << ", " << formula.formulation);
      const auto theirs = differentiate(formula.value, x, y, 0.7);
      CHECK(difference(ours.value, theirs.value) < 1e-12);
      CHECK(difference(ours.prediction_gradient, theirs.prediction_gradient) < 1e-8);
      if (name != "TV anisotropic") {
        CHECK(difference(ours.target_gradient, theirs.target_gradient) < 1e-8);
      }
    }
  };
  compare("L1", crisp::L1Loss<double>());
  compare("MSE", crisp::MseLoss<double>());
  compare("Huber", crisp::HuberLoss<double>());
  compare("SSIM", crisp::SsimLoss<double>());
  compare("STFT 16/4", crisp::StftLoss<double>());
  compare("DFT", crisp::DftLoss<double>());
  compare("focal frequency", crisp::FocalFrequencyLoss<double>());
}

TEMPLATE_TEST_CASE("A module gives what crisp gives, bit by bit", "[torch]", float, double) {
  using T = TestType;
  const auto type = c10::CppTypeToScalarType<T>::value;
  const Tensor x = random_images({5, 2, 20, 19}, 1, type);
  const Tensor y = random_images({5, 2, 20, 19}, 2, type);
  const auto loss = T(0.01) * crisp::StftLoss<T>() + crisp::SsimLoss<T>();
  TorchLoss criterion{loss};
  const auto found = differentiate(criterion, x, y);
  crisp::Images<T> gradient;
  const auto view = [](const Tensor& t) { return crisp::view(t.data_ptr<T>(), 5, 2, 20, 19); };
  CHECK(found.value.template item<T>() == crisp::value_and_gradient(loss, view(x), view(y), gradient));
  CHECK(found.prediction_gradient.equal(torch::from_blob(gradient.data(), {5, 2, 20, 19}, type)));
  {
    const torch::NoGradGuard no_gradient;
    CHECK(criterion(x, y).equal(found.value));
  }
}

TEST_CASE("Strided tensors are read where they lie", "[torch]") {
  const Tensor wide = random_images({3, 20, 40, 2}, 1);
  const Tensor x = wide.permute({0, 3, 1, 2}).slice(3, 1, 40, 2);  // [3, 2, 20, 20]
  const Tensor y = random_images({1, 1, 20, 20}, 2).expand({3, 2, 20, 20});
  REQUIRE_FALSE(x.is_contiguous());
  TorchLoss criterion{crisp::SsimLoss<double>()};
  const auto strided = differentiate(criterion, x, y);
  const auto contiguous = differentiate(criterion, x.contiguous(), y.contiguous());
  CHECK(strided.value.equal(contiguous.value));
  CHECK(strided.prediction_gradient.equal(contiguous.prediction_gradient));

  // The gradient reaches what the strided tensor was made from.
  const Tensor leaf = wide.clone().set_requires_grad(true);
  criterion(leaf.permute({0, 3, 1, 2}).slice(3, 1, 40, 2), y).backward();
  CHECK(leaf.grad().permute({0, 3, 1, 2}).slice(3, 1, 40, 2).equal(contiguous.prediction_gradient));
  CHECK(leaf.grad().permute({0, 3, 1, 2}).slice(3, 0, 40, 2).abs().max().item<double>() == 0);
}

TEST_CASE("A view of the negative is read with its sign", "[torch]") {
  const Tensor x = random_images({1, 2, 12, 12}, 1);
  const Tensor y = random_images({1, 2, 12, 12}, 2);
  const Tensor weights = random_images({1, 2, 12, 12}, 3);
  TorchLoss criterion{crisp::MseLoss<double>()};
  const auto negative = [](const Tensor& tensor) { return torch::_neg_view(-tensor); };
  REQUIRE(negative(x).is_neg());
  CHECK(criterion(negative(x), y).equal(criterion(x, y)));
  CHECK(criterion(x, negative(y)).equal(criterion(x, y)));
  CHECK(criterion(x, y, negative(weights)).equal(criterion(x, y, weights)));
}

TEST_CASE("Reductions are libtorch's, of one value an image", "[torch]") {
  const Tensor x = random_images({4, 3, 16, 16}, 1);
  const Tensor y = random_images({4, 3, 16, 16}, 2);
  TorchLoss mean{crisp::MseLoss<double>()};
  TorchLoss none{crisp::MseLoss<double>(), torch::kNone};
  TorchLoss sum{crisp::MseLoss<double>(), torch::kSum};
  CHECK(difference(none(x, y), (x - y).square().mean({1, 2, 3})) < 1e-14);
  CHECK(difference(sum(x, y), none(x, y).sum()) < 1e-14);
  CHECK(difference(mean(x, y), none(x, y).mean()) < 1e-14);

  const Tensor factors = torch::tensor({0.5, -1.0, 0.0, 3.0}, torch::kFloat64);
  const Tensor leaf = x.clone().set_requires_grad(true);
  (factors * none(leaf, y)).sum().backward();
  CHECK(difference(leaf.grad(), 2 * (x - y) / (3 * 16 * 16) * factors.view({4, 1, 1, 1})) < 1e-14);
  const auto summed = differentiate(sum, x, y);
  CHECK(difference(summed.prediction_gradient, 2 * (x - y) / (3 * 16 * 16)) < 1e-14);
  CHECK(difference(summed.target_gradient, 2 * (y - x) / (3 * 16 * 16)) < 1e-14);
  CHECK_THROWS_WITH(TorchLoss(crisp::FocalFrequencyLoss<double>(), torch::kNone), Catch::Contains("kNone"));
}

TEST_CASE("Weights are crisp's", "[torch]") {
  const Tensor x = random_images({2, 2, 16, 16}, 1);
  const Tensor y = random_images({2, 2, 16, 16}, 2);
  const Tensor mask = random_images({2, 1, 16, 16}, 3);
  TorchLoss criterion{crisp::MseLoss<double>()};
  const Tensor leaf = x.clone().set_requires_grad(true);
  const Tensor value = criterion(leaf, y, mask);
  value.backward();
  const Tensor expected = (mask * (x - y).square()).sum({2, 3}) / mask.sum({2, 3});
  CHECK(difference(value.detach(), expected.mean()) < 1e-14);
  CHECK(difference(leaf.grad(), 2 * mask * (x - y) / mask.sum({2, 3}, true) / 4) < 1e-13);
  TorchLoss variation{crisp::TotalVariationLoss<double>()};
  CHECK_THROWS_AS(criterion(x, y, random_images({2, 1, 8, 8}, 3)), crisp::ShapeError);
}

TEST_CASE("What a loss cannot take is an error that says what it got", "[torch][errors]") {
  const Tensor images = random_images({2, 1, 16, 16}, 1);
  TorchLoss criterion{crisp::SsimLoss<double>()};
  CHECK_THROWS_WITH(criterion(images.to(torch::kFloat32), images),
                    Catch::Contains("prediction") && Catch::Contains("Double") && Catch::Contains("Float"));
  CHECK_THROWS_WITH(criterion(images, images[0]),
                    Catch::Contains("target") && Catch::Contains("[1, 16, 16]"));
  CHECK_THROWS_WITH(criterion(images, random_images({2, 1, 16, 15}, 1)), Catch::Contains("[2, 1, 16, 15]"));
  CHECK_THROWS_WITH(criterion(images, Tensor()), Catch::Contains("undefined"));
  CHECK_THROWS_AS(criterion(images.to(torch::kMeta), images), crisp::OptionError);
}

TEST_CASE("A gradient that would be differentiated again is an error, not a wrong number",
          "[torch][errors]") {
  TorchLoss criterion{crisp::MseLoss<double>()};
  const Tensor x = random_images({1, 1, 4, 4}, 1).set_requires_grad(true);
  const Tensor value = criterion(x, random_images({1, 1, 4, 4}, 2));
  CHECK_THROWS_WITH(torch::autograd::grad({value}, {x}, {}, c10::nullopt, true),
                    Catch::Contains("cannot be differentiated again"));
}

TEST_CASE("Threads change no bit, whether they are libtorch's or share a module", "[torch]") {
  const Tensor x = random_images({16, 1, 24, 24}, 1);
  const Tensor y = random_images({16, 1, 24, 24}, 2);
  TorchLoss criterion{crisp::StftLoss<double>()};
  const int before = torch::get_num_threads();
  torch::set_num_threads(1);
  const auto alone = differentiate(criterion, x, y);
  torch::set_num_threads(3);
  const auto three = differentiate(criterion, x, y);
  torch::set_num_threads(before);
  CHECK(three.value.equal(alone.value));
  CHECK(three.prediction_gradient.equal(alone.prediction_gradient));

  std::vector<Differentiated> found(4);
  std::vector<std::thread> callers;
  for (Differentiated& result : found) {
    callers.emplace_back([&] { result = differentiate(criterion, x, y); });
  }
  for (std::thread& caller : callers) caller.join();
  for (const Differentiated& result : found) CHECK(result.target_gradient.equal(alone.target_gradient));
}

TEST_CASE("Modules can be cloned, printed, and held by others", "[torch]") {
  struct Model : torch::nn::Module {
    Model() { register_module("criterion", criterion); }
    TorchLoss<crisp::SsimLoss<float>> criterion{crisp::SsimLoss<float>()};
  };
  const Model model;
  std::ostringstream text;
  text << *model.criterion;
  CHECK(text.str() == "crisp::SsimLoss");
  const auto clone = std::dynamic_pointer_cast<crisp::adapters::TorchLossImpl<crisp::SsimLoss<float>>>(
      model.criterion->clone());
  REQUIRE(clone);
  const Tensor images = random_images({1, 1, 16, 16}, 1, torch::kFloat32);
  CHECK(clone->forward(images, images).item<float>() == Approx(0).margin(1e-6));
}

TEST_CASE("Descending a loss of crisp restores an image", "[torch]") {
  const Tensor target = random_images({1, 1, 16, 16}, 1, torch::kFloat32);
  const Tensor image = torch::full({1, 1, 16, 16}, 0.5F).set_requires_grad(true);
  TorchLoss criterion{crisp::presets::crisp<float>()};
  torch::optim::Adam adam({image}, torch::optim::AdamOptions(0.02));
  const float before = criterion(image, target).item<float>();
  for (int step = 0; step < 200; ++step) {
    adam.zero_grad();
    criterion(image, target).backward();
    adam.step();
  }
  CHECK(criterion(image, target).item<float>() < before / 20);
}
