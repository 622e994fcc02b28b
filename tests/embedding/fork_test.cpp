// A process that has used threads forks, and its child uses them too.
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <crisp/core/executor.hpp>
#include <string>

#include "support/catch.hpp"

namespace {

crisp::Index count_with(const crisp::Threads& threads) {
  std::atomic<crisp::Index> sum{0};
  threads.for_each(1000, [&](crisp::Index index, int /*slot*/) { sum += index; });
  return sum;
}
constexpr crisp::Index expected = 999 * 1000 / 2;

/// What a child of fork returns, which has 20 seconds; -1 if it did not end by itself.
template <typename Body>
int in_child(const Body& body) {
  const pid_t child = fork();
  if (child == 0) {
    alarm(20);
    int result = 99;
    try {
      result = body();
    } catch (...) {
    }
    _exit(result);
  }
  int status = 0;
  waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

}  // namespace

TEST_CASE("A child of fork makes its threads anew", "[embedding]") {
  const crisp::Threads threads(4);
  REQUIRE(count_with(threads) == expected);
  CHECK(in_child(
            [&] { return count_with(threads) == expected && count_with(threads) == expected ? 0 : 1; }) == 0);
  // And so does its child, and several threads of one at once.
  CHECK(in_child([&] {
          if (count_with(threads) != expected) return 1;
          return in_child([&] {
            const crisp::Threads others(4);
            std::atomic<int> wrong{0};
            others.for_each(4, [&](crisp::Index, int) { wrong += count_with(threads) == expected ? 0 : 1; });
            return wrong.load();
          });
        }) == 0);
  CHECK(count_with(threads) == expected);
}

TEST_CASE("Threads end in a child of fork, used there or not", "[embedding]") {
  for (const bool used : {false, true}) {
    auto threads = std::make_unique<crisp::Threads>(4);
    REQUIRE(count_with(*threads) == expected);
    CHECK(in_child([&] {
            if (used && count_with(*threads) != expected) return 1;
            threads.reset();
            return 0;
          }) == 0);
  }
}

TEST_CASE("A child of fork refuses the threads of a borrowed pool, naming both processes", "[embedding]") {
  Eigen::ThreadPool pool(3);
  const crisp::Threads threads(pool);
  REQUIRE(count_with(threads) == expected);
  const std::string parent = std::to_string(getpid());
  CHECK(in_child([&] {
          try {
            count_with(threads);
          } catch (const crisp::OptionError& error) {
            const std::string says = error.what();
            return says.find(parent) != std::string::npos &&
                           says.find(std::to_string(getpid())) != std::string::npos
                       ? 0
                       : 1;
          }
          return 2;
        }) == 0);
  CHECK(count_with(threads) == expected);
}
