#include <crisp/crisp.hpp>
#include <vector>

#include "support/catch.hpp"
#include "support/derivatives.hpp"
#include "support/random_images.hpp"

using crisp::BatchGradient;
using crisp::BatchPair;
using crisp::Images;
using crisp::Index;
using crisp::Shape;

namespace {

const Shape shape{3, 2, 6, 7};

/// Half the squared distance of the batch's mean images, plane by plane: no image's value is its own.
struct MeanImageLoss : crisp::BatchLoss<double> {
  static constexpr const char* name = "MeanImageLoss";
  struct Workspace {
    std::vector<double> mean;
  };

  const MeanImageLoss& swapped() const { return *this; }
  void prepare(Workspace& workspace, const Shape& images, int /*slots*/) const {
    workspace.mean.resize(static_cast<std::size_t>(images.channels * images.plane_size()));
  }
  template <typename Executor>
  void batch(const BatchPair<double>& images, const BatchGradient<double>& gradient, Workspace& workspace,
             double* plane_values, const Executor& executor) const {
    const Shape& s = images.shape();
    const auto mean_of = [&](Index channel) {
      return Eigen::Map<Eigen::ArrayXXd>(workspace.mean.data() + channel * s.plane_size(), s.width, s.height)
          .transpose();
    };
    executor.for_each(s.channels, [&](Index channel, int /*slot*/) {
      auto mean = mean_of(channel);
      mean.setZero();
      for (Index image = 0; image < s.batch; ++image) {
        const auto pair = images.plane(image * s.channels + channel);
        mean += (pair.prediction - pair.target) / static_cast<double>(s.batch);
      }
    });
    executor.for_each(s.planes(), [&](Index plane, int /*slot*/) {
      const auto mean = mean_of(plane % s.channels);
      plane_values[plane] = 0.5 * mean.square().sum();
      const auto plane_gradient = gradient.plane(plane);
      if (plane_gradient) plane_gradient.add(mean);
    });
  }
};

}  // namespace

TEST_CASE("A breakdown gives each term's name, coefficient and value, from one evaluation", "[breakdown]") {
  const auto prediction = random_images<double>(shape, 1);
  const auto target = random_images<double>(shape, 2);
  const crisp::L1Loss<double> l1;
  const crisp::MseLoss<double> mse;
  const auto loss = 0.5 * crisp::named("edges", l1) + 3 * mse + l1;
  crisp::Workspace<decltype(loss)> workspace;
  CHECK_THROWS_AS(crisp::breakdown(loss, workspace), crisp::OptionError);
  Images<double> gradient;
  const double value = crisp::value_and_gradient(loss, prediction, target, gradient, workspace);
  const auto terms = crisp::breakdown(loss, workspace);
  REQUIRE(terms.size() == 3);
  CHECK(terms[0].name == "edges");
  CHECK(terms[1].name == "MseLoss");
  CHECK(terms[2].name == "L1Loss");
  CHECK(terms[0].coefficient == 0.5);
  CHECK(terms[1].coefficient == 3);
  CHECK(terms[0].value == crisp::value(l1, prediction, target));
  CHECK(terms[1].value == crisp::value(mse, prediction, target));
  double sum = 0;
  for (const crisp::Term& term : terms) sum += term.coefficient * term.value;
  CHECK(sum == Approx(value).epsilon(1e-14));

  const auto alone = crisp::breakdown(mse, prediction, target);
  REQUIRE(alone.size() == 1);
  CHECK(alone[0].name == "MseLoss");
  CHECK(alone[0].value == terms[1].value);
  const auto grouped = crisp::named("pixels", l1 + 2 * mse);
  CHECK(grouped.names() == std::array<std::string, 2>{"pixels.L1Loss", "pixels.MseLoss"});
  CHECK(crisp::named("half", 0.5 * l1).names()[0] == "half");
  CHECK(grouped.coefficients() == std::array<double, 2>{1, 2});
}

TEST_CASE("A batch loss meets the same contract as a plane loss", "[batch_loss]") {
  const auto prediction = random_images<double>(shape, 1);
  const auto target = random_images<double>(shape, 2);
  const MeanImageLoss loss;
  const auto report = crisp::check_gradient(loss, prediction, target);
  INFO(report);
  CHECK(report.passed());
  CHECK(crisp::check_target_gradient(loss, prediction, target).passed());
  Images<double> gradient;
  auto threaded = constant_images<double>(shape, 7);
  const double value = crisp::value_and_gradient(loss, prediction, target, gradient);
  CHECK(crisp::value_and_gradient(loss, prediction, target, threaded, crisp::Threads(3)) == value);
  CHECK(largest_difference(gradient, threaded) == 0);
  const auto values = crisp::values(loss, prediction, target);
  CHECK((values(0) + values(1) + values(2)) / 3 == Approx(value).epsilon(1e-14));
}

TEST_CASE("Sums mix plane and batch losses", "[compose][batch_loss]") {
  const auto prediction = random_images<double>(shape, 1);
  const auto target = random_images<double>(shape, 2);
  const MeanImageLoss batch;
  const crisp::L1Loss<double> l1;
  const auto loss = 0.5 * l1 + 2 * batch + crisp::MseLoss<double>();
  Images<double> l1_gradient, batch_gradient, mse_gradient;
  const double l1_value = crisp::value_and_gradient(l1, prediction, target, l1_gradient);
  const double batch_value = crisp::value_and_gradient(batch, prediction, target, batch_gradient);
  const double mse_value =
      crisp::value_and_gradient(crisp::MseLoss<double>(), prediction, target, mse_gradient);
  const Images<double> expected = 0.5 * l1_gradient + 2.0 * batch_gradient + mse_gradient;
  crisp::Workspace<decltype(loss)> workspace;
  const crisp::Threads threads(2);
  auto gradient = constant_images<double>(shape, 7);  // to be overwritten
  for (int repeat = 0; repeat < 2; ++repeat) {
    CHECK(crisp::value_and_gradient(loss, prediction, target, gradient, workspace, threads) ==
          Approx(0.5 * l1_value + 2 * batch_value + mse_value).epsilon(1e-14));
    CHECK(largest_difference(gradient, expected) < 1e-16);
  }
  const auto terms = crisp::breakdown(loss, workspace);
  CHECK(terms[1].name == "MeanImageLoss");
  CHECK(terms[1].value == Approx(batch_value).epsilon(1e-14));
  CHECK(crisp::check_target_gradient(loss, prediction, target).passed());
  CHECK_THROWS_AS(crisp::value(crisp::SsimLoss<double>() + batch, prediction, target), crisp::ShapeError);
}
