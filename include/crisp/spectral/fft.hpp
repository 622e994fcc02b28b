// The seam to FFTW3: the one kind of transform that crisp needs, many complex transforms of one length at
// once.
//
// Data lie in lanes before a forward transform ([t][lane]: sample t of all lanes side by side, so that
// windowing and overlap-add are long vector operations) and in rows after it ([lane][u]: each spectrum
// contiguous); a backward transform goes the other way. FFTW transposes for free on the way through, and runs
// its SIMD across lanes.
//
// Plans are FFTW_ESTIMATE's, since measured ones differ from run to run and with them the last bits of the
// result; for these sizes they are as fast. Planning is not thread-safe in FFTW: it happens under one lock,
// once per kind, and its plans are kept for the life of the program. Executing takes no lock.
#pragma once

#include <fftw3.h>

#include <complex>
#include <limits>
#include <memory>
#include <mutex>
#include <new>
#include <type_traits>
#include <vector>

#include "crisp/core/aligned.hpp"
#include "crisp/core/errors.hpp"
#include "crisp/core/executor.hpp"

namespace crisp::fft {

enum class Direction {
  forward,   ///< X[u] = Σ_t x[t] e^{-2πi ut/n}, from lanes to rows
  backward,  ///< x[t] = Σ_u X[u] e^{+2πi ut/n}, not divided by n, from rows to lanes: the adjoint of forward
};

/// A number of lanes, `lanes` or a few more, that FFTW runs through with full vectors; and for long transforms one at
/// which their samples do not all fall on the same few lines of the cache, as they would at distances of a multiple of
/// a power of two.
inline Index padded_lanes(Index lanes, Index length) {
  const Index whole = (lanes + 3) / 4 * 4;
  return length >= 64 && whole % 32 == 0 ? whole + 4 : whole;
}

/// The lock that all planning takes. Hold it while calling FFTW's planner directly beside crisp.
inline std::mutex& planner_mutex() {
  static std::mutex mutex;
  return mutex;
}

namespace detail {

/// FFTW's two precisions by one name.
template <typename T>
struct Fftw;

template <>
struct Fftw<float> {
  using Complex = fftwf_complex;
  using Plan = std::remove_pointer_t<fftwf_plan>;
  static constexpr auto plan_many = &fftwf_plan_many_dft;
  static constexpr auto execute = &fftwf_execute_dft;
  static constexpr auto destroy = &fftwf_destroy_plan;
};

template <>
struct Fftw<double> {
  using Complex = fftw_complex;
  using Plan = std::remove_pointer_t<fftw_plan>;
  static constexpr auto plan_many = &fftw_plan_many_dft;
  static constexpr auto execute = &fftw_execute_dft;
  static constexpr auto destroy = &fftw_destroy_plan;
};

template <typename T>
struct DestroyPlan {
  void operator()(typename Fftw<T>::Plan* plan) const { Fftw<T>::destroy(plan); }
};

template <typename T>
using PlanPointer = std::unique_ptr<typename Fftw<T>::Plan, DestroyPlan<T>>;

template <typename T>
PlanPointer<T> make_plan(Index length, Index lanes, Direction direction) {
  using Complex = typename Fftw<T>::Complex;
  if (lanes > std::numeric_limits<int>::max() / length) {
    crisp::detail::fail<ShapeError>(lanes, " transforms of length ", length, " are more than FFTW can plan");
  }
  const int n = static_cast<int>(length);
  const int count = static_cast<int>(lanes);
  // Planning with FFTW_ESTIMATE only looks at the alignment of these.
  crisp::detail::AlignedVector<std::complex<T>> from(static_cast<std::size_t>(length * lanes));
  crisp::detail::AlignedVector<std::complex<T>> to(static_cast<std::size_t>(length * lanes));
  auto* in = reinterpret_cast<Complex*>(from.data());
  auto* out = reinterpret_cast<Complex*>(to.data());
  PlanPointer<T> plan(direction == Direction::forward
                          ? Fftw<T>::plan_many(1, &n, count, in, nullptr, count, 1, out, nullptr, 1, n,
                                               FFTW_FORWARD, FFTW_ESTIMATE)
                          : Fftw<T>::plan_many(1, &n, count, in, nullptr, 1, n, out, nullptr, count, 1,
                                               FFTW_BACKWARD, FFTW_ESTIMATE));
  if (!plan) throw std::bad_alloc();
  return plan;
}

/// A plan and the kind of transform that it is for.
template <typename T>
struct KnownPlan {
  Index length;
  Index lanes;
  Direction direction;
  PlanPointer<T> plan;
};

/// The plan of a kind, made when it is first asked for. There are a few kinds for every shape of images.
template <typename T>
typename Fftw<T>::Plan* shared_plan(Index length, Index lanes, Direction direction) {
  static std::vector<KnownPlan<T>> plans;
  const std::lock_guard<std::mutex> lock(planner_mutex());
  for (const KnownPlan<T>& known : plans) {
    if (known.length == length && known.lanes == lanes && known.direction == direction) {
      return known.plan.get();
    }
  }
  plans.push_back({length, lanes, direction, make_plan<T>(length, lanes, direction)});
  return plans.back().plan.get();
}

}  // namespace detail

/// `lanes` transforms of `length`, either >= 1. Copies share the plan; execute may run on many threads at
/// once.
template <typename T>
class Transform {
 public:
  Transform() = default;
  Transform(Index length, Index lanes, Direction direction)
      : plan_(detail::shared_plan<T>(length, lanes, direction)) {}

  /// In and out are length * lanes numbers each, in AlignedVectors, not overlapping. In is left as it is.
  void execute(const std::complex<T>* in, std::complex<T>* out) const {
    using Complex = typename detail::Fftw<T>::Complex;
    detail::Fftw<T>::execute(plan_, reinterpret_cast<Complex*>(const_cast<std::complex<T>*>(in)),
                             reinterpret_cast<Complex*>(out));
  }

 private:
  typename detail::Fftw<T>::Plan* plan_ = nullptr;
};

}  // namespace crisp::fft
