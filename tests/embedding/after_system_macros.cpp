// All of crisp, after the macros that common system headers define. Those of other libraries that it includes come first: what they
// make of such macros is their own affair.
#include <fftw3.h>

#include <Eigen/Core>
#include <algorithm>
#include <array>
#include <atomic>
#include <cmath>
#include <complex>
#include <exception>
#include <limits>
#include <map>
#include <memory>
#include <mutex>
#include <ostream>
#include <sstream>
#include <string>
#include <tuple>
#include <unsupported/Eigen/CXX11/Tensor>
#include <unsupported/Eigen/CXX11/ThreadPool>
#include <unsupported/Eigen/FFT>
#include <utility>
#include <variant>
#include <vector>
#include <xsimd/xsimd.hpp>

#if __has_include(<dlfcn.h>)
#include <dlfcn.h>
#endif
#if __has_include(<unistd.h>)
#include <unistd.h>
#endif

// windows.h and what it includes, with NOMINMAX
#define near
#define far
#define NEAR
#define FAR
#define small char
#define hyper long long
#define interface struct
#define pascal
#define cdecl
#define huge
#define IN
#define OUT
#define OPTIONAL
#define CONST const
#define VOID void
#define TRUE 1
#define FALSE 0
#define DELETE 1
#define ERROR 0
#define NO_ERROR 0
#define STRICT 1
#define ABSOLUTE 1
#define RELATIVE 2
#define DIFFERENCE 11
#define TRANSPARENT 1
#define OPAQUE 2
#define CALLBACK
#define DOMAIN 1
#define OVERFLOW 3
#define UNDERFLOW 4
#define PLANES 14
#define BITSPIXEL 12
#define grp1 1
#define rad1 1
#define GetObject GetObjectW
#define Yield()
// X11
#define Bool int
#define Status int
#define True 1
#define False 0
#define None 0L
#define Always 2
#define Success 0
#define Complex 0
#define Convex 2
#define Unsorted 0
#define Above 0
#define Below 1
#define CursorShape 0
// complex.h, math.h, ctype.h, termios.h, sys/param.h, sys/sysmacros.h, and what compilers know of the system
#define I _Complex_I
#define M_PI_VALUE 3
#define PI 3
#define B0 0
#define B50 1
#define ECHO 010
#define MIN(a, b) (((a) < (b)) ? (a) : (b))
#define MAX(a, b) (((a) > (b)) ? (a) : (b))
#define major(x) (x)
#define minor(x) (x)
#define unix 1
#define linux 1
#define i386 1
#define arm 1
// Objective-C, Qt
#define nil 0
#define YES 1
#define NO 0
#define signals public
#define slots
#define emit
#define forever for (;;)
#define foreach(a, b) for (a : b)

#include <crisp/crisp.hpp>
#include <crisp/testing/gradient_check.hpp>

double evaluate_after_system_macros(const crisp::Images<double>& x, const crisp::Images<double>& y) {
  crisp::Images<double> gradient;
  return crisp::value_and_gradient(crisp::presets::crisp<double>() + crisp::SsimLoss<double>(), x, y,
                                   gradient);
}
