// Two real signals a and b that go through one complex transform, as z = a + i b.
//
// Their spectra A and B have the symmetry X(n-u) = conj X(u), so
//   A(u) = (Z(u) + conj Z(n-u))/2,   B(u) = (Z(u) - conj Z(n-u))/2i,
// and u <= n/2, the half spectrum of n/2 + 1 bins, says all of either.
#pragma once

#include "crisp/core/compiler.hpp"
#include "crisp/spectral/complex_batch.hpp"
#include "crisp/spectral/options.hpp"

namespace crisp::detail {

/// Takes bins apart: from half of Z(u) and half of Z(-u), A(u) and B(u).
template <typename V>
CRISP_ALWAYS_INLINE void split_bins(const ComplexBatch<V>& z, const ComplexBatch<V>& mirrored,
                                    ComplexBatch<V>& a, ComplexBatch<V>& b) {
  a = {z.re + mirrored.re, z.im - mirrored.im};
  b = {z.im + mirrored.im, mirrored.re - z.re};
}

/// The adjoint of taking a transform apart: from cotangents a and b of A(u) and B(u), makes twice those of Z(u) and Z(-u)
/// whose backward transform has the derivatives with respect to the first signal as its real part, and with respect to
/// the second as its imaginary part. A cotangent spread over bins u and n-u in equal parts makes both signals real.
template <typename V>
CRISP_ALWAYS_INLINE void join_bins(const ComplexBatch<V>& a, const ComplexBatch<V>& b, ComplexBatch<V>& z,
                                   ComplexBatch<V>& mirrored) {
  z = {a.re - b.im, a.im + b.re};
  mirrored = {a.re + b.im, b.re - a.im};
}
/// The same of a bin that is its own conjugate.
template <typename V>
CRISP_ALWAYS_INLINE ComplexBatch<V> join_real_bins(const ComplexBatch<V>& a, const ComplexBatch<V>& b) {
  return {a.re + a.re, b.re + b.re};
}

/// Calls body(u, v) for every bin of a half spectrum that is its own conjugate (some twice). These are real: rounding must
/// not decide the sign of a phase of ±π.
template <typename Body>
void for_each_self_conjugate(const Size2& size, Body&& body) {
  for (const Index u : {Index(0), size.height % 2 == 0 ? size.height / 2 : 0}) {
    for (const Index v : {Index(0), size.width % 2 == 0 ? size.width / 2 : 0}) body(u, v);
  }
}

}  // namespace crisp::detail
