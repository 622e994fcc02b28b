#include "soak/reference/filtered_spectra.hpp"
#include "soak/reference/fourier.hpp"
#include "soak/reference/spectra.hpp"

namespace soak {
namespace {

/// The spectrum of what a patch of a plane, or of all images' planes of a channel, leaves of the residuals.
struct Residual {
  Bins spectrum;             ///< ortho-normalised
  Real rounding = 0;         ///< of each bin
  Real share = 0;            ///< how much the patch counts; 0: not at all
  std::vector<Real> shares;  ///< of each plane
  std::vector<Size> planes;  ///< whose residuals these are

  Real largest() const {
    Real result = 0;
    for (const Bin bin : spectrum) result = std::max(result, size_of(bin));
    return result;
  }
};

/// One evaluation.
class FocalSum {
 public:
  FocalSum(const Batch& batch, const Precision& precision, const crisp::FocalFrequencyOptions& options)
      : batch_(batch),
        precision_(precision),
        options_(options),
        height_(batch.planes.front().prediction.height),
        width_(batch.planes.front().prediction.width),
        patch_height_(height_ / options.patch_factor),
        patch_width_(width_ / options.patch_factor) {
    for (std::size_t i = 0; i < batch.planes.size(); ++i) result_.emplace_back(height_, width_);
    value_squares_.assign(result_.size(), 0);
  }

  std::vector<Estimate> sum() {
    const Size series = options_.average_spectrum ? batch_.channels : batch_.images * batch_.channels;
    const Size patches = options_.patch_factor * options_.patch_factor;
    std::vector<Residual> residuals;
    for (Size first = 0; first < series; ++first) {
      for (Size patch = 0; patch < patches; ++patch) residuals.push_back(residual_of(first, patch));
    }
    const Residual* largest = nullptr;
    for (const Residual& residual : residuals) {
      if (residual.share > 0 && (largest == nullptr || residual.largest() > largest->largest()))
        largest = &residual;
    }
    for (Size i = 0; i < series * patches; ++i) {
      const Residual& residual = residuals[static_cast<std::size_t>(i)];
      if (residual.share > 0) add(residual, options_.batch_matrix ? *largest : residual, i % patches);
    }
    for (std::size_t i = 0; i < result_.size(); ++i)
      result_[i].value_slack += deviations * std::sqrt(value_squares_[i]);
    return result_;
  }

 private:
  Size top(Size patch) const { return patch / options_.patch_factor * patch_height_; }
  Size left(Size patch) const { return patch % options_.patch_factor * patch_width_; }

  Residual residual_of(Size first, Size patch) const {
    Residual residual;
    const Size count = options_.average_spectrum ? batch_.images : 1;
    Real total = 0;
    for (Size k = 0; k < count; ++k) {
      residual.planes.push_back(first + k * batch_.channels);
      residual.shares.push_back(
          share_of_weight(batch_.planes[static_cast<std::size_t>(residual.planes.back())], top(patch),
                          left(patch), patch_height_, patch_width_));
      total += residual.shares.back();
    }
    residual.share = total / static_cast<Real>(count);
    if (total == 0) return residual;
    const Real norm = 1 / std::sqrt(static_cast<Real>(patch_height_ * patch_width_));
    Real squares = 0;
    for (Size y = top(patch); y < top(patch) + patch_height_; ++y) {
      for (Size x = left(patch); x < left(patch) + patch_width_; ++x) {
        Real mean = 0;
        Real size = 0;
        for (std::size_t k = 0; k < residual.planes.size(); ++k) {
          if (residual.shares[k] == 0) continue;  // whatever the pixel holds
          const Pair& pair = batch_.planes[static_cast<std::size_t>(residual.planes[k])];
          const Real r = residual.shares[k] / total * (pair.prediction(y, x) - pair.target(y, x));
          mean += r;
          size += std::abs(r);
        }
        residual.spectrum.push_back({norm * mean, 0});
        squares += square(norm * size);
      }
    }
    residual.spectrum = fourier(std::move(residual.spectrum), patch_height_, patch_width_);
    residual.rounding = transform_rounding(precision_, patch_height_ * patch_width_) * std::sqrt(squares);
    return residual;
  }

  /// w before it is divided by its maximum.
  Real weight(Real amplitude) const {
    const Real power = std::pow(amplitude, static_cast<Real>(options_.alpha));
    return options_.log_matrix ? std::log1p(power) : power;
  }

  void add(const Residual& residual, const Residual& with_largest, Size patch) {
    const Real alpha = static_cast<Real>(options_.alpha);
    const Real largest = with_largest.largest();
    const Real by_pixels = 1 / static_cast<Real>(height_ * width_);
    Bins derivatives;
    Real value = 0;
    Real value_squares = 0;
    Real derivative_squares = 0;
    for (const Bin bin : residual.spectrum) {
      const Real amplitude = size_of(bin);
      const Real rounding = residual.rounding + precision_.epsilon * amplitude;
      const auto relative_weight = [&](Real at) -> Real {
        if (alpha == 0) return 1;
        return largest == 0 ? 0 : std::min(Real(1), weight(at) / weight(largest));
      };
      const Real w = relative_weight(amplitude);
      const Real w_above = relative_weight(amplitude + rounding);
      // A power is as inexact as the logarithm that it is made of: that of the share, or of the amplitude for log_matrix.
      const Real logarithm =
          amplitude == 0 ? 0 : std::log(options_.log_matrix ? amplitude : amplitude / largest);
      const Real of_power = 4 * precision_.epsilon * (1 + alpha * std::abs(logarithm));
      value += w * square(amplitude);
      value_squares += square((alpha + 2) * w_above * (amplitude + rounding) * rounding +
                              of_power * w * square(amplitude));
      const Bin derivative = 2 * w * by_pixels * bin;
      derivative_squares +=
          square(2 * (alpha + 1) * w_above * by_pixels * rounding + of_power * size_of(derivative)) +
          square(transform_rounding(precision_, patch_height_ * patch_width_) * size_of(derivative));
      derivatives.push_back(conjugate(derivative));
    }
    derivatives = fourier(std::move(derivatives), patch_height_, patch_width_);
    const Real norm = 1 / std::sqrt(static_cast<Real>(patch_height_ * patch_width_));
    // The rounding of the maximum is in all bins alike.
    const Real of_largest_power =
        options_.log_matrix && largest > 0 ? 4 * alpha * std::abs(std::log(largest)) : Real(0);
    const Real of_largest = largest > 0 ? alpha * with_largest.rounding / largest +
                                              precision_.epsilon * (alpha + of_largest_power)
                                        : Real(0);
    for (std::size_t k = 0; k < residual.planes.size(); ++k) {
      const std::size_t plane = static_cast<std::size_t>(residual.planes[k]);
      Estimate& to = result_[plane];
      to.value += residual.share * by_pixels * value;
      to.value_slack += of_largest * residual.share * by_pixels * value;
      value_squares_[plane] += square(residual.share * by_pixels) * value_squares;
      for (Size y = 0; y < patch_height_; ++y) {
        for (Size x = 0; x < patch_width_; ++x) {
          const Real entry =
              residual.shares[k] * norm * derivatives[static_cast<std::size_t>(y * patch_width_ + x)].re;
          to.gradient(top(patch) + y, left(patch) + x) += entry;
          to.gradient_slack(top(patch) + y, left(patch) + x) +=
              residual.shares[k] * norm * deviations * std::sqrt(derivative_squares) +
              of_largest * std::abs(entry);
        }
      }
    }
  }

  const Batch& batch_;
  Precision precision_;
  crisp::FocalFrequencyOptions options_;
  Size height_;
  Size width_;
  Size patch_height_;
  Size patch_width_;
  std::vector<Estimate> result_;
  std::vector<Real> value_squares_;  // of roundings, plane by plane
};

}  // namespace

std::vector<Estimate> focal_frequency(const Batch& batch, const Precision& precision,
                                      const crisp::FocalFrequencyOptions& options) {
  return FocalSum(batch, precision, options).sum();
}

}  // namespace soak
