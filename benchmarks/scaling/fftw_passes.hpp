// What a plain STFT loss asks of FFTW: 2-D real transforms of all its frames, of prediction and target forwards and of
// the cotangent backwards. The frames lie windowed and side by side already, so this is the time of FFTW alone.
#pragma once

#include <fftw3.h>

#include <algorithm>
#include <memory>

#include "crisp/core/images.hpp"

namespace crisp_benchmarks {

class FftwPasses {
 public:
  /// Of images of a shape, in square windows; planned with FFTW_MEASURE.
  FftwPasses(const crisp::Shape& shape, int window, int stride)
      : window_(window),
        frames_(shape.planes() * frames_along(shape.height, stride) * frames_along(shape.width, stride)) {
    // A few frames at a time, in memory that stays in the cache.
    at_once_ = static_cast<int>(std::min<crisp::Index>(frames_ / shape.planes(), 64));
    const int pixels = window * window;
    const int bins = window * (window / 2 + 1);
    const int sizes[] = {window, window};
    frame_pixels_.reset(fftwf_alloc_real(static_cast<std::size_t>(at_once_ * pixels)));
    result_.reset(fftwf_alloc_real(static_cast<std::size_t>(at_once_ * pixels)));
    for (auto* spectra : {&first_, &second_}) {
      spectra->reset(fftwf_alloc_complex(static_cast<std::size_t>(at_once_ * bins)));
    }
    forward_.reset(fftwf_plan_many_dft_r2c(2, sizes, at_once_, frame_pixels_.get(), nullptr, 1, pixels,
                                           first_.get(), nullptr, 1, bins, FFTW_MEASURE));
    backward_.reset(fftwf_plan_many_dft_c2r(2, sizes, at_once_, first_.get(), nullptr, 1, bins, result_.get(),
                                            nullptr, 1, pixels, FFTW_MEASURE));
    for (int i = 0; i < at_once_ * pixels; ++i)
      frame_pixels_[static_cast<std::size_t>(i)] = static_cast<float>(i % 7);
  }

  /// The three passes, for the frames there are.
  void run() {
    for (crisp::Index done = 0; done < frames_; done += at_once_) {
      fftwf_execute_dft_r2c(forward_.get(), frame_pixels_.get(), first_.get());
      fftwf_execute_dft_r2c(forward_.get(), frame_pixels_.get(), second_.get());
      fftwf_execute_dft_c2r(backward_.get(), first_.get(), result_.get());
    }
  }

 private:
  struct Free {
    void operator()(void* memory) const { fftwf_free(memory); }
    void operator()(fftwf_plan_s* plan) const { fftwf_destroy_plan(plan); }
  };

  crisp::Index frames_along(crisp::Index size, int stride) const { return (size - window_) / stride + 1; }

  int window_;
  crisp::Index frames_;
  int at_once_ = 1;
  std::unique_ptr<float[], Free> frame_pixels_, result_;
  std::unique_ptr<fftwf_complex[], Free> first_, second_;
  std::unique_ptr<fftwf_plan_s, Free> forward_, backward_;
};

}  // namespace crisp_benchmarks
