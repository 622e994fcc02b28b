// Two real signals a and b that go through one complex transform, as z = a + i b.
//
// Their spectra A and B have the symmetry X(n-u) = conj X(u), so
//   A(u) = (Z(u) + conj Z(n-u))/2,   B(u) = (Z(u) - conj Z(n-u))/2i,
// and u <= n/2, the half spectrum of n/2 + 1 bins, says all of either.
#pragma once

#include <complex>

#include "crisp/spectral/complex_batch.hpp"
#include "crisp/spectral/options.hpp"

namespace crisp::detail {

/// Takes bins apart, of signals of any dimension: from half of Z(u) and half of Z(-u), A(u) and B(u). Real is a number or
/// a batch of them.
template <typename Real>
void split_bins(const ComplexBatch<Real>& z, const ComplexBatch<Real>& mirrored, ComplexBatch<Real>& a,
                ComplexBatch<Real>& b) {
  a.re = z.re + mirrored.re;
  a.im = z.im - mirrored.im;
  b.re = z.im + mirrored.im;
  b.im = mirrored.re - z.re;
}
template <typename T>
void split_bins(const std::complex<T>& z, const std::complex<T>& mirrored, std::complex<T>& a,
                std::complex<T>& b) {
  ComplexBatch<T> first;
  ComplexBatch<T> second;
  split_bins<T>(ComplexBatch<T>{z.real(), z.imag()}, ComplexBatch<T>{mirrored.real(), mirrored.imag()}, first,
                second);
  a = {first.re, first.im};
  b = {second.re, second.im};
}

/// Takes z[n], half the transform of a + i b, apart into the half spectra of a and b.
template <typename T>
void split_pair(const std::complex<T>* z, Index n, std::complex<T>* a, std::complex<T>* b) {
  for (Index u = 0; u <= n / 2; ++u) split_bins(z[u], z[u == 0 ? 0 : n - u], a[u], b[u]);
}

/// The adjoint of taking a transform apart into half spectra: from cotangents a and b of these, makes the z[n] whose
/// backward transform has the derivatives with respect to the first signal as its real part, and with respect to the
/// second as its imaginary part. A cotangent spread over bins u and n-u in equal parts makes both signals real.
template <typename T>
void join_pair(const std::complex<T>* a, const std::complex<T>* b, Index n, std::complex<T>* z) {
  z[0] = {a[0].real(), b[0].real()};
  for (Index u = 1; 2 * u < n; ++u) {
    const std::complex<T> half_a = T(0.5) * a[u];
    const std::complex<T> half_b = T(0.5) * b[u];
    z[u] = {half_a.real() - half_b.imag(), half_a.imag() + half_b.real()};
    z[n - u] = {half_a.real() + half_b.imag(), half_b.real() - half_a.imag()};
  }
  if (n % 2 == 0) z[n / 2] = {a[n / 2].real(), b[n / 2].real()};
}

/// Calls body with the place of every bin of a half spectrum [u][v] that is its own conjugate (some twice). These are
/// real: rounding must not decide the sign of a phase of ±π.
template <typename Body>
void for_each_self_conjugate(const Size2& size, Body&& body) {
  for (const Index u : {Index(0), size.height % 2 == 0 ? size.height / 2 : 0}) {
    for (const Index v : {Index(0), size.width % 2 == 0 ? size.width / 2 : 0}) body(u * size.width + v);
  }
}

template <typename T>
void make_self_conjugates_real(std::complex<T>* spectrum, const Size2& size) {
  for_each_self_conjugate(size, [&](Index bin) { spectrum[bin] = {spectrum[bin].real(), 0}; });
}

}  // namespace crisp::detail
