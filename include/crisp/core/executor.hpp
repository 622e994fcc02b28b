// Who runs the work: the calling thread alone (Serial), or it and a pool of threads (Threads).
//
// An executor runs body(index, slot) once for every index in [0, count). No two calls with the same slot run
// at the same time, so a slot names a workspace. Which slot gets which index is left open: a body that writes
// only to places named by its index gives the same result on every executor.
#pragma once

#include <Eigen/Core>
#include <algorithm>
#include <atomic>
#include <exception>
#include <memory>
#include <mutex>
#include <type_traits>
#include <unsupported/Eigen/CXX11/ThreadPool>
#include <utility>

#include "crisp/core/errors.hpp"

#if __has_include(<unistd.h>)
#include <unistd.h>
#define CRISP_HAS_FORK 1
#else
#define CRISP_HAS_FORK 0
#endif

namespace crisp {

using Index = Eigen::Index;

namespace detail {

/// A number of the process, other in a child of fork.
inline long current_process() {
#if CRISP_HAS_FORK
  return static_cast<long>(getpid());
#else
  return 0;
#endif
}

}  // namespace detail

/// Everything on the calling thread.
class Serial {
 public:
  int concurrency() const { return 1; }

  template <typename Body>
  void for_each(Index count, Body&& body) const {
    for (Index index = 0; index < count; ++index) body(index, 0);
  }
};

/// The calling thread and the threads of a pool: its own (Threads(4) works on four threads, the caller one of
/// them) or one of the user's, borrowed. Called from a thread of that same pool it runs serially, since
/// waiting there for the pool could wait for ever. An exception in the body reaches the caller, after the
/// other threads have stopped; what they had already done stays done. Allocates nothing.
///
/// Work on one pool may use another, but no two pools may each wait for the other: with all of their threads waiting, no
/// one is left to be waited for. A borrowed pool must run every task that it takes; one that is cancelled does not. If it throws
/// instead of taking one, the other threads do the work.
///
/// No threads come along into a child of fork. There it makes its own anew, when they are first asked for; a borrowed pool it cannot
/// make, and says so (OptionError). The process must not be forked while the threads are at work.
class Threads {
 public:
  /// Throws OptionError unless there are 1 to 1024 threads: more are taken for a mistake. (A template, so that a pool is
  /// compiled only where one is made.)
  template <typename Pool = Eigen::ThreadPool>
  explicit Threads(int count) : count_(count) {
    constexpr int most = 1024;
    if (count < 1 || count > most) {
      detail::fail<OptionError>("threads must be between 1 and ", most, ", got ", count);
    }
    make_ = [](int helpers) { return std::make_unique<Team>(std::make_unique<Pool>(helpers)); };
    if (count > 1) team_ = make_(count - 1).release();
  }
  explicit Threads(Eigen::ThreadPoolInterface& pool)
      : count_(pool.NumThreads() + 1), team_(std::make_unique<Team>(pool).release()) {}
  ~Threads() { const std::unique_ptr<Team> last(team_); }
  Threads(Threads&&) = delete;  // others may hold it by reference

  int concurrency() const { return count_; }

  template <typename Body>
  void for_each(Index count, Body&& body) const {
    const Index helpers = std::min<Index>(concurrency(), count) - 1;
    if (helpers < 1) return Serial().for_each(count, body);
    Eigen::ThreadPoolInterface& pool = pool_of_this_process();
    if (pool.CurrentThreadId() >= 0) return Serial().for_each(count, body);

    Job<std::remove_reference_t<Body>> job(count, body, static_cast<unsigned>(helpers));
    // One pointer: small enough for std::function to hold without allocating.
    const auto help = [&job] {
      job.work();
      job.finished.Notify();
    };
    for (Index helper = 0; helper < helpers; ++helper) {
      detail::call_guarded([&] { pool.Schedule(help); },
                           [&](const std::exception_ptr&) { job.finished.Notify(); });
    }
    job.work();
    job.finished.Wait();
    if (job.error) std::rethrow_exception(job.error);
  }

 private:
  template <typename Body>
  struct Job {
    Job(Index count_, Body& body_, unsigned helpers) : count(count_), body(body_), finished(helpers) {}

    void work() {
      const int slot = slots_taken.fetch_add(1);
      const auto run = [&] {
        for (Index index = next.fetch_add(1); index < count; index = next.fetch_add(1)) body(index, slot);
      };
      detail::call_guarded(run, [&](const std::exception_ptr& thrown) {
        next.store(count);
        const std::lock_guard<std::mutex> lock(error_mutex);
        if (!error) error = thrown;
      });
    }

    const Index count;
    Body& body;
    std::atomic<Index> next{0};
    std::atomic<int> slots_taken{0};
    std::mutex error_mutex;
    std::exception_ptr error;
    Eigen::Barrier finished;
  };

  /// A pool, and the process that has its threads.
  struct Team {
    std::unique_ptr<Eigen::ThreadPoolInterface> own;
    Eigen::ThreadPoolInterface& pool;
    const long process = detail::current_process();

    explicit Team(std::unique_ptr<Eigen::ThreadPoolInterface> own_pool)
        : own(std::move(own_pool)), pool(*own) {}
    explicit Team(Eigen::ThreadPoolInterface& borrowed) : pool(borrowed) {}
    ~Team() {
      // To destroy a pool is to wait for its threads, which another process has.
      if (process != detail::current_process()) static_cast<void>(own.release());
    }
    Team(const Team&) = delete;
    Team& operator=(const Team&) = delete;
  };

  Eigen::ThreadPoolInterface& pool_of_this_process() const {
    Team* team = team_;
    if (team->process == detail::current_process()) return team->pool;
    if (make_ == nullptr) {
      detail::fail<OptionError>("the ", count_ - 1, " threads of the borrowed pool are those of process ",
                                team->process, ", from which this one, ", detail::current_process(),
                                ", was forked");
    }
    // Several threads of a child may find out at once: the first one's pool is used, by all of them.
    auto made = make_(count_ - 1);
    if (team_.compare_exchange_strong(team, made.get())) return made.release()->pool;
    return team->pool;
  }

  int count_;
  std::unique_ptr<Team> (*make_)(int helpers) = nullptr;  ///< null if the pool is borrowed
  mutable std::atomic<Team*> team_{nullptr};
};

namespace detail {
template <typename T, typename = void>
struct IsExecutor : std::false_type {};
template <typename T>
struct IsExecutor<T, std::void_t<decltype(std::declval<const T&>().concurrency())>> : std::true_type {};
}  // namespace detail

}  // namespace crisp
