// What crisp asks of the compiler.
//
// -ffast-math lets it assume that no number is NaN or infinite and reorder sums as it likes. Then images and options that are
// not finite pass unseen, and vectorised mathematics that relies on the order of operations comes out wrong: xsimd's
// exponential does, compiled by clang, and cross entropy with it. So crisp refuses, unless CRISP_ALLOW_FAST_MATH is
// defined by somebody who has looked at what it does to them.
#pragma once

#if __cplusplus < 201703L
#error "crisp needs C++17 or newer (-std=c++17)"
#endif

#if !defined(CRISP_ALLOW_FAST_MATH) && \
    (defined(__FAST_MATH__) || (defined(__FINITE_MATH_ONLY__) && __FINITE_MATH_ONLY__))
#error \
    "crisp is not exact with -ffast-math (nor -Ofast, -ffinite-math-only): compile what includes it without, or define CRISP_ALLOW_FAST_MATH"
#endif
