// Adam against steps computed by hand, the cyclical learning rate against its definition.
#include "support/catch.hpp"
#include "training/adam.hpp"
#include "training/rate.hpp"

using vae_mnist::Adam;
using vae_mnist::Rate;
using vae_mnist::RateOptions;
using vae_mnist::RateSchedule;

namespace {

struct Fixture {
  Fixture() : storage("x", {2}) { storage.value << 1.0, -2.0; }
  vae_mnist::ParameterStorage<double> storage;
};

}  // namespace

TEST_CASE("Adam's steps are Keras's") {
  Fixture fixture;
  auto& x = fixture.storage;
  Adam<double> adam({x.view()});
  // With g constant at first, m / sqrt(v) = (1 - beta1) / sqrt(1 - beta2) times the sign, which the corrected
  // rate makes +-1 but for epsilon: rate sqrt(.001) / .1 * .1 g / (sqrt(.001) |g| + 1e-7).
  x.gradient << 0.5, -1e-5;
  adam.step(0.1);
  CHECK(x.value[0] ==
        Approx(1 - 0.1 * 0.0316227766016838 * 0.5 / (0.0316227766016838 * 0.5 + 1e-7)).epsilon(1e-12));
  CHECK(x.value[1] ==
        Approx(-2 + 0.1 * 0.0316227766016838 * 1e-5 / (0.0316227766016838 * 1e-5 + 1e-7)).epsilon(1e-12));
  CHECK(x.value[1] == Approx(-1.92402530733652).epsilon(1e-12));  // epsilon counts where gradients are tiny

  // m = .9 * .05 + .1 * -1 = -.055, v = .999 * .00025 + .001 * 1 = .00124975,
  // rate = .2 sqrt(1 - .999^2) / (1 - .9^2) = .2 * .0447101778122163 / .19
  const double before = x.value[0];
  x.gradient << -1.0, 0.0;
  adam.step(0.2);
  const double rate = 0.2 * 0.0447101778122163 / 0.19;
  CHECK(x.value[0] - before == Approx(rate * 0.055 / (std::sqrt(0.00124975) + 1e-7)).epsilon(1e-12));
  CHECK(adam.state().steps == 2);
  CHECK(adam.state().first_moment[0][0] == Approx(-0.055));
  CHECK(adam.state().second_moment[0][0] == Approx(0.00124975));
}

TEST_CASE("Adam goes on from a saved state as if never interrupted") {
  Fixture whole;
  Fixture halves;
  const auto run = [](Fixture& fixture, Adam<double>& adam, int steps) {
    for (int i = 0; i < steps; ++i) {
      fixture.storage.gradient = 2 * fixture.storage.value;
      adam.step(0.01);
    }
  };
  Adam<double> uninterrupted({whole.storage.view()});
  run(whole, uninterrupted, 10);
  Adam<double> first({halves.storage.view()});
  run(halves, first, 5);
  Adam<double> second({halves.storage.view()});
  second.state() = first.state();
  run(halves, second, 5);
  CHECK((whole.storage.value == halves.storage.value).all());
}

TEST_CASE("the learning rate climbs and falls, half as high every cycle") {
  const Rate rate{RateOptions()};
  CHECK(rate(0) == Approx(1e-4));
  CHECK(rate(1) == Approx(1e-4 + 9e-4 / 2000));
  CHECK(rate(1000) == Approx(5.5e-4));
  CHECK(rate(2000) == Approx(1e-3));
  CHECK(rate(3000) == Approx(5.5e-4));
  CHECK(rate(4000) == Approx(1e-4));
  CHECK(rate(5000) == Approx(1e-4 + 4.5e-4 / 2));
  CHECK(rate(6000) == Approx(5.5e-4));
  CHECK(rate(10000) == Approx(1e-4 + 9e-4 / 4));
  CHECK(rate(14000) == Approx(1e-4 + 9e-4 / 8));
  CHECK(rate(23450) > 1e-4);
}

TEST_CASE("the cosine rate warms up, falls, and ends at its minimum") {
  RateOptions options;
  options.schedule = RateSchedule::cosine;
  options.minimum = 1e-5;
  options.maximum = 2e-3;
  options.warm_up = 99;
  const Rate rate(options, 1100);
  CHECK(rate(0) == Approx(2e-5));
  CHECK(rate(49) == Approx(1e-3));
  CHECK(rate(99) == Approx(2e-3));
  CHECK(rate(599) == Approx((1e-5 + 2e-3) / 2));
  CHECK(rate(1099) == Approx(1e-5));
  CHECK(rate(2000) == Approx(1e-5));
  options.warm_up = 5000;  // longer than the training
  CHECK(Rate(options, 1100)(1099) == Approx(2e-3 * 1100 / 5001));
}

TEST_CASE("learning rates that make no sense are refused with their numbers") {
  using Catch::Contains;
  const auto rate = [](double minimum, double maximum, std::int64_t step_size, std::int64_t warm_up) {
    RateOptions options;
    options.minimum = minimum;
    options.maximum = maximum;
    options.step_size = step_size;
    options.warm_up = warm_up;
    return Rate(options);
  };
  CHECK_THROWS_WITH(rate(0, 1e-3, 10, 0), Contains("minimum 0 and maximum 0.001"));
  CHECK_THROWS_WITH(rate(1e-2, 1e-3, 10, 0), Contains("minimum 0.01 and maximum 0.001"));
  CHECK_THROWS_AS(rate(1e-4, std::nan(""), 10, 0), std::invalid_argument);
  CHECK_THROWS_AS(rate(1e-4, INFINITY, 10, 0), std::invalid_argument);
  CHECK_THROWS_WITH(rate(1e-4, 1e-3, 0, 0), Contains("step size of at least 1, got 0"));
  CHECK_THROWS_AS(rate(1e-4, 1e-3, -5, 0), std::invalid_argument);
  CHECK_THROWS_WITH(rate(1e-4, 1e-3, 1, -7), Contains("at least 0 steps, got -7"));
}
