// The Fourier transforms of fft.hpp by FFTW 3, which transposes for free on the way through and runs its SIMD across lanes.
//
// Plans are FFTW_ESTIMATE's, since measured ones differ from run to run and with them the last bits of the
// result; for these sizes they are as fast. Planning is not thread-safe in FFTW: it happens under one lock,
// once per kind, and its plans are kept for the life of the program. Executing takes no lock.
//
// Plans are never destroyed, nor is the lock: a loss may be evaluated while the program ends, by a thread that goes on or by what is
// destroyed later, and FFTW's cleanup functions leave plans that can be executed, but not destroyed.
#pragma once

#include <fftw3.h>

#include <cmath>
#include <complex>
#include <cstddef>
#include <limits>
#include <mutex>
#include <new>
#include <type_traits>
#include <utility>
#include <vector>

#include "crisp/core/aligned.hpp"
#include "crisp/core/compiler.hpp"
#include "crisp/core/errors.hpp"
#include "crisp/core/images.hpp"
#include "crisp/spectral/fft_direction.hpp"

#if __has_include(<dlfcn.h>)
#include <dlfcn.h>
#define CRISP_HAS_DLFCN 1
#else
#define CRISP_HAS_DLFCN 0
#endif

namespace crisp::fft {

/// The root mean square of a transform's error, relative to that of the spectrum, is at most so many machine epsilons.
inline double rounding(Index length) { return 0.9 * std::sqrt(std::log2(2 * static_cast<double>(length))); }

/// The lock that all planning takes. Hold it while calling FFTW's planner directly beside crisp. Visible, so that libraries
/// that use crisp share it even where they hide the rest of themselves.
CRISP_SHARED_AMONG_LIBRARIES inline std::mutex& planner_mutex() {
  static std::mutex& mutex = *new std::mutex;
  return mutex;
}

namespace detail {

/// FFTW's two precisions by one name.
template <typename T>
struct Fftw;

template <>
struct Fftw<float> {
  using ComplexNumber = fftwf_complex;
  using Plan = std::remove_pointer_t<fftwf_plan>;
  using Dimension = fftwf_iodim;
  static constexpr auto plan_many = &fftwf_plan_many_dft;
  static constexpr auto plan_split = &fftwf_plan_guru_split_dft;
  static constexpr auto execute = &fftwf_execute_dft;
  static constexpr auto execute_split = &fftwf_execute_split_dft;
  static constexpr const char* planner_threads = "fftwf_planner_nthreads";
  static constexpr const char* plan_with_threads = "fftwf_plan_with_nthreads";
};

template <>
struct Fftw<double> {
  using ComplexNumber = fftw_complex;
  using Plan = std::remove_pointer_t<fftw_plan>;
  using Dimension = fftw_iodim;
  static constexpr auto plan_many = &fftw_plan_many_dft;
  static constexpr auto plan_split = &fftw_plan_guru_split_dft;
  static constexpr auto execute = &fftw_execute_dft;
  static constexpr auto execute_split = &fftw_execute_split_dft;
  static constexpr const char* planner_threads = "fftw_planner_nthreads";
  static constexpr const char* plan_with_threads = "fftw_plan_with_nthreads";
};

/// Makes FFTW plan for one thread as long as it lives: the application may have asked for more, for transforms of its own, and those of
/// a plane are too small to be shared. FFTW's threads are a library of their own, so they are looked for in what the program has loaded.
template <typename T>
class PlanningForOneThread {
 public:
  PlanningForOneThread() {
#if CRISP_HAS_DLFCN
    const auto count = reinterpret_cast<int (*)()>(dlsym(RTLD_DEFAULT, Fftw<T>::planner_threads));
    plan_with_ = reinterpret_cast<void (*)(int)>(dlsym(RTLD_DEFAULT, Fftw<T>::plan_with_threads));
    if (count == nullptr || plan_with_ == nullptr) return;
    threads_ = count();
    if (threads_ > 1) plan_with_(1);
#endif
  }
  ~PlanningForOneThread() {
    if (threads_ > 1) plan_with_(threads_);
  }
  PlanningForOneThread(const PlanningForOneThread&) = delete;
  PlanningForOneThread& operator=(const PlanningForOneThread&) = delete;

 private:
  int threads_ = 1;
  void (*plan_with_)(int) = nullptr;
};

/// Where the numbers of a transform lie.
enum class Layout { lanes_to_rows, split };

/// The kind of a transform. `lanes` transforms go together.
struct Kind {
  Layout layout;
  Index length;
  Index lanes;
  Direction direction;

  friend bool operator==(const Kind& a, const Kind& b) {
    return a.layout == b.layout && a.length == b.length && a.lanes == b.lanes && a.direction == b.direction;
  }
};

template <typename T>
typename Fftw<T>::Plan* make_plan(const Kind& kind) {
  using ComplexNumber = typename Fftw<T>::ComplexNumber;
  const bool is_forward = kind.direction == Direction::forward;
  if (kind.lanes > std::numeric_limits<int>::max() / 2 / kind.length) {
    crisp::detail::fail<ShapeError>(kind.lanes, " transforms of length ", kind.length,
                                    " are more than FFTW can plan");
  }
  const int n = static_cast<int>(kind.length);
  const int count = static_cast<int>(kind.lanes);
  // Planning with FFTW_ESTIMATE only looks at the alignment of these.
  crisp::detail::AlignedVector<std::complex<T>> from(static_cast<std::size_t>(kind.length * kind.lanes));
  crisp::detail::AlignedVector<std::complex<T>> to(from.size());
  auto* in = reinterpret_cast<ComplexNumber*>(from.data());
  auto* out = reinterpret_cast<ComplexNumber*>(to.data());
  const PlanningForOneThread<T> one_thread;
  typename Fftw<T>::Plan* plan = nullptr;
  if (kind.layout == Layout::split) {
    const typename Fftw<T>::Dimension samples{n, 2 * count, 2 * count};
    const typename Fftw<T>::Dimension side_by_side{count, 1, 1};
    T* re = reinterpret_cast<T*>(from.data());
    T* im = re + count;
    if (!is_forward) std::swap(re, im);  // which is all the difference
    plan = Fftw<T>::plan_split(1, &samples, 1, &side_by_side, re, im, re, im, FFTW_ESTIMATE);
  } else if (is_forward) {
    plan = Fftw<T>::plan_many(1, &n, count, in, nullptr, count, 1, out, nullptr, 1, n, FFTW_FORWARD,
                              FFTW_ESTIMATE);
  } else {
    plan = Fftw<T>::plan_many(1, &n, count, in, nullptr, 1, n, out, nullptr, count, 1, FFTW_BACKWARD,
                              FFTW_ESTIMATE);
  }
  if (plan == nullptr) crisp::detail::raise(std::bad_alloc());
  return plan;
}

/// A plan and the kind of transform that it is for.
template <typename T>
struct KnownPlan {
  Kind kind;
  typename Fftw<T>::Plan* plan;
};

/// The plan of a kind, made when it is first asked for. There are a few kinds for every shape of images.
template <typename T>
typename Fftw<T>::Plan* shared_plan(const Kind& kind) {
  static std::vector<KnownPlan<T>>& plans = *new std::vector<KnownPlan<T>>;
  const std::lock_guard<std::mutex> lock(planner_mutex());
  for (const KnownPlan<T>& known : plans) {
    if (known.kind == kind) return known.plan;
  }
  plans.push_back({kind, make_plan<T>(kind)});
  return plans.back().plan;
}

}  // namespace detail

/// `lanes` transforms of `length`, either >= 1. Copies share the plan.
template <typename T>
class Transform {
 public:
  Transform() = default;
  Transform(Index length, Index lanes, Direction direction)
      : plan_(detail::shared_plan<T>({detail::Layout::lanes_to_rows, length, lanes, direction})) {}

  /// In and out are length * lanes numbers each, in AlignedVectors, not overlapping. In is left as it is.
  void execute(const std::complex<T>* in, std::complex<T>* out) const {
    using ComplexNumber = typename detail::Fftw<T>::ComplexNumber;
    detail::Fftw<T>::execute(plan_, reinterpret_cast<ComplexNumber*>(const_cast<std::complex<T>*>(in)),
                             reinterpret_cast<ComplexNumber*>(out));
  }

 private:
  typename detail::Fftw<T>::Plan* plan_ = nullptr;
};

/// The same in place, on `length` samples of `lanes` real parts and as many imaginary parts each.
template <typename T>
class SplitTransform {
 public:
  SplitTransform() = default;
  SplitTransform(Index length, Index lanes, Direction direction)
      : plan_(detail::shared_plan<T>({detail::Layout::split, length, lanes, direction})),
        direction_(direction) {}

  /// re is aligned like an AlignedVector, and im = re + lanes.
  void execute(T* re, T* im) const {
    if (direction_ == Direction::backward) std::swap(re, im);
    detail::Fftw<T>::execute_split(plan_, re, im, re, im);
  }

 private:
  typename detail::Fftw<T>::Plan* plan_ = nullptr;
  Direction direction_ = Direction::forward;
};

}  // namespace crisp::fft
