#include "threads.hpp"

#include <map>
#include <mutex>

namespace crisp_python {
namespace {

struct Executors {
  std::mutex mutex;
  std::map<int, crisp::Threads> by_count;
};

// Never destroyed: whoever does so waits for threads, which a process that ends or was forked may not have any more.
Executors* executors = new Executors;

}  // namespace

const crisp::Threads& threads(int count) {
  const std::lock_guard<std::mutex> lock(executors->mutex);
  return executors->by_count.try_emplace(count, count).first->second;
}

void forget_threads() { executors = new Executors; }

}  // namespace crisp_python
