// Log-Gabor filters: complex band-pass filters of one orientation each, defined in the frequency plane.
#pragma once

#include <cmath>
#include <cstddef>
#include <vector>

#include "crisp/spectral/bin_frequency.hpp"
#include "crisp/spectral/options.hpp"

namespace crisp {

/// A bank of filters, one for every scale and orientation.
struct LogGaborOptions {
  LogGaborOptions() {}  // with = default, or none, GCC 12 takes the vector of a temporary for uninitialised

  std::vector<double> scales{1, 1.5, 2};  ///< s_i > 0, the finest first
  Index orientations = 8;                 ///< M >= 1, at angles jπ/M
  double wavelength = 4;                  ///< λ, of the centre of scale 1, in pixels; >= 2
  double bandwidth = 0.75;  ///< κ in (0, 1): a radial standard deviation from the centre f is at κ f and f/κ
  double angular_overlap = 1.5;  ///< a > 0: orientations are a angular standard deviations apart
  double low_pass = 0.45;  ///< cutoff c > 0 in cycles per sample, which keeps the corners of the spectrum out
  double low_pass_order = 15;  ///< p > 0
};

namespace detail {

/// The bank on the bins of a plane of H x W pixels:
///
///   G_ij(u, v) = R_i(r) A_j(θ),  R_i(r) = e^{-ln²(r λ s_i) / (2 ln²κ)} / (1 + (r/c)^{2p}),  R_i(0) = 0,
///                                A_j(θ) = e^{-(θ - jπ/M)² / (2 σ²)},  σ = π/(M a),
///
/// with r, θ the polar coordinates of the bin's frequency, θ anticlockwise and angles subtracted on the circle. As
/// A_j is far from 0 on one side of the origin only, a filtered plane is complex: its argument is the local phase.
/// Computed in double, then rounded to T.
template <typename T>
class LogGaborFilters {
 public:
  LogGaborFilters() = default;
  LogGaborFilters(const LogGaborOptions& options, const Size2& size) : size_(size) {
    const double pi = std::acos(-1.0);
    const auto bins = static_cast<std::size_t>(size.height * size.width);
    const auto orientations = static_cast<double>(options.orientations);
    const double angular_deviation = pi / (orientations * options.angular_overlap);
    radial_.assign(options.scales.size(), std::vector<T>(bins, T(0)));
    angular_.assign(static_cast<std::size_t>(options.orientations), std::vector<T>(bins));
    for (Index u = 0; u < size.height; ++u) {
      for (Index v = 0; v < size.width; ++v) {
        const auto bin = static_cast<std::size_t>(u * size.width + v);
        const double down = bin_frequency(u, size.height);
        const double along = bin_frequency(v, size.width);
        const double radius = std::hypot(down, along);
        const double angle = std::atan2(-down, along);
        const double kept = 1 / (1 + std::pow(radius / options.low_pass, 2 * options.low_pass_order));
        for (std::size_t i = 0; i < radial_.size() && radius > 0; ++i) {
          const double from_centre = std::log(radius * options.wavelength * options.scales[i]);
          radial_[i][bin] = static_cast<T>(kept * gaussian(from_centre, std::log(options.bandwidth)));
        }
        for (std::size_t j = 0; j < angular_.size(); ++j) {
          const double difference = angle - static_cast<double>(j) * pi / orientations;
          angular_[j][bin] = static_cast<T>(gaussian(std::remainder(difference, 2 * pi), angular_deviation));
        }
      }
    }
  }

  const Size2& size() const { return size_; }

  /// R_i and A_j at every bin [u][v].
  const std::vector<T>& radial(std::size_t scale) const { return radial_[scale]; }
  const std::vector<T>& angular(std::size_t orientation) const { return angular_[orientation]; }

 private:
  static double gaussian(double x, double deviation) {
    return std::exp(-x * x / (2 * deviation * deviation));
  }

  Size2 size_ = 0;
  std::vector<std::vector<T>> radial_, angular_;
};

inline void check_log_gabor_options(const LogGaborOptions& options) {
  if (options.scales.empty()) fail<OptionError>("scales must be at least 1 number, got 0");
  const auto check_positive = [](const char* name, double value) {
    check_option(std::isfinite(value) && value > 0, name, "finite and positive", value);
  };
  for (const double scale : options.scales) check_positive("scales", scale);
  check_option(options.orientations >= 1, "orientations", "at least 1",
               static_cast<double>(options.orientations));
  check_option(std::isfinite(options.wavelength) && options.wavelength >= 2, "wavelength",
               "finite and at least 2 pixels", options.wavelength);
  check_option(options.bandwidth > 0 && options.bandwidth < 1, "bandwidth", "between 0 and 1",
               options.bandwidth);
  check_positive("angular_overlap", options.angular_overlap);
  check_positive("low_pass", options.low_pass);
  check_positive("low_pass_order", options.low_pass_order);
}

}  // namespace detail
}  // namespace crisp
