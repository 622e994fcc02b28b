// A sharpness index that needs no reference: how coherent the local phase is across scales.
//
// Near a sharp feature, an edge or a line, the local phases φ_i of the scales s_i follow from one another: they are the
// feature's own phase and one in proportion to its distance over s_i. With weights such that Σ w_i = 0 and
// Σ w_i/s_i = 0, Σ w_i φ_i is 0 there. Blur tilts the spectrum within the band of each filter, which moves these phases
// apart, and the cosine of the sum falls.
//
//   c_ij(x)  response of the log-Gabor filter of scale i and orientation j (spectral/log_gabor.hpp), φ_ij its argument
//   S_j(x) = cos Σ_i w_i φ_ij(x)
//   S(x)   = Σ_j |c_1j(x)| S_j(x) / (Σ_j |c_1j(x)| + C)
//   index  = Σ_k u_k S_(k) / Σ_k u_k,   S_(1) >= S_(2) >= … the sorted S(x),  u_k = e^{-((k-1)/(K-1))/β}
//
// with pixels on 8-bit scale, times 255/data_range, and x the K pixels off the border. The sharpest of them decide.
#pragma once

#include <algorithm>
#include <cmath>
#include <complex>
#include <cstddef>
#include <functional>
#include <limits>
#include <vector>

#include "crisp/core/aligned.hpp"
#include "crisp/core/images.hpp"
#include "crisp/metrics/image_mean.hpp"
#include "crisp/spectral/log_gabor.hpp"
#include "crisp/spectral/plane_transform.hpp"

namespace crisp::metrics {

/// What LocalPhaseCoherence measures with.
struct LocalPhaseCoherenceOptions : LogGaborOptions {
  LocalPhaseCoherenceOptions() {}  // as there

  double data_range = 1;  ///< largest possible pixel value minus smallest: 1, or 255 for bytes; > 0
  std::vector<double> weights{1, -3, 2};  ///< w_i, one for each scale; finite
  double constant = 2;       ///< C > 0, in 8-bit pixel values: what is weaker than this counts for little
  double decay = 1e-4;       ///< β > 0, about the share of the pixels that decide
  double border = 1.0 / 16;  ///< share of the shorter side that is left out on every side; >= 0 and < 1/2
};

namespace detail {

/// How many pixels are left out on every side.
inline Index border_width(double share, const Size2& size) {
  return static_cast<Index>(std::lround(share * static_cast<double>(std::min(size.height, size.width))));
}

/// The size of what is transformed: the plane and its mirror images, which meet without a jump, again and again.
inline Size2 mirrored(const Size2& size) { return {2 * size.height, 2 * size.width}; }

/// The index of planes of one size. Computed in Real.
template <typename Real>
class LocalPhaseCoherenceIndex {
 public:
  LocalPhaseCoherenceIndex() = default;
  LocalPhaseCoherenceIndex(const Size2& size, const LocalPhaseCoherenceOptions& options)
      : size_(size),
        border_(border_width(options.border, size)),
        transform_(mirrored(size)),
        spectrum_(static_cast<std::size_t>(4 * size.height * size.width)),
        product_(spectrum_.size()),
        responses_(options.scales.size(), Complexes(spectrum_.size())),
        coherence_(size.height - 2 * border_, size.width - 2 * border_),
        total_amplitude_(coherence_.rows(), coherence_.cols()) {
    sorted_.reserve(static_cast<std::size_t>(coherence_.size()));
  }

  const Size2& size() const { return size_; }

  /// The filters are those of the mirrored size.
  template <typename T>
  Real operator()(const Plane<T>& plane, const LocalPhaseCoherenceOptions& options,
                  const crisp::detail::LogGaborFilters<Real>& filters) {
    load(plane, static_cast<Real>(255 / options.data_range));
    transform_.forward(product_.data(), spectrum_.data());
    coherence_.setZero();
    total_amplitude_.setZero();
    for (std::size_t j = 0; j < static_cast<std::size_t>(options.orientations); ++j) {
      for (std::size_t i = 0; i < responses_.size(); ++i) {
        filter(filters.radial(i), filters.angular(j), responses_[i]);
      }
      add_orientation(options.weights);
    }
    coherence_ /= total_amplitude_ + static_cast<Real>(options.constant);
    return pooled(options.decay);
  }

 private:
  using Complexes = crisp::detail::AlignedVector<std::complex<Real>>;
  using Pixels = Eigen::Array<Real, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

  template <typename T>
  void load(const Plane<T>& plane, Real contrast) {
    const Real mean = plane_mean(plane.template cast<Real>());
    // The backward transforms are not divided by their size, so that is done here.
    const Real scale = contrast / static_cast<Real>(product_.size());
    auto pixel = product_.begin();
    for (Index y = 0; y < 2 * size_.height; ++y) {
      for (Index x = 0; x < 2 * size_.width; ++x) {
        const T source = plane(std::min(y, 2 * size_.height - 1 - y), std::min(x, 2 * size_.width - 1 - x));
        *pixel++ = scale * (static_cast<Real>(source) - mean);
      }
    }
  }

  void filter(const std::vector<Real>& radial, const std::vector<Real>& angular, Complexes& response) {
    for (std::size_t bin = 0; bin < spectrum_.size(); ++bin) {
      product_[bin] = radial[bin] * angular[bin] * spectrum_[bin];
    }
    transform_.backward(product_.data(), response.data());
  }

  /// Adds |c_1j| S_j and |c_1j| for the orientation of the responses.
  void add_orientation(const std::vector<double>& weights) {
    for (Index y = 0; y < coherence_.rows(); ++y) {
      for (Index x = 0; x < coherence_.cols(); ++x) {
        const auto at = static_cast<std::size_t>((y + border_) * 2 * size_.width + x + border_);
        Real phase = 0;
        for (std::size_t i = 0; i < responses_.size(); ++i) {
          phase += static_cast<Real>(weights[i]) * std::arg(responses_[i][at]);
        }
        const Real amplitude = std::abs(responses_.front()[at]);
        coherence_(y, x) += amplitude * std::cos(phase);
        total_amplitude_(y, x) += amplitude;
      }
    }
  }

  /// The weighted mean of the largest coherences.
  Real pooled(double decay) {
    if (!coherence_.allFinite()) return std::numeric_limits<Real>::quiet_NaN();
    sorted_.assign(coherence_.data(), coherence_.data() + coherence_.size());
    // Most pixels have weights below e^-40, which are lost in rounding.
    const double steps = static_cast<double>(std::max<std::size_t>(sorted_.size() - 1, 1));
    const double heavy = std::min(static_cast<double>(sorted_.size()), std::ceil(40 * decay * steps) + 1);
    const auto end = sorted_.begin() + static_cast<std::ptrdiff_t>(heavy);
    std::partial_sort(sorted_.begin(), end, sorted_.end(), std::greater<>());
    double sum = 0, weights = 0;
    for (auto coherence = sorted_.begin(); coherence != end; ++coherence) {
      const auto rank = static_cast<double>(coherence - sorted_.begin());
      const double weight = std::exp(-rank / steps / decay);
      sum += weight * static_cast<double>(*coherence);
      weights += weight;
    }
    return static_cast<Real>(sum / weights);
  }

  Size2 size_ = 0;
  Index border_ = 0;
  crisp::detail::PlaneTransform<Real> transform_;
  Complexes spectrum_, product_;
  std::vector<Complexes> responses_;    // one a scale, of one orientation at a time
  Pixels coherence_, total_amplitude_;  // off the border
  std::vector<Real> sorted_;
};

inline void check_coherence_options(const LocalPhaseCoherenceOptions& options) {
  crisp::detail::check_log_gabor_options(options);
  const auto check_positive = [](const char* name, double value) {
    crisp::detail::check_option(std::isfinite(value) && value > 0, name, "finite and positive", value);
  };
  if (options.weights.size() != options.scales.size()) {
    crisp::detail::fail<OptionError>("weights and scales must be as many, got ", options.weights.size(),
                                     " weights and ", options.scales.size(), " scales");
  }
  for (const double weight : options.weights) {
    crisp::detail::check_option(std::isfinite(weight), "weights", "finite", weight);
  }
  check_positive("data_range", options.data_range);
  check_positive("constant", options.constant);
  check_positive("decay", options.decay);
  crisp::detail::check_option(options.border >= 0 && options.border < 0.5, "border",
                              "at least 0 and below 0.5", options.border);
}

/// Throws OptionError where two metrics to be merged differ in an option.
inline void check_same_options(const LocalPhaseCoherenceOptions& mine,
                               const LocalPhaseCoherenceOptions& others) {
  check_same("scales", mine.scales, others.scales);
  check_same("orientations", static_cast<double>(mine.orientations),
             static_cast<double>(others.orientations));
  check_same("wavelength", mine.wavelength, others.wavelength);
  check_same("bandwidth", mine.bandwidth, others.bandwidth);
  check_same("angular_overlap", mine.angular_overlap, others.angular_overlap);
  check_same("low_pass", mine.low_pass, others.low_pass);
  check_same("low_pass_order", mine.low_pass_order, others.low_pass_order);
  check_same("data_range", mine.data_range, others.data_range);
  check_same("weights", mine.weights, others.weights);
  check_same("constant", mine.constant, others.constant);
  check_same("decay", mine.decay, others.decay);
  check_same("border", mine.border, others.border);
}

}  // namespace detail

}  // namespace crisp::metrics
