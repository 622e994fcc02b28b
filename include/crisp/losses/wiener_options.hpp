// What WienerLoss deblurs residuals with.
#pragma once

#include <Eigen/Core>
#include <cmath>

#include "crisp/core/errors.hpp"
#include "crisp/core/images.hpp"

namespace crisp {

struct WienerOptions {
  Index kernel_size = 5;          ///< side of the Gaussian blur, in pixels; >= 1
  double sigma = 0.6;             ///< of the Gaussian blur, in pixels; > 0
  double regularization = 0.025;  ///< C, the power of noise beside that of the image; > 0
  Eigen::ArrayXXd kernel = {};    ///< the blur [row, column], in place of the Gaussian if it is not empty
};

namespace detail {

inline void check_wiener_options(const WienerOptions& options) {
  if (!(options.regularization > 0) || !std::isfinite(options.regularization)) {
    fail<OptionError>("the regularization of a Wiener loss must be positive and finite, got ",
                      options.regularization);
  }
  const Eigen::ArrayXXd& kernel = options.kernel;
  if (kernel.size() > 0) {
    if (!kernel.isFinite().all() || (kernel == 0).all()) {
      fail<OptionError>("the kernel of a Wiener loss must be finite and not 0 everywhere, got\n", kernel);
    }
    return;
  }
  if (options.kernel_size < 1) {
    fail<OptionError>("the kernel_size of a Wiener loss must be at least 1, got ", options.kernel_size);
  }
  if (!(options.sigma > 0) || !std::isfinite(options.sigma)) {
    fail<OptionError>("the sigma of a Wiener loss must be positive and finite, got ", options.sigma);
  }
}

}  // namespace detail
}  // namespace crisp
