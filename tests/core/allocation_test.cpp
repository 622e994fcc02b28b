// Counts every allocation of the process, by standing in for malloc, and so for operator new, Eigen and FFTW.
#include <atomic>
#include <crisp/crisp.hpp>
#include <cstdlib>

#include "edge_strength_loss.hpp"  // of docs/adding_a_loss.md
#include "python/any_loss.hpp"
#include "support/catch.hpp"
#include "support/derivatives.hpp"
#include "support/every_loss.hpp"
#include "support/random_images.hpp"

namespace {
std::atomic<long> allocations{0};
}

extern "C" {
void* __libc_malloc(std::size_t size);
void* __libc_memalign(std::size_t alignment, std::size_t size);
void* malloc(std::size_t size) {
  ++allocations;
  return __libc_malloc(size);
}
void* aligned_alloc(std::size_t alignment, std::size_t size) {
  ++allocations;
  return __libc_memalign(alignment, size);
}
}

namespace {

template <typename Loss, typename Executor>
void check_allocates_once(const Loss& loss, const Executor& executor) {
  const crisp::Shape shape{4, 3, 29, 31};
  const auto prediction = random_images<float>(shape, 1);
  const auto target = random_images<float>(shape, 2);
  const auto weights = random_weights<float>(shape, 3, false);
  crisp::Images<float> gradient;
  crisp::Workspace<Loss> workspace;
  const long before = allocations;
  const float first = crisp::value_and_gradient(loss, prediction, target, gradient, workspace, executor);
  const long after_first = allocations;
  const float second = crisp::value_and_gradient(loss, prediction, target, gradient, workspace, executor);
  const float third = crisp::value(loss, prediction, target, workspace, executor);
  crisp::value_and_gradient(loss, prediction, crisp::weighted(target, weights), gradient, workspace,
                            executor);
  const long after_second = allocations;
  CHECK(after_first > before);  // or the counter does not count
  CHECK(after_second == after_first);
  CHECK(first == second);
  CHECK(first == third);
}

}  // namespace

TEST_CASE("The second call with a workspace allocates nothing, weighted or not", "[workspace]") {
  const crisp::Threads threads(2);
  for_every_loss<float>([&](const auto& loss) {
    check_allocates_once(loss, crisp::Serial());
    check_allocates_once(loss, threads);
    check_allocates_once(crisp_python::AnyLoss<float>::of(loss), threads);
  });
}

TEST_CASE("Nor does that of a loss made as the guide says", "[workspace]") {
  const crisp::Threads threads(2);
  check_allocates_once(EdgeStrengthLoss<float>(), threads);
}
