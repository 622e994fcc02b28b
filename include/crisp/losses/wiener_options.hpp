// What WienerLoss deblurs residuals with.
#pragma once

#include <Eigen/Core>

#include "crisp/core/images.hpp"

namespace crisp {

/// The blur that WienerLoss undoes.
struct WienerOptions {
  Index kernel_size = 5;          ///< side of the Gaussian blur, in pixels; 1 to 1024
  double sigma = 0.6;             ///< of the Gaussian blur, in pixels; > 0
  double regularization = 0.025;  ///< C, the power of noise beside that of the image; 1e-20 at least
  Eigen::ArrayXXd kernel = {};    ///< the blur [row, column], in place of the Gaussian if it is not empty
};

}  // namespace crisp
