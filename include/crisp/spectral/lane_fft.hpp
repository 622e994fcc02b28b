// ComplexNumber Fourier transforms of one length, as many side by side as a SIMD register has lanes.
//
//   forward   X[u] = Σ_t w[t] x[t] e^{-2πi ut/n}          adjoint   y[t] = w[t] Re, Im Σ_u X[u] e^{+2πi ut/n}
//
// A spectrum lies planar, as `length` pairs of registers: real parts, imaginary parts. So no number ever changes its
// lane, and the compiler's plain multiplications and additions are all there is. A factor n = r m at a time, by
// decimation in frequency (Gentleman and Sande 1966): with t = m q + j and u = r k + p,
//   X[r k + p] = Σ_j e^{-2πi jk/m} ( e^{-2πi jp/n} Σ_q x[m q + j] e^{-2πi pq/r} )
// the inner sums are butterflies of r numbers, left where they were read, and what remains are r transforms of length m,
// one for each p. In place of sorting there is place(u), where X[u] lies in the end. The adjoint takes the same steps in
// the opposite order, with real and imaginary parts exchanged, which conjugates all factors.
//
// This is for lengths without a prime factor above 7. The library of fft.hpp does the others, in the same layout.
//
// Accuracy: the root mean square of a spectrum's error, relative to that of the spectrum, is below rounding(), as
// tests/spectral/lane_fft_test.cpp asserts.
#pragma once

#include <cmath>
#include <cstddef>
#include <limits>
#include <type_traits>
#include <utility>
#include <vector>
#include <xsimd/xsimd.hpp>

#include "crisp/core/compiler.hpp"
#include "crisp/spectral/butterfly.hpp"
#include "crisp/spectral/complex_batch.hpp"
#include "crisp/spectral/fft.hpp"

namespace crisp::detail {

/// A register of signals to read: re and im `stride` numbers from sample to sample, each sample times a tap.
template <typename T>
struct TappedSamples {
  using Pack = xsimd::batch<T>;
  const T* re;
  const T* im;
  Index stride;
  const T* taps;

  CRISP_ALWAYS_INLINE ComplexBatch<Pack> load(Index t) const {
    const Pack tap(taps[t]);
    return {tap * Pack::load_unaligned(re + t * stride), tap * Pack::load_unaligned(im + t * stride)};
  }
};

/// The adjoint of TappedSamples: what is stored, times the taps, is added to what is there, or takes its place.
template <typename T, bool adds>
struct TappedOutput {
  using Pack = xsimd::batch<T>;
  T* re;
  T* im;
  Index stride;
  const T* taps;

  CRISP_ALWAYS_INLINE void store(Index t, const ComplexBatch<Pack>& z) const {
    const Pack tap(taps[t]);
    put(tap, z.re, re + t * stride);
    put(tap, z.im, im + t * stride);
  }

 private:
  CRISP_ALWAYS_INLINE static void put(const Pack& tap, const Pack& part, T* at) {
    if constexpr (adds) {
      xsimd::fma(tap, part, Pack::load_unaligned(at)).store_unaligned(at);
    } else {
      (tap * part).store_unaligned(at);
    }
  }
};
template <typename T>
using TappedSums = TappedOutput<T, true>;
template <typename T>
using TappedResults = TappedOutput<T, false>;

/// The samples of a spectrum, with the parts exchanged where its pointers are.
template <typename T>
struct SpectrumSamples {
  using Pack = xsimd::batch<T>;
  T* re;
  T* im;
  static constexpr auto stride = static_cast<Index>(2 * Pack::size);

  CRISP_ALWAYS_INLINE ComplexBatch<Pack> load(Index t) const {
    return {Pack::load_aligned(re + t * stride), Pack::load_aligned(im + t * stride)};
  }
  CRISP_ALWAYS_INLINE void store(Index t, const ComplexBatch<Pack>& z) const {
    z.re.store_aligned(re + t * stride);
    z.im.store_aligned(im + t * stride);
  }
};

template <typename T>
class LaneFft {
 public:
  using Pack = xsimd::batch<T>;
  static constexpr auto lanes = static_cast<Index>(Pack::size);
  /// The numbers of a spectrum's sample: a register of real parts, and one of imaginary parts.
  static constexpr Index sample = 2 * lanes;

  LaneFft() = default;
  /// Length >= 1. May plan, as FFTW says.
  explicit LaneFft(Index length) : length_(length), places_(static_cast<std::size_t>(length)) {
    std::vector<Index> radices = radices_of(length);
    if (radices.empty()) {
      forward_ = fft::SplitTransform<T>(length, lanes, fft::Direction::forward);
      backward_ = fft::SplitTransform<T>(length, lanes, fft::Direction::backward);
    }
    Index left = length;
    for (const Index radix : radices) {
      passes_.push_back({radix, left / radix, twiddles_.size()});
      left /= radix;
      for (Index j = 0; j < left; ++j) {
        for (Index p = 1; p < radix; ++p) append_twiddle(j * p, left * radix);
      }
    }
    for (Index u = 0; u < length; ++u) {
      Index rest = u;
      Index place = 0;
      for (const Pass& pass : passes_) {
        place += rest % pass.radix * pass.rest;
        rest /= pass.radix;
      }
      places_[static_cast<std::size_t>(u)] = passes_.empty() ? u : place;
    }
  }

  Index length() const { return length_; }
  /// The sample of the spectrum in which X[u] lies.
  Index place(Index u) const { return places_[static_cast<std::size_t>(u)]; }

  /// The root mean square of a spectrum's error relative to that of the spectrum is at most 0.35 ε √log2(2n) in float, 0.6 of these in
  /// double, with ε the machine epsilon; that of lengths that a library transforms is the library's.
  double rounding() const {
    const double constant = std::is_same_v<T, float> ? 0.35 : 0.6;
    const double epsilons = passes_.empty()
                                ? fft::rounding(length_)
                                : constant * std::sqrt(std::log2(2 * static_cast<double>(length_)));
    return epsilons * static_cast<double>(std::numeric_limits<T>::epsilon());
  }

  /// The spectrum is aligned as a register is, `sample * length` numbers, and none of what is read.
  void forward(const TappedSamples<T>& from, T* spectrum) const {
    const SpectrumSamples<T> to{spectrum, spectrum + lanes};
    if (starts_even()) {
      run_even<false>(passes_.front(), from, to);
    } else {
      for (Index t = 0; t < length_; ++t) to.store(t, from.load(t));
    }
    if (passes_.empty()) forward_.execute(spectrum, spectrum + lanes);
    for (std::size_t i = starts_even() ? 1 : 0; i < passes_.size(); ++i) run<false>(passes_[i], to, to);
  }

  /// Stores y[t] in `to`, and leaves nothing of use of the spectrum. `to` may be the spectrum's own samples.
  template <typename To>
  void adjoint(T* spectrum, const To& to) const {
    const SpectrumSamples<T> from{spectrum + lanes, spectrum};
    for (std::size_t i = passes_.size(); i > (starts_even() ? 1 : 0); --i)
      run<true>(passes_[i - 1], from, from);
    if (passes_.empty()) backward_.execute(spectrum, spectrum + lanes);
    To exchanged = to;
    std::swap(exchanged.re, exchanged.im);
    if (starts_even()) {
      run_even<true>(passes_.front(), from, exchanged);
    } else {
      for (Index t = 0; t < length_; ++t) exchanged.store(t, from.load(t));
    }
  }

 private:
  /// One factor: transforms of length radix * rest become ones of length rest.
  struct Pass {
    Index radix;
    Index rest;
    std::size_t twiddles;  // from here on, [j][p - 1][cosine, sine]
  };

  /// The factors of a length, none if there is a prime above 7. That of an even length starts with an even one, which reads
  /// or adds what lies outside of the spectrum. Otherwise those of 16 come last: a butterfly's numbers are the nearer to
  /// each other the later it comes, and many at large distances would share few lines of the cache.
  static std::vector<Index> radices_of(Index length) {
    std::vector<Index> radices;
    Index sixteens = 0;
    for (; length % 16 == 0; length /= 16) ++sixteens;
    for (const Index radix : {8, 4, 2}) {
      if (length % radix != 0) continue;
      radices.push_back(radix);
      length /= radix;
    }
    if (radices.empty() && sixteens > 0) {
      radices.push_back(16);
      --sixteens;
    }
    for (const Index radix : {7, 5, 3}) {
      for (; length % radix == 0; length /= radix) radices.push_back(radix);
    }
    radices.insert(radices.end(), static_cast<std::size_t>(sixteens), 16);
    return length == 1 ? radices : std::vector<Index>();
  }

  bool starts_even() const { return !passes_.empty() && passes_.front().radix % 2 == 0; }

  void append_twiddle(Index turns, Index length) {
    const double angle =
        2 * std::acos(-1.0) * static_cast<double>(turns % length) / static_cast<double>(length);
    twiddles_.push_back(static_cast<T>(std::cos(angle)));
    twiddles_.push_back(static_cast<T>(std::sin(angle)));
  }

  template <bool is_adjoint, typename From, typename To>
  void run_even(const Pass& pass, const From& from, const To& to) const {
    if (pass.radix == 2) return run_radix<2, is_adjoint>(pass, from, to);
    if (pass.radix == 4) return run_radix<4, is_adjoint>(pass, from, to);
    if (pass.radix == 8) return run_radix<8, is_adjoint>(pass, from, to);
    run_radix<16, is_adjoint>(pass, from, to);
  }
  template <bool is_adjoint, typename From, typename To>
  void run(const Pass& pass, const From& from, const To& to) const {
    if (pass.radix == 3) return run_radix<3, is_adjoint>(pass, from, to);
    if (pass.radix == 5) return run_radix<5, is_adjoint>(pass, from, to);
    if (pass.radix == 7) return run_radix<7, is_adjoint>(pass, from, to);
    run_radix<16, is_adjoint>(pass, from, to);  // 2, 4 and 8 come first
  }

  template <std::size_t radix, bool is_adjoint, typename From, typename To>
  void run_radix(const Pass& pass, const From& from, const To& to) const {
    const Index rest = pass.rest;
    for (Index start = 0; start < length_; start += rest * static_cast<Index>(radix)) {
      const T* factor = twiddles_.data() + pass.twiddles;
      for (Index t = start; t < start + rest; ++t, factor += 2 * (radix - 1)) {
        const auto load = [&](auto q) CRISP_ALWAYS_INLINE_LAMBDA {
          return from.load(t + static_cast<Index>(q) * rest);
        };
        const auto store = [&](auto k, const ComplexBatch<Pack>& z)
                               CRISP_ALWAYS_INLINE_LAMBDA { to.store(t + static_cast<Index>(k) * rest, z); };
        const auto turn = [&](auto p, const ComplexBatch<Pack>& z) CRISP_ALWAYS_INLINE_LAMBDA {
          if constexpr (decltype(p)::value == 0) return z;
          return turned(z, Pack(factor[2 * p - 2]), Pack(factor[2 * p - 1]));
        };
        if (rest == 1) {  // all factors are 1
          Butterfly<radix>::apply(load, store);
        } else if constexpr (is_adjoint) {
          Butterfly<radix>::apply([&](auto q) CRISP_ALWAYS_INLINE_LAMBDA { return turn(q, load(q)); }, store);
        } else {
          Butterfly<radix>::apply(load, [&](auto k, const ComplexBatch<Pack>& z)
                                            CRISP_ALWAYS_INLINE_LAMBDA { store(k, turn(k, z)); });
        }
      }
    }
  }

  Index length_ = 0;
  std::vector<Pass> passes_;
  std::vector<T> twiddles_;
  std::vector<Index> places_;
  fft::SplitTransform<T> forward_;
  fft::SplitTransform<T> backward_;
};

}  // namespace crisp::detail
