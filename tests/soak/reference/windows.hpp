// What windows of two planes say of them, and how far rounding can move that.
//
// With s = x + y and d = x - y, 1 - luminance is p = 2 μd² / (μs² + μd² + 2 C1) and 1 - contrast is
// q = 2 σd² / (σs² + σd² + 2 C2): SSIM's factors as they are published, in a form in which nearly equal planes keep their digits.
#pragma once

#include <vector>

#include "soak/plane.hpp"

namespace soak {

/// How planes are compared.
struct Windows {
  Size side = 1;
  std::vector<Real> sigmas;  ///< scales whose contrasts are multiplied; the last one's luminance too
  Real c1 = 0;
  Real c2 = 0;
  bool with_luminance = true;
  bool cuts_taps = false;  ///< taps below 1e-16 of the largest count as 0
  Real l1_factor = 0;      ///< what the patch's mean |x - y| of the last scale is added with
  Real similarity_factor = 1;
};

/// Of the mean over the windows that have weight.
struct Comparison {
  Real value = 0;
  Real value_slack = 0;
  Plane gradient;
  Plane gradient_slack;
  Size count = 0;  ///< of windows that have weight

  Comparison(Size height, Size width) : gradient(height, width), gradient_slack(height, width) {}
};

/// What a computation subtracts from the pixels first, their means, and how large what is left is: rounding is relative to that.
/// Of pooled planes, each plane here is the mean of that of the pixels.
struct Centred {
  Real x_centre = 0;
  Real y_centre = 0;
  Real difference_centre = 0;    ///< the mean of x - y
  Real sum_rounding = 0;         ///< how far rounding may have moved x_centre + y_centre
  Real difference_rounding = 0;  ///< and difference_centre
  Plane difference;              ///< x - y, which x and y do not tell once they are pooled and rounded
  Plane sum_size;                ///< |x - x_centre| + |y - y_centre|
  Plane difference_size;         ///< |(x - y) - difference_centre|
  Plane difference_terms;        ///< the size of what is subtracted to get that
};

Comparison compare_windows(const Pair& pair, const Precision& precision, const Windows& windows,
                           const Centred& centred);

}  // namespace soak
