// What crisp asks of the compiler, and the words that compilers have in no common language.
//
// -ffast-math lets it assume that no number is NaN or infinite and reorder sums as it likes. Then images and options that are
// not finite pass unseen, and vectorised mathematics that relies on the order of operations comes out wrong: xsimd's
// exponential does, compiled by clang, and cross entropy with it. So crisp refuses, unless CRISP_ALLOW_FAST_MATH is
// defined by somebody who has looked at what it does to them.
//
// windows.h defines min and max as macros, which no header survives that uses the standard library's; NOMINMAX keeps it from that.
#pragma once

#ifdef _MSVC_LANG  // MSVC keeps __cplusplus at that of 1998, unless told otherwise
#define CRISP_CPLUSPLUS _MSVC_LANG
#else
#define CRISP_CPLUSPLUS __cplusplus
#endif
#if CRISP_CPLUSPLUS < 201703L
#error "crisp needs C++17 or newer (-std=c++17, or /std:c++17)"
#endif
#undef CRISP_CPLUSPLUS

#if !defined(CRISP_ALLOW_FAST_MATH) && \
    (defined(__FAST_MATH__) || (defined(__FINITE_MATH_ONLY__) && __FINITE_MATH_ONLY__))
#error \
    "crisp is not exact with -ffast-math (nor -Ofast, -ffinite-math-only): compile what includes it without, or define CRISP_ALLOW_FAST_MATH"
#endif

#if defined(min) || defined(max)
#error "min and max are macros here, as windows.h defines them: define NOMINMAX before it is included"
#endif

// A function whose cost is that of its call, or whose registers are its caller's.
//   CRISP_ALWAYS_INLINE float f(float x);   [&](auto i) CRISP_ALWAYS_INLINE_LAMBDA { ... };
// One that is seldom called, and must not crowd its caller.
//   CRISP_NEVER_INLINE float f(float x);
// One that a program has once, though its libraries hide what is theirs.
//   CRISP_SHARED_AMONG_LIBRARIES inline std::mutex& f();
#if defined(__GNUC__)
#define CRISP_ALWAYS_INLINE [[gnu::always_inline]] inline
#define CRISP_ALWAYS_INLINE_LAMBDA __attribute__((always_inline))
#define CRISP_NEVER_INLINE [[gnu::noinline]]
#define CRISP_SHARED_AMONG_LIBRARIES [[gnu::visibility("default")]]
#elif defined(_MSC_VER)
#define CRISP_ALWAYS_INLINE __forceinline
#define CRISP_ALWAYS_INLINE_LAMBDA
#define CRISP_NEVER_INLINE __declspec(noinline)
#define CRISP_SHARED_AMONG_LIBRARIES
#else
#define CRISP_ALWAYS_INLINE inline
#define CRISP_ALWAYS_INLINE_LAMBDA
#define CRISP_NEVER_INLINE
#define CRISP_SHARED_AMONG_LIBRARIES
#endif

// Whether registers are shuffled by __builtin_shufflevector. GCC 11 has none, and nvcc does not know that of the compiler behind it.
#if defined(__has_builtin) && !defined(__NVCC__)
#if __has_builtin(__builtin_shufflevector)
#define CRISP_HAS_SHUFFLEVECTOR
#endif
#endif
