// What the metrics share: a mean over images that grows batch by batch and merges with others.
//
//   crisp::metrics::Ssim<float> ssim;
//   for (...) ssim.add(prediction, target, threads);  // any batch sizes, any shapes
//   ssim.merge(the_one_of_another_worker);
//   log(ssim.value(), ssim.count());
//
// Every metric has
//   add(images... [, executor])  checks as crisp::value does, then counts the images of a batch in; returns one value
//                                per image, kept until the next add. What throws leaves the metric as it was, and the
//                                result has the same bits for any number of threads and any division into batches;
//   merge(other)                 as if the other's images had been added here, to rounding (1e-12 relative);
//                                OptionError for other options;
//   value()                      over all images so far; OptionError if there are none;
//   count()                      how many those are.
// A metric is copied and assigned like any value, and belongs to one thread at a time.
#pragma once

#include <cstddef>
#include <vector>

#include "crisp/core/errors.hpp"
#include "crisp/core/images.hpp"

namespace crisp::metrics::detail {

/// Throws OptionError where two metrics to be merged differ in an option.
inline void check_same(const char* name, double mine, double others) {
  if (mine == others) return;
  crisp::detail::fail<OptionError>("metrics to be merged must have the same options, got ", name, " ", mine,
                                   " and ", others);
}

inline void check_same(const char* name, const std::vector<double>& mine, const std::vector<double>& others) {
  if (mine.size() != others.size()) {
    crisp::detail::fail<OptionError>("metrics to be merged must have the same options, got ", mine.size(),
                                     " and ", others.size(), " ", name);
  }
  for (std::size_t i = 0; i < mine.size(); ++i) check_same(name, mine[i], others[i]);
}

/// Throws OptionError for a value that would be over no images.
inline void check_count(Index count) {
  if (count == 0) crisp::detail::fail<OptionError>("a metric has no value before images are added, got 0");
}

/// A mean of numbers, one an image.
class ImageMean {
 public:
  void add(double image_value) {
    sum_ += image_value;
    ++count_;
  }
  void merge(const ImageMean& other) {
    sum_ += other.sum_;
    count_ += other.count_;
  }
  double value() const {
    check_count(count_);
    return sum_ / static_cast<double>(count_);
  }
  Index count() const { return count_; }

 private:
  double sum_ = 0;
  Index count_ = 0;
};

/// Makes the engines of `count` threads fit planes of one size: adds what lacks, replaces those of another size.
template <typename Engine, typename Size, typename Options>
void prepare_engines(std::vector<Engine>& engines, Index count, const Size& size, const Options& options) {
  const auto slot_count = static_cast<std::size_t>(count);
  if (engines.size() < slot_count) engines.resize(slot_count);
  for (Engine& engine : engines) {
    if (engine.size() != size) engine = Engine(size, options);
  }
}

/// Whether a plane counts, of images of so many channels: without weights, or if one of its pixels has some.
template <typename T>
bool has_weight(const crisp::detail::ImagesPointer<const T>& weights, Index plane, Index channels) {
  if (weights.data == nullptr) return true;
  const Index weights_plane = weights.shape.channels == 1 ? plane / channels : plane;
  return (Plane<T>(weights.plane(weights_plane), 1, weights.shape.plane_size()) > T(0)).any();
}

}  // namespace crisp::metrics::detail
