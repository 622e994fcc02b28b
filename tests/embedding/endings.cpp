// endings static_object|detached_thread|fftw_cleanup: evaluates losses while the program ends in that way, and fails unless they come
// to the same as before.
#include <atomic>
#include <chrono>
#include <crisp/crisp.hpp>
#include <cstdio>
#include <cstdlib>
#include <string_view>
#include <thread>

#ifdef WITH_FFTW
#include <fftw3.h>
#endif

namespace {

/// Values of losses whose transforms are left to a library: of sides with a prime above 7.
template <typename T>
double evaluate() {
  double sum = 0;
  for (const crisp::Index side : {22, 29, 46}) {
    crisp::Images<T> x(1, 1, side, side);
    crisp::Images<T> y(1, 1, side, side);
    for (crisp::Index i = 0; i < x.size(); ++i) {
      x.data()[i] = static_cast<T>(i * 37 % 64) / 64;
      y.data()[i] = static_cast<T>(i * 11 % 64) / 64;
    }
    crisp::Images<T> gradient(1, 1, side, side);
    sum += static_cast<double>(crisp::value_and_gradient(crisp::DftLoss<T>(), x, y, gradient));
    sum += static_cast<double>(gradient.data()[side]);
  }
  return sum;
}
double evaluate_all() { return evaluate<float>() + evaluate<double>(); }

std::atomic<double> expected{0};
std::atomic<bool> was_the_same{false};

void evaluate_again() {
  was_the_same = evaluate_all() == expected;
  if (!was_the_same) std::_Exit(EXIT_FAILURE);
}

/// Made before anything of crisp, and so destroyed after it.
struct LastObject {
  bool evaluates = false;
  ~LastObject() {
    if (evaluates) evaluate_again();
  }
} last_object;

/// The same, which gives a thread that goes on time to do so.
struct LastPause {
  std::atomic<bool> waits{false};
  std::atomic<bool> has_ended{false};
  ~LastPause() {
    if (!waits) return;
    has_ended = true;
    for (int i = 0; i < 1000 && !was_the_same; ++i)
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    if (!was_the_same) std::_Exit(EXIT_FAILURE);
  }
} last_pause;

void go_on() {
  while (!last_pause.has_ended) std::this_thread::yield();
  evaluate_again();
}

}  // namespace

int main(int argument_count, char** arguments) {
  const std::string_view ending = argument_count == 2 ? arguments[1] : "";
  expected = evaluate_all();
  if (ending == "static_object") {
    last_object.evaluates = true;
  } else if (ending == "detached_thread") {
    last_pause.waits = true;
    std::thread(go_on).detach();
#ifdef WITH_FFTW
  } else if (ending == "fftw_cleanup") {
    fftw_cleanup();
    fftwf_cleanup();
    evaluate_again();
#endif
  } else {
    std::puts("usage: endings static_object|detached_thread|fftw_cleanup");
    return EXIT_FAILURE;
  }
  return EXIT_SUCCESS;
}
