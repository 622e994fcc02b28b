// Local phase coherence as a metric of sharpness.
#pragma once

#include <algorithm>
#include <cstddef>
#include <numeric>
#include <vector>

#include "crisp/core/evaluate.hpp"
#include "crisp/metrics/image_mean.hpp"
#include "crisp/metrics/local_phase_coherence_index.hpp"

namespace crisp::metrics {

/// image value = LPC-SI, the index of local_phase_coherence_index.hpp, mean over channels; value = its mean over images
///
/// Near 1 for sharp images, and falling as they are blurred; 0 for flat ones; always between -1 and 1. It looks at the
/// sharpest places alone, in a small image at one or two pixels. One number says little: compare predictions with
/// their targets by two of these, ratio or difference. Images need some filter lengths of room, about 28 x 28 pixels;
/// noise is taken for sharpness.
/// Brightness does not matter. Contrast does a little: more of it makes features stand out from C, so that a
/// prediction of low contrast looks less sharp.
///
/// The parameters of the index are the published ones. Those of the filters (wavelength, bandwidth, angular_overlap,
/// low_pass, its order) and the border are the values of the authors' program, lpc_si.m. Planes are mirrored at their
/// borders, a choice of crisp's own: a transform that wraps around puts sharp edges there, whose traces hide the blur of
/// all images under some 100 pixels. That program wraps around, and counts amplitudes of an orientation only as far as
/// they exceed their mean by two standard deviations, so its numbers are others.
///
/// Interface: metrics/image_mean.hpp, with add(images [, executor]). Weights: none; a mask's edges would be sharp.
/// Non-finite input: a value that is NaN. Errors: OptionError for an option out of its range; ShapeError for images
/// without pixels, or without any off the border.
/// Accuracy: to 1e-10 in double, float images too, where no response is near 0.
/// Cost: 1 + scales * orientations complex transforms of four times the plane's size, and as many arctangents a pixel:
/// about 2 ms for 28 x 28 pixels and 0.7 s for 256 x 256 on one core. Memory: 32 (scales + orientations) bytes a pixel
/// for filters, and 64 (3 + scales) for each thread.
/// Source: R. Hassen, Z. Wang, M. Salama, Image sharpness assessment based on local phase coherence, IEEE TIP 22
/// (2013), after Z. Wang, E. P. Simoncelli, Local phase coherence and the perception of blur, NIPS 2003.
template <typename T>
class LocalPhaseCoherence {
 public:
  explicit LocalPhaseCoherence(const LocalPhaseCoherenceOptions& options = {}) : options_(options) {
    detail::check_coherence_options(options);
  }

  const LocalPhaseCoherenceOptions& options() const { return options_; }

  template <typename AnyImages, typename Executor = Serial, crisp::detail::IfExecutor<Executor> = 0>
  const std::vector<double>& add(const AnyImages& images, const Executor& executor = Executor()) {
    static_assert(!crisp::detail::is_weighted<AnyImages>,
                  "crisp: LocalPhaseCoherence takes no weights: the edges of a mask would be sharp features");
    const crisp::detail::ImagesPointer<const T> from =
        crisp::detail::to_read<T>(crisp::detail::in_rows<T>(images, rows_));
    const Shape& shape = from.shape;
    prepare(shape, executor.concurrency());
    executor.for_each(shape.planes(), [&](Index plane, int slot) {
      plane_values_[static_cast<std::size_t>(plane)] = engines_[static_cast<std::size_t>(slot)](
          Plane<T>(from.plane(plane), shape.height, shape.width), options_, filters_);
    });
    for (Index image = 0; image < shape.batch; ++image) {
      const auto first = plane_values_.begin() + image * shape.channels;
      const double value =
          std::accumulate(first, first + shape.channels, 0.0) / static_cast<double>(shape.channels);
      mean_.add(value);
      image_values_[static_cast<std::size_t>(image)] = value;
    }
    return image_values_;
  }

  void merge(const LocalPhaseCoherence& other) {
    detail::check_same_options(options_, other.options_);
    mean_.merge(other.mean_);
  }

  double value() const { return mean_.value(); }
  Index count() const { return mean_.count(); }

 private:
  using Filters = crisp::detail::LogGaborFilters<double>;

  void check_shape(const Shape& shape) const {
    crisp::detail::check_representable<T>(shape);
    if (shape.size() == 0) {
      crisp::detail::fail<ShapeError>("a metric is a mean over pixels, and images of shape ", shape,
                                      " have none");
    }
    const Index border = detail::border_width(options_.border, Size2(shape.height, shape.width));
    if (2 * border >= std::min(shape.height, shape.width)) {
      crisp::detail::fail<ShapeError>("a border of ", border, " pixels leaves nothing of images of ",
                                      shape.height, "x", shape.width);
    }
  }

  void prepare(const Shape& shape, int concurrency) {
    check_shape(shape);
    const Size2 size(shape.height, shape.width);
    const Size2 mirrored = detail::mirrored(size);
    if (filters_.size() != mirrored) filters_ = Filters(options_, mirrored);
    detail::prepare_engines(engines_, std::min<Index>(concurrency, shape.planes()), size, options_);
    plane_values_.resize(static_cast<std::size_t>(shape.planes()));
    image_values_.resize(static_cast<std::size_t>(shape.batch));
  }

  LocalPhaseCoherenceOptions options_;
  detail::ImageMean mean_;
  Filters filters_;
  std::vector<detail::LocalPhaseCoherenceIndex<double>> engines_;  // one a thread
  std::vector<double> plane_values_, image_values_;
  Images<T> rows_;  // of what lies otherwise in memory
};

}  // namespace crisp::metrics
