// Which way a Fourier transform goes.
#pragma once

namespace crisp::fft {

enum class Direction {
  forward,   ///< X[u] = Σ_t x[t] e^{-2πi ut/n}, from lanes to rows
  backward,  ///< x[t] = Σ_u X[u] e^{+2πi ut/n}, not divided by n, from rows to lanes: the adjoint of forward
};

}  // namespace crisp::fft
