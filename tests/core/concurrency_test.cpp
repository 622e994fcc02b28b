// One loss object and many threads: the bits of one thread alone, whatever is planned at the same time.
#include <unistd.h>

#include <atomic>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <string>
#include <thread>
#include <vector>

#include "support/catch.hpp"
#include "support/every_loss.hpp"
#include "support/random_images.hpp"

using crisp::Images;
using crisp::Index;
using crisp::Shape;

namespace {

/// Runs body(thread) on so many threads at once.
template <typename Body>
void on_threads(int count, const Body& body) {
  std::vector<std::thread> threads;
  for (int thread = 0; thread < count; ++thread) threads.emplace_back([&body, thread] { body(thread); });
  for (std::thread& thread : threads) thread.join();
}

template <typename T>
struct Outcome {
  T value;
  Images<T> gradient;
};

template <typename Loss>
Outcome<typename Loss::Scalar> evaluate(const Loss& loss, const Shape& shape) {
  using T = typename Loss::Scalar;
  Outcome<T> outcome;
  outcome.value = crisp::value_and_gradient(loss, random_images<T>(shape, 1), random_images<T>(shape, 2),
                                            outcome.gradient);
  return outcome;
}

template <typename T>
bool same_outcome(const Outcome<T>& a, const Outcome<T>& b) {
  return std::memcmp(&a.value, &b.value, sizeof(T)) == 0 && same_bits(a.gradient, b.gradient);
}

/// Every thread with one loss object, over all shapes, each from another one on.
template <typename Loss>
void check_shared(const Loss& loss, const std::vector<Shape>& shapes) {
  constexpr int thread_count = 8;
  const auto shape_count = static_cast<int>(shapes.size());
  std::vector<std::vector<Outcome<typename Loss::Scalar>>> outcomes(thread_count);
  on_threads(thread_count, [&](int thread) {
    for (int i = 0; i < shape_count; ++i) {
      const auto shape = static_cast<std::size_t>((thread + i) % shape_count);
      outcomes[static_cast<std::size_t>(thread)].push_back(evaluate(loss, shapes[shape]));
    }
  });
  // Only now alone: before, plans would have been made ahead of the threads.
  for (int s = 0; s < shape_count; ++s) {
    const auto alone = evaluate(loss, shapes[static_cast<std::size_t>(s)]);
    for (int thread = 0; thread < thread_count; ++thread) {
      const int i = (s - thread % shape_count + shape_count) % shape_count;
      CHECK(same_outcome(outcomes[static_cast<std::size_t>(thread)][static_cast<std::size_t>(i)], alone));
    }
  }
}

/// How many evaluations a long run makes: CRISP_EVALUATIONS, or a million.
long evaluation_count() {
  const char* text = std::getenv("CRISP_EVALUATIONS");
  return text == nullptr ? 1'000'000 : std::atol(text);
}

/// The memory that this process has in use.
double resident_megabytes() {
  long total = 0;
  long resident = 0;
  std::ifstream("/proc/self/statm") >> total >> resident;
  return static_cast<double>(resident) * static_cast<double>(sysconf(_SC_PAGESIZE)) / 1e6;
}

}  // namespace

TEMPLATE_TEST_CASE("Threads that share a loss get the bits of one thread alone", "[concurrency]", float,
                   double) {
  const std::vector<Shape> shapes = {
      {1, 2, 23, 21}, {2, 1, 29, 31}, {1, 1, 32, 37}, {1, 3, 22, 26}, {1, 1, 41, 20}};
  for_every_loss<TestType>([&](const auto& loss) { check_shared(loss, shapes); });
}

#ifndef CRISP_FFT_EIGEN
TEST_CASE("FFTW's planner may be used beside crisp, under crisp's lock", "[concurrency]") {
  std::atomic<bool> done{false};
  std::atomic<long> plans{0};
  std::thread planner([&] {
    std::vector<float> samples(2 * 64);
    auto* const data = reinterpret_cast<fftwf_complex*>(samples.data());
    for (int length = 2; !done; length = length % 63 + 2) {
      const std::lock_guard<std::mutex> lock(crisp::fft::planner_mutex());
      const fftwf_plan plan = fftwf_plan_dft_1d(length, data, data, FFTW_FORWARD, FFTW_ESTIMATE);
      plans += plan != nullptr ? 1 : 0;
      fftwf_destroy_plan(plan);
    }
  });
  // Prime lengths, which are planned: others are transformed without FFTW.
  check_shared(crisp::DftLoss<float>(), {{1, 1, 43, 47}, {1, 1, 53, 59}, {1, 1, 61, 67}, {1, 1, 71, 73}});
  while (plans == 0) std::this_thread::yield();
  done = true;
  planner.join();
  CHECK(plans > 0);
}
#endif

TEST_CASE("Work on one pool may use another, and its own", "[concurrency]") {
  const crisp::Threads outer(3);
  const crisp::Threads inner(2);
  const auto loss = crisp::presets::crisp<float>();
  const Shape shape{3, 1, 28, 28};
  const auto prediction = random_images<float>(shape, 1);
  const auto target = random_images<float>(shape, 2);
  const auto alone = evaluate(loss, shape);
  std::vector<Outcome<float>> outcomes(24);
  outer.for_each(24, [&](Index index, int /*slot*/) {
    Outcome<float>& outcome = outcomes[static_cast<std::size_t>(index)];
    outcome.value = index % 2 == 0
                        ? crisp::value_and_gradient(loss, prediction, target, outcome.gradient, inner)
                        : crisp::value_and_gradient(loss, prediction, target, outcome.gradient, outer);
  });
  for (const Outcome<float>& outcome : outcomes) CHECK(same_outcome(outcome, alone));
}

TEST_CASE("A million evaluations at once have the same bits, and take no more memory", "[concurrency]") {
  crisp::StftOptions options;
  options.window = 8;
  const auto loss =
      0.01F * crisp::StftLoss<float>(options) + crisp::SsimLoss<float>() + crisp::L1Loss<float>();
  const std::vector<Shape> shapes = {{1, 1, 11, 12}, {2, 1, 13, 11}, {1, 3, 12, 15}};
  std::vector<Images<float>> predictions, targets;
  std::vector<Outcome<float>> expected;
  for (const Shape& shape : shapes) {
    predictions.push_back(random_images<float>(shape, 1));
    targets.push_back(random_images<float>(shape, 2));
    expected.push_back(evaluate(loss, shape));
  }
  constexpr int thread_count = 4;
  const long each = evaluation_count() / thread_count;
  std::atomic<long> evaluations{0};
  std::atomic<long> differing{0};
  const auto evaluate_many = [&](long count) {
    on_threads(thread_count, [&](int /*thread*/) {
      crisp::Workspace<decltype(loss)> kept;
      for (long i = 0; i < count; ++i) {
        const auto shape = static_cast<std::size_t>(i / 100) % shapes.size();
        Outcome<float> outcome;
        crisp::Workspace<decltype(loss)> fresh;
        outcome.value = crisp::value_and_gradient(loss, predictions[shape], targets[shape], outcome.gradient,
                                                  i % 16 == 0 ? fresh : kept);
        ++evaluations;
        if (!same_outcome(outcome, expected[shape])) ++differing;
      }
    });
  };
  evaluate_many(each / 10);
  const double early = resident_megabytes();
  evaluate_many(each - each / 10);
  const double late = resident_megabytes();
  WARN(evaluations << " evaluations on " << thread_count << " threads, " << differing << " with other bits; "
                   << early << " MB in use after a tenth, " << late << " MB at the end");
  CHECK(evaluations == thread_count * each);
  CHECK(differing == 0);
  CHECK(late - early < 2);
}
