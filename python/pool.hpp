// Things that are lent to one caller at a time, and kept for the next: as many as were ever in use at once.
#pragma once

#include <list>
#include <mutex>

namespace crisp_python {

template <typename Thing>
class Pool {
 public:
  /// Has a thing of the pool for as long as it lives.
  class Loan {
   public:
    explicit Loan(Pool& pool) : pool_(pool) {
      const std::lock_guard<std::mutex> lock(pool_.mutex_);
      if (pool_.idle_.empty()) pool_.idle_.emplace_front();
      thing_.splice(thing_.begin(), pool_.idle_, pool_.idle_.begin());
    }
    Loan(const Loan&) = delete;
    ~Loan() {
      const std::lock_guard<std::mutex> lock(pool_.mutex_);
      pool_.idle_.splice(pool_.idle_.begin(), thing_);
    }

    Thing& operator*() { return thing_.front(); }

   private:
    Pool& pool_;
    std::list<Thing> thing_;
  };

 private:
  std::mutex mutex_;
  std::list<Thing> idle_;
};

}  // namespace crisp_python
