// What every metric promises of batches, merging, threads and failures.
#pragma once

#include <cmath>
#include <string>
#include <vector>

#include "crisp/core/errors.hpp"
#include "crisp/core/executor.hpp"
#include "crisp/core/images.hpp"
#include "support/catch.hpp"

/// count images from first on, borrowed.
template <typename T>
auto some_images(const crisp::Images<T>& images, crisp::Index first, crisp::Index count) {
  const crisp::Index size = images.size() / images.dimension(0);
  return crisp::view(images.data() + first * size, count, images.dimension(1), images.dimension(2),
                     images.dimension(3));
}

inline bool same_number(double a, double b) { return a == b || (std::isnan(a) && std::isnan(b)); }

/// Checks a metric that nothing was added to; add(metric, first, count, executor) adds some of 7 images, all of which
/// count.
template <typename Metric, typename Add>
void check_accumulation(const Metric& empty, const Add& add) {
  REQUIRE(empty.count() == 0);
  CHECK_THROWS_AS(empty.value(), crisp::OptionError);

  Metric whole = empty;
  const std::vector<double> values = add(whole, 0, 7, crisp::Serial());
  REQUIRE(values.size() == 7);
  CHECK(whole.count() == 7);

  const crisp::Threads threads(3);
  Metric threaded = empty;
  CHECK(add(threaded, 0, 7, threads) == values);
  CHECK(threaded.value() == whole.value());

  Metric batched = empty;
  std::vector<double> batched_values;
  for (const crisp::Index first : {0, 3, 6}) {
    const crisp::Index count = std::min<crisp::Index>(3, 7 - first);
    const std::vector<double>& batch = add(batched, first, count, threads);
    batched_values.insert(batched_values.end(), batch.begin(), batch.end());
  }
  CHECK(batched_values == values);
  CHECK(batched.value() == whole.value());

  Metric merged = empty;
  merged.merge(empty);
  CHECK(merged.count() == 0);
  add(merged, 5, 2, crisp::Serial());
  Metric other = empty;
  add(other, 0, 5, crisp::Serial());
  merged.merge(other);
  merged.merge(empty);
  CHECK(merged.count() == 7);
  CHECK(merged.value() == Catch::Approx(whole.value()).epsilon(1e-12));
  merged.merge(merged);
  CHECK(merged.count() == 14);
  CHECK(merged.value() == Catch::Approx(whole.value()).epsilon(1e-12));

  Metric counted_twice = whole;
  add(counted_twice, 0, 7, crisp::Serial());
  CHECK(counted_twice.count() == 14);
  CHECK(counted_twice.value() == Catch::Approx(whole.value()).epsilon(1e-12));
}

/// Checks that an action throws Error, saying all of the words, and leaves the metric as it was.
template <typename Error, typename Metric, typename Action>
void check_refuses(Metric& metric, const Action& action, const std::vector<std::string>& words) {
  const crisp::Index count = metric.count();
  const double value = metric.value();
  try {
    action();
    FAIL("nothing was thrown");
  } catch (const Error& error) {
    for (const std::string& word : words) CHECK_THAT(std::string(error.what()), Catch::Contains(word));
  }
  CHECK(metric.count() == count);
  CHECK(same_number(metric.value(), value));
}

/// Checks that options are refused with all of the words.
template <typename Metric, typename Options>
void check_refuses_options(const Options& options, const std::vector<std::string>& words) {
  try {
    const Metric metric(options);
    FAIL("nothing was thrown");
  } catch (const crisp::OptionError& error) {
    for (const std::string& word : words) CHECK_THAT(std::string(error.what()), Catch::Contains(word));
  }
}
