// The seam to an FFT library: many complex transforms of one length at once, in the two layouts that crisp needs.
//
// Transform has its data in lanes before a forward transform ([t][lane]: sample t of all lanes side by side) and in rows
// after it ([lane][u]: each spectrum contiguous); a backward transform goes the other way. SplitTransform works in place
// on lanes whose real and imaginary parts lie apart, for those lengths that LaneFft leaves to a library. Either belongs to
// one thread at a time.
//
// rounding(length) says how exact a transform is.
//
// The library is FFTW, or where CRISP_FFT_EIGEN is defined the one that comes with Eigen: nothing to link and no GPL, but
// no SIMD either. A program has one of them, so the macro is defined for all of its translation units
// or for none; the CMake target sees to it.
#pragma once

#ifdef CRISP_FFT_EIGEN
#include "crisp/spectral/fft_eigen.hpp"
#else
#include "crisp/spectral/fft_fftw.hpp"
#endif
