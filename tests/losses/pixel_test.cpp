#include <cmath>
#include <crisp/crisp.hpp>
#include <limits>

#include "support/catch.hpp"
#include "support/derivatives.hpp"
#include "support/random_images.hpp"

using crisp::Images;
using crisp::Index;
using crisp::Shape;

namespace {

template <typename Loss>
void check_derivative(const Loss& loss) {
  unsigned seed = 0;
  for (const Shape& shape : {Shape{1, 1, 7, 5}, Shape{2, 3, 3, 11}, Shape{1, 1, 1, 2}, Shape{1, 2, 13, 1}}) {
    CAPTURE(shape);
    const bool every_channel = ++seed % 2 == 0;
    check_derivatives(
        loss, random_images<double>(shape, seed, -2, 2), random_images<double>(shape, seed + 100),
        random_images<double>({shape.batch, every_channel ? shape.channels : 1, shape.height, shape.width},
                              seed + 200, 0.1, 2));
  }
  check_derivatives(loss, {2, 3, 7, 5}, 11);  // with weights of 0
}

template <typename LossOfFloat, typename LossOfDouble>
void check_float(const LossOfFloat& float_loss, const LossOfDouble& loss) {
  const Images<float> prediction = random_images<float>({2, 1, 300, 301}, 1, -2, 2);
  const Images<float> target = random_images<float>({2, 1, 300, 301}, 2);
  Images<float> float_gradient;
  Images<double> gradient;
  const double float_value =
      static_cast<double>(crisp::value_and_gradient(float_loss, prediction, target, float_gradient));
  const Images<double> wide_prediction = prediction.cast<double>();
  const Images<double> wide_target = target.cast<double>();
  const double value = crisp::value_and_gradient(loss, wide_prediction, wide_target, gradient);
  CHECK(std::abs(float_value - value) <= 1e-6 * std::abs(value));
  const Images<double> wide_gradient = float_gradient.cast<double>();
  CHECK(largest_difference(wide_gradient, gradient) <= 1e-6 * largest_entry(gradient));
}

}  // namespace

TEST_CASE("Pixel losses' gradients are their derivatives", "[pixel][gradient]") {
  check_derivative(crisp::L1Loss<double>());
  check_derivative(crisp::MseLoss<double>());
  check_derivative(crisp::BceWithLogitsLoss<double>());
  for (const double delta : {0.1, 1.}) check_derivative(crisp::HuberLoss<double>({delta}));
  for (const double epsilon : {1e-3, 0.5}) check_derivative(crisp::CharbonnierLoss<double>({epsilon}));
}

TEST_CASE("Pixel losses are their formulas", "[pixel]") {
  const Shape shape{2, 1, 5, 7};
  const auto prediction = random_images<double>(shape, 1, -2, 2);
  const auto target = random_images<double>(shape, 2);
  const auto check = [&](const auto& loss, const auto& formula) {
    double sum = 0;
    for (Index i = 0; i < prediction.size(); ++i) sum += formula(prediction.data()[i], target.data()[i]);
    CHECK(crisp::value(loss, prediction, target) ==
          Approx(sum / static_cast<double>(prediction.size())).epsilon(1e-12));
  };
  check(crisp::L1Loss<double>(), [](double x, double y) { return std::abs(x - y); });
  check(crisp::MseLoss<double>(), [](double x, double y) { return std::pow(x - y, 2); });
  check(crisp::HuberLoss<double>({0.7}), [](double x, double y) {
    const double r = std::abs(x - y);
    return r <= 0.7 ? r * r / 2 : 0.7 * (r - 0.35);
  });
  check(crisp::CharbonnierLoss<double>({0.3}), [](double x, double y) { return std::hypot(x - y, 0.3); });
  check(crisp::BceWithLogitsLoss<double>(), [](double x, double y) {
    const double sigma = 1 / (1 + std::exp(-x));
    return -y * std::log(sigma) - (1 - y) * std::log(1 - sigma);
  });
}

TEST_CASE("Total variation's gradient is its derivative, and that of the target is 0", "[pixel][gradient]") {
  for (const auto norm :
       {crisp::VariationNorm::anisotropic, crisp::VariationNorm::isotropic, crisp::VariationNorm::squared}) {
    const crisp::TotalVariationLoss<double> loss({norm});
    for (const Shape& shape :
         {Shape{1, 1, 7, 5}, Shape{2, 3, 4, 11}, Shape{1, 1, 1, 6}, Shape{1, 2, 13, 1}}) {
      CAPTURE(shape);
      const auto prediction = random_images<double>(shape, 1);
      const auto target = random_images<double>(shape, 2);
      const auto weights = random_weights<double>(shape, 3, true);
      for (const auto& report : {crisp::check_gradient(loss, prediction, target),
                                 crisp::check_gradient(loss, prediction, crisp::weighted(target, weights))}) {
        INFO(report);
        CHECK(report.passed());
      }
      Images<double> gradient, target_gradient;
      CHECK(crisp::value_and_gradients(loss, prediction, target, gradient, target_gradient) ==
            crisp::value(loss, prediction, prediction));
      CHECK(largest_entry(target_gradient) == 0);
    }
  }
}

TEST_CASE("Total variation is its formula, and unmoved by the scale of weights", "[pixel]") {
  const Shape shape{1, 1, 6, 7};
  const auto image = random_images<double>(shape, 1);
  const auto at = [&](Index y, Index x) { return image(0, 0, y, x); };
  double anisotropic = 0, isotropic = 0, squared = 0;
  for (Index y = 0; y < 6; ++y) {
    for (Index x = 0; x < 7; ++x) {
      const double dy = y < 5 ? at(y + 1, x) - at(y, x) : 0;
      const double dx = x < 6 ? at(y, x + 1) - at(y, x) : 0;
      anisotropic += (std::abs(dy) + std::abs(dx)) / 42;
      isotropic += std::hypot(dy, dx) / 42;
      squared += (dy * dy + dx * dx) / 42;
    }
  }
  const auto third = constant_images<double>(shape, 1. / 3);
  const auto check = [&](crisp::VariationNorm norm, double expected) {
    const crisp::TotalVariationLoss<double> loss({norm});
    CHECK(crisp::value(loss, image, third) == Approx(expected).epsilon(1e-13));
    CHECK(crisp::value(loss, image, crisp::weighted(third, third)) == Approx(expected).epsilon(1e-13));
    CHECK(crisp::value(loss, third, image) == 0);
  };
  check(crisp::VariationNorm::anisotropic, anisotropic);
  check(crisp::VariationNorm::isotropic, isotropic);
  check(crisp::VariationNorm::squared, squared);
  Images<double> gradient;
  CHECK(crisp::value_and_gradient(crisp::TotalVariationLoss<double>({crisp::VariationNorm::isotropic}), third,
                                  image, gradient) == 0);
  CHECK(largest_entry(gradient) == 0);
}

TEST_CASE("Huber and Charbonnier refuse options out of range, quoting them", "[pixel][errors]") {
  for (const double bad : {0., -0.5, std::nan(""), std::numeric_limits<double>::infinity()}) {
    CHECK_THROWS_AS(crisp::HuberLoss<float>({bad}), crisp::OptionError);
    CHECK_THROWS_AS(crisp::CharbonnierLoss<float>({bad}), crisp::OptionError);
  }
  CHECK_THROWS_WITH(crisp::HuberLoss<float>({-0.5}), Catch::Contains("delta") && Catch::Contains("-0.5"));
  CHECK_THROWS_WITH(crisp::CharbonnierLoss<float>({-0.5}),
                    Catch::Contains("epsilon") && Catch::Contains("-0.5"));
  CHECK_THROWS_AS(crisp::CharbonnierLoss<float>({1e-30}),
                  crisp::OptionError);  // its square is no normal float
  CHECK_NOTHROW(crisp::CharbonnierLoss<double>({1e-30}));
}

TEST_CASE("Huber and Charbonnier keep NaN and infinity, and Huber its limits", "[pixel]") {
  const auto target = constant_images<float>({1, 1, 2, 2}, 0);
  auto prediction = target;
  for (const float bad : {std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity(),
                          -std::numeric_limits<float>::infinity()}) {
    prediction(0, 0, 1, 0) = bad;
    CHECK_FALSE(std::isfinite(crisp::value(crisp::HuberLoss<float>(), prediction, target)));
    CHECK_FALSE(std::isfinite(crisp::value(crisp::CharbonnierLoss<float>(), prediction, target)));
    CHECK_FALSE(std::isfinite(crisp::value(crisp::TotalVariationLoss<float>(), prediction, target)));
  }
  const auto a = random_images<double>({1, 1, 9, 9}, 1);
  const auto b = random_images<double>({1, 1, 9, 9}, 2);
  CHECK(crisp::value(crisp::HuberLoss<double>({5.}), a, b) ==
        Approx(crisp::value(crisp::MseLoss<double>(), a, b) / 2).epsilon(1e-14));
  CHECK(crisp::value(crisp::HuberLoss<double>({1e-9}), a, b) / 1e-9 ==
        Approx(crisp::value(crisp::L1Loss<double>(), a, b)).epsilon(1e-8));
}

TEST_CASE("Float pixel losses agree with double as their docstrings say", "[pixel]") {
  check_float(crisp::L1Loss<float>(), crisp::L1Loss<double>());
  check_float(crisp::MseLoss<float>(), crisp::MseLoss<double>());
  check_float(crisp::BceWithLogitsLoss<float>(), crisp::BceWithLogitsLoss<double>());
  check_float(crisp::HuberLoss<float>(), crisp::HuberLoss<double>());
  check_float(crisp::CharbonnierLoss<float>(), crisp::CharbonnierLoss<double>());
}

TEST_CASE("L1 takes 0 as its subgradient where prediction and target are equal", "[pixel]") {
  auto prediction = random_images<double>({1, 1, 4, 5}, 1);
  auto target = random_images<double>({1, 1, 4, 5}, 2);
  target(0, 0, 2, 3) = prediction(0, 0, 2, 3);
  Images<double> gradient;
  crisp::value_and_gradient(crisp::L1Loss<double>(), prediction, target, gradient);
  CHECK(gradient(0, 0, 2, 3) == 0);
  CHECK(std::abs(gradient(0, 0, 0, 0)) == Approx(0.05));
}

TEMPLATE_TEST_CASE("Cross entropy is finite for any logit", "[pixel]", float, double) {
  using T = TestType;
  Images<T> prediction(1, 1, 1, 4), target(1, 1, 1, 4), gradient;
  prediction.setValues(
      {{{{T(1e4), T(-1e4), std::numeric_limits<T>::max(), -std::numeric_limits<T>::max() / 4}}}});
  target.setValues({{{{T(1), T(0), T(1), T(0)}}}});
  // All four predictions are right beyond doubt; Eigen's vectorised exponential may leave a denormal number of that.
  constexpr T nothing = std::numeric_limits<T>::min();
  CHECK(crisp::value_and_gradient(crisp::BceWithLogitsLoss<T>(), prediction, target, gradient) < nothing);
  CHECK(largest_entry(gradient) < static_cast<double>(nothing));
  target.setValues({{{{T(0), T(1), T(1), T(0)}}}});
  CHECK(crisp::value_and_gradient(crisp::BceWithLogitsLoss<T>(), prediction, target, gradient) ==
        Approx(5000));
  CHECK(gradient(0, 0, 0, 0) == Approx(0.25));
  CHECK(gradient(0, 0, 0, 1) == Approx(-0.25));
}

TEST_CASE("The KL divergence and its gradients", "[gaussian_kl]") {
  using Latent = Eigen::Tensor<double, 2, Eigen::RowMajor>;
  Latent mean(3, 2), log_variance(3, 2), mean_gradient(3, 2), log_variance_gradient(3, 2);
  mean.setValues({{0.5, -1}, {0, 2}, {1e-9, 0}});
  log_variance.setValues({{0, 1}, {-3, 0.5}, {1e-9, 0}});
  double expected = 0;
  for (crisp::Index i = 0; i < 6; ++i) {
    const double mu = mean.data()[i];
    const double lv = log_variance.data()[i];
    expected += 0.5 * (mu * mu + std::exp(lv) - 1 - lv) / 3;
  }
  CHECK(crisp::gaussian_kl(mean, log_variance) == Approx(expected).epsilon(1e-14));
  CHECK(crisp::gaussian_kl(mean, log_variance, mean_gradient, log_variance_gradient) ==
        Approx(expected).epsilon(1e-14));

  const double h = 1e-6;
  for (crisp::Index i = 0; i < 6; ++i) {
    for (auto [tensor, gradient] :
         {std::pair(&mean, &mean_gradient), std::pair(&log_variance, &log_variance_gradient)}) {
      const double kept = tensor->data()[i];
      tensor->data()[i] = kept + h;
      const double above = crisp::gaussian_kl(mean, log_variance);
      tensor->data()[i] = kept - h;
      const double below = crisp::gaussian_kl(mean, log_variance);
      tensor->data()[i] = kept;
      CHECK(gradient->data()[i] == Approx((above - below) / (2 * h)).epsilon(1e-8).margin(1e-9));
    }
  }

  const Latent zero = mean * 0.0;
  CHECK(crisp::gaussian_kl(zero, zero) == 0);
  const Eigen::Tensor<float, 2, Eigen::RowMajor> float_mean = mean.cast<float>();
  const Eigen::Tensor<float, 2, Eigen::RowMajor> float_log_variance = log_variance.cast<float>();
  CHECK(crisp::gaussian_kl(float_mean, float_log_variance) == Approx(expected).epsilon(1e-6));
}

// e^x - 1 - x is about x²/2 there, sixteen digits below what it is the difference of.
TEST_CASE("The KL divergence keeps its digits where the log-variance is next to 0", "[gaussian_kl]") {
  Eigen::Tensor<double, 2, Eigen::RowMajor> mean(1, 1), log_variance(1, 1);
  mean.setZero();
  for (const double lv : {1e-8, -1e-7, 1e-4, -0.02, 0.3, 0.6}) {
    log_variance.setConstant(lv);
    const long double exact = lv;
    long double expected = 0;
    long double term = 1;
    for (int k = 1; k < 40; ++k) {
      term *= exact / k;
      if (k > 1) expected += term;
    }
    CHECK(crisp::gaussian_kl(mean, log_variance) == Approx(static_cast<double>(expected / 2)).epsilon(1e-14));
  }
}

TEST_CASE("The KL divergence refuses latents that do not match", "[gaussian_kl][errors]") {
  using Latent = Eigen::Tensor<float, 2, Eigen::RowMajor>;
  Latent mean(3, 2), log_variance(2, 3), gradient(3, 2), wrong(3, 1);
  mean.setZero();
  log_variance.setZero();
  gradient.setConstant(7);
  wrong.setConstant(7);
  CHECK_THROWS_WITH(crisp::gaussian_kl(mean, log_variance),
                    Catch::Contains("[3, 2]") && Catch::Contains("[2, 3]"));
  CHECK_THROWS_WITH(crisp::gaussian_kl(mean, mean, gradient, wrong), Catch::Contains("[3, 1]"));
  CHECK(gradient(0, 0) == 7);
  CHECK_THROWS_AS(crisp::gaussian_kl(Latent(0, 2), Latent(0, 2)), crisp::ShapeError);
}

TEST_CASE("Cross entropy is finite where a row's sum overflows float", "[pixel]") {
  const Shape shape{1, 1, 2, 64};
  const float large = std::numeric_limits<float>::max() / 2;
  const auto prediction = constant_images<float>(shape, large);
  CHECK(crisp::value(crisp::BceWithLogitsLoss<float>(), prediction, constant_images<float>(shape, 0)) ==
        large);
}

TEST_CASE("The KL divergence keeps to its contract on gradients and NaN", "[gaussian_kl]") {
  using Latent = Eigen::Tensor<float, 2, Eigen::RowMajor>;
  Latent mean(2, 2), log_variance(2, 2), empty, gradient(2, 2);
  mean.setConstant(1);
  log_variance.setConstant(0);
  crisp::gaussian_kl(mean, log_variance, empty, gradient);
  CHECK(empty(1, 1) == 0.5f);
  CHECK_THROWS_WITH(crisp::gaussian_kl(mean, log_variance, log_variance, gradient),
                    Catch::Contains("shares memory"));
  mean(1, 0) = std::nanf("");
  CHECK_FALSE(std::isfinite(crisp::gaussian_kl(mean, log_variance)));
  mean(1, 0) = std::numeric_limits<float>::infinity();
  CHECK_FALSE(std::isfinite(crisp::gaussian_kl(mean, log_variance)));
}

TEST_CASE("Pixels without a neighbour count as pixels: total variation of NaN is not finite", "[pixel]") {
  const auto one = constant_images<float>({1, 1, 1, 1}, std::nanf(""));
  CHECK_FALSE(std::isfinite(crisp::value(crisp::TotalVariationLoss<float>(), one, one)));
  CHECK_THROWS_AS(crisp::HuberLoss<float>({1e-46}), crisp::OptionError);
}

TEST_CASE("The KL divergence refuses gradients that are one, before it resizes them",
          "[gaussian_kl][errors]") {
  using Latent = Eigen::Tensor<float, 2, Eigen::RowMajor>;
  Latent mean(3, 2), empty, gradient(3, 2), wrong(3, 1);
  mean.setZero();
  gradient.setConstant(7);
  CHECK_THROWS_WITH(crisp::gaussian_kl(mean, mean, gradient, gradient), Catch::Contains("share memory"));
  CHECK_THROWS_WITH(crisp::gaussian_kl(mean, mean, empty, empty), Catch::Contains("share memory"));
  CHECK_THROWS_AS(crisp::gaussian_kl(mean, mean, empty, wrong), crisp::ShapeError);
  CHECK(empty.size() == 0);
  CHECK(gradient(0, 0) == 7);
}
