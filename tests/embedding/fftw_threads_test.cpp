// An application that has its own transforms planned for threads: crisp's stay what they are, and so does the setting.
#include <fftw3.h>

#include <crisp/crisp.hpp>

#include "support/catch.hpp"
#include "support/random_images.hpp"

namespace {

int parallel_loops = 0;

/// FFTW's loops over threads, one after the other.
void count_loop(void* (*work)(char*), char* jobs, std::size_t size, int count, void* /*data*/) {
  ++parallel_loops;
  for (int i = 0; i < count; ++i) work(jobs + static_cast<std::size_t>(i) * size);
}

template <typename T>
T evaluate(crisp::Index side) {
  const auto x = random_images<T>({1, 1, side, side}, 1);
  const auto y = random_images<T>({1, 1, side, side}, 2);
  return crisp::value(crisp::DftLoss<T>(), x, y);
}

}  // namespace

TEST_CASE("Plans are for one thread, whatever the application has told FFTW", "[embedding]") {
  REQUIRE(fftw_init_threads() != 0);
  REQUIRE(fftwf_init_threads() != 0);
  fftw_threads_set_callback(&count_loop, nullptr);
  fftwf_threads_set_callback(&count_loop, nullptr);
  fftw_plan_with_nthreads(8);
  fftwf_plan_with_nthreads(8);
  evaluate<double>(458);
  evaluate<float>(458);
  CHECK(parallel_loops == 0);
  CHECK(fftw_planner_nthreads() == 8);
  CHECK(fftwf_planner_nthreads() == 8);
}
