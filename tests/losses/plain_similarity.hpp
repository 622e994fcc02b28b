// What the losses of the SSIM family are made of, by their formulas alone: every window summed on its own.
#pragma once

#include <Eigen/Core>
#include <cmath>

#include "crisp/core/images.hpp"
#include "crisp/filters/gaussian.hpp"
#include "crisp/losses/ssim.hpp"

/// SSIM's defaults but for the window.
inline crisp::SsimOptions with_window(crisp::Index window, double sigma = 1.5) {
  crisp::SsimOptions options;
  options.window = window;
  options.sigma = sigma;
  return options;
}

namespace plain {

using Plane = Eigen::ArrayXXd;

/// One plane of images or of weights, whose one channel may serve all.
inline Plane plane_of(const crisp::Images<double>& images, crisp::Index image, crisp::Index channel) {
  const crisp::Index height = images.dimension(2);
  const crisp::Index width = images.dimension(3);
  const crisp::Index channels = images.dimension(1);
  const crisp::Index index = channels == 1 ? image : image * channels + channel;
  return crisp::Plane<double>(images.data() + index * height * width, height, width);
}

struct Constants {
  double c1;
  double c2;

  Constants(double k1, double k2, double data_range)
      : c1(std::pow(k1 * data_range, 2)), c2(std::pow(k2 * data_range, 2)) {}
};

/// What a window says of x and y.
struct Window {
  double weight;  // Σ g w; all else is of no account where it is 0
  double luminance;
  double contrast;
  double l1;

  double ssim() const { return luminance * contrast; }
};

inline Window window_at(const Plane& x, const Plane& y, const Plane& w, crisp::Index row, crisp::Index column,
                        crisp::Index size, double sigma, const Constants& c) {
  const auto taps = crisp::gaussian_taps<double>(size, sigma);
  double weight = 0, mx = 0, my = 0, xx = 0, yy = 0, xy = 0, l1 = 0;
  for (crisp::Index k = 0; k < size; ++k) {
    for (crisp::Index l = 0; l < size; ++l) {
      const double g = taps[k] * taps[l] * w(row + k, column + l);
      if (g == 0) continue;
      const double a = x(row + k, column + l);
      const double b = y(row + k, column + l);
      weight += g;
      mx += g * a;
      my += g * b;
      xx += g * a * a;
      yy += g * b * b;
      xy += g * a * b;
      l1 += g * std::abs(a - b);
    }
  }
  if (weight == 0) return {0, 1, 1, 0};
  for (double* sum : {&mx, &my, &xx, &yy, &xy, &l1}) *sum /= weight;
  return {weight, (2 * mx * my + c.c1) / (mx * mx + my * my + c.c1),
          (2 * (xy - mx * my) + c.c2) / (xx - mx * mx + yy - my * my + c.c2), l1};
}

/// The mean of f(window) over the windows that have weight; `otherwise` if none has.
template <typename Function>
double mean_over_windows(const Plane& x, const Plane& y, const Plane& w, crisp::Index size, double sigma,
                         const Constants& c, double otherwise, const Function& f) {
  double sum = 0;
  crisp::Index count = 0;
  for (crisp::Index i = 0; i + size <= x.rows(); ++i) {
    for (crisp::Index j = 0; j + size <= x.cols(); ++j) {
      const Window window = window_at(x, y, w, i, j, size, sigma, c);
      if (window.weight == 0) continue;
      sum += f(window);
      ++count;
    }
  }
  return count == 0 ? otherwise : sum / static_cast<double>(count);
}

/// The mean of a loss of planes, f(x, y, w), over the planes of images.
template <typename Function>
double mean_over_planes(const crisp::Images<double>& prediction, const crisp::Images<double>& target,
                        const crisp::Images<double>& weights, const Function& f) {
  double sum = 0;
  for (crisp::Index image = 0; image < prediction.dimension(0); ++image) {
    for (crisp::Index channel = 0; channel < prediction.dimension(1); ++channel) {
      sum += f(plane_of(prediction, image, channel), plane_of(target, image, channel),
               plane_of(weights, image, channel));
    }
  }
  return sum / static_cast<double>(prediction.dimension(0) * prediction.dimension(1));
}

}  // namespace plain
