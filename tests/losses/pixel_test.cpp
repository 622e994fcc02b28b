#include <cmath>
#include <crisp/crisp.hpp>
#include <limits>

#include "support/catch.hpp"
#include "support/random_images.hpp"

using Catch::Approx;
using crisp::Images;
using crisp::Shape;

namespace {

template <typename Loss>
void check_derivative(const Loss& loss) {
  for (const Shape& shape : {Shape{1, 1, 7, 5}, Shape{2, 3, 3, 11}, Shape{1, 1, 1, 1}, Shape{1, 2, 13, 1}}) {
    CAPTURE(shape);
    const auto report =
        crisp::check_gradient(loss, random_images<double>(shape, 1, -2, 2), random_images<double>(shape, 2));
    INFO(report);
    CHECK(report.passed());
  }
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
}

TEST_CASE("Float pixel losses agree with double as their docstrings say", "[pixel]") {
  check_float(crisp::L1Loss<float>(), crisp::L1Loss<double>());
  check_float(crisp::MseLoss<float>(), crisp::MseLoss<double>());
  check_float(crisp::BceWithLogitsLoss<float>(), crisp::BceWithLogitsLoss<double>());
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
  // All four predictions are right beyond doubt.
  CHECK(crisp::value_and_gradient(crisp::BceWithLogitsLoss<T>(), prediction, target, gradient) == 0);
  CHECK(largest_entry(gradient) == 0);
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
