#include <atomic>
#include <crisp/core/executor.hpp>
#include <stdexcept>
#include <vector>

#include "support/catch.hpp"

using crisp::Index;
using crisp::Threads;

namespace {

template <typename Executor>
void check_runs_every_index_once(const Executor& executor, Index count) {
  std::vector<std::atomic<int>> runs(static_cast<std::size_t>(count));
  std::vector<std::atomic<int>> busy(static_cast<std::size_t>(executor.concurrency()));
  std::atomic<bool> slots_are_exclusive{true};
  executor.for_each(count, [&](Index index, int slot) {
    if (busy.at(static_cast<std::size_t>(slot)).fetch_add(1) != 0) slots_are_exclusive = false;
    runs[static_cast<std::size_t>(index)].fetch_add(1);
    busy[static_cast<std::size_t>(slot)].fetch_sub(1);
  });
  for (const auto& run : runs) REQUIRE(run == 1);
  CHECK(slots_are_exclusive);
}

}  // namespace

TEST_CASE("Executors run every index once, on slots of their own", "[executor]") {
  Eigen::ThreadPool pool(3);
  for (const Index count : {0, 1, 2, 7, 1000}) {
    check_runs_every_index_once(crisp::Serial(), count);
    for (const int threads : {1, 2, 5}) check_runs_every_index_once(Threads(threads), count);
    check_runs_every_index_once(Threads(pool), count);
  }
}

TEST_CASE("Threads count the calling thread", "[executor]") {
  Eigen::ThreadPool pool(3);
  CHECK(crisp::Serial().concurrency() == 1);
  CHECK(Threads(1).concurrency() == 1);
  CHECK(Threads(4).concurrency() == 4);
  CHECK(Threads(pool).concurrency() == 4);
}

TEST_CASE("Threads refuses a number of threads that it cannot have", "[executor]") {
  CHECK_THROWS_WITH(Threads(0), Catch::Contains("got 0"));
  CHECK_THROWS_AS(Threads(-2), crisp::OptionError);
  CHECK_THROWS_WITH(Threads(100000), Catch::Contains("between 1 and 1024, got 100000"));
}

TEST_CASE("What a pool cannot take, the other threads do", "[executor]") {
  /// Takes its first task, and no other.
  class FullPool : public Eigen::ThreadPool {
   public:
    using Eigen::ThreadPool::ThreadPool;
    void Schedule(std::function<void()> task) override {
      if (taken_++ > 0) throw std::bad_alloc();
      Eigen::ThreadPool::Schedule(std::move(task));
    }

   private:
    int taken_ = 0;
  };
  FullPool pool(3);
  const Threads threads(pool);
  for (int times = 0; times < 3; ++times) check_runs_every_index_once(threads, 100);
}

TEST_CASE("An exception on a thread reaches the caller, and the executor lives on", "[executor]") {
  const Threads threads(3);
  const auto fail_at_50 = [](Index index, int) {
    if (index == 50) throw std::runtime_error("fifty");
  };
  CHECK_THROWS_WITH(threads.for_each(100, fail_at_50), Catch::Equals("fifty"));
  check_runs_every_index_once(threads, 100);
}

TEST_CASE("Threads work from within their own pool", "[executor]") {
  Eigen::ThreadPool pool(2);
  const Threads threads(pool);
  std::atomic<int> runs{0};
  threads.for_each(8, [&](Index, int) { threads.for_each(8, [&](Index, int) { ++runs; }); });
  CHECK(runs == 64);
}
