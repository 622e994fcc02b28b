// The short-time Fourier transform on its own: forward, its exact adjoint, and its inverse.
//
//   F(k, l, u, v) = c Σ_t f(k s_y + t_y, l s_x + t_x) h(t_y) h(t_x) e^{-2πi (u t_y/n_y + v t_x/n_x)}
//
// with c = 1, or 1/√(n_y n_x) for Normalization::ortho. The adjoint F* is the one for real images and the
// inner product ⟨a, b⟩ = Re Σ conj(a) b. F*F is diagonal,
//   (F*F f)(y, x) = c² n_y n_x d_y(y) d_x(x) f(y, x),   d(p) = Σ_k h(p - k s)²
// (with padding, the sum of that over all positions where the pixel stands),
// so the inverse by weighted overlap-add, which is also the least-squares inverse, is F* divided by that
// diagonal.
#pragma once

#include <algorithm>
#include <complex>
#include <cstddef>
#include <vector>

#include "crisp/core/executor.hpp"
#include "crisp/core/images.hpp"
#include "crisp/core/layouts.hpp"
#include "crisp/spectral/frames.hpp"
#include "crisp/spectral/paired_frames.hpp"
#include "crisp/spectral/window.hpp"

namespace crisp {

/// Full spectra of all frames: [batch, channel, frame row, frame column, n_y, n_x].
template <typename T>
using Spectra = Eigen::Tensor<std::complex<T>, 6, Eigen::RowMajor>;

/// The transform for one window and stride; images of any size that the window fits.
///
/// Errors: OptionError for a window under 2x2 or a stride under 1x1; ShapeError for images smaller than the
/// window and for spectra whose shape does not belong to the images asked for.
/// Accuracy: ⟨Fx, y⟩ = ⟨x, F*y⟩ and inverse(forward(x)) = x to 1e-12 in double.
template <typename T>
class Stft {
 public:
  explicit Stft(const Size2& window = 16, const Size2& stride = 4,
                WindowShape window_shape = WindowShape::hann,
                Normalization normalization = Normalization::none, Padding padding = Padding::none)
      : window_(window),
        stride_(stride),
        window_shape_(window_shape),
        normalization_(normalization),
        padding_(padding) {
    detail::check_frames(window, stride);
  }

  /// Where the frames of an image lie.
  Frames frames(const Size2& image) const { return Frames(image, window_, stride_, padding_); }

  /// F of every plane.
  template <typename AnyImages, typename Executor = Serial>
  Spectra<T> forward(const AnyImages& images, const Executor& executor = Executor()) const {
    Images<T> rows;
    const detail::ImagesPointer<const T> from = detail::to_read<T>(detail::in_rows<T>(images, rows));
    const Shape& shape = from.shape;
    const Frames frames = this->frames(Size2(shape.height, shape.width));
    Spectra<T> spectra(shape.batch, shape.channels, frames.rows, frames.columns, window_.height,
                       window_.width);
    Engines engines = make_engines(frames, executor, shape.planes());
    // Two planes share every transform; the last one of an odd number goes with itself.
    executor.for_each((shape.planes() + 1) / 2, [&](Index pair, int slot) {
      const Index first = 2 * pair;
      const Index second = std::min(first + 1, shape.planes() - 1);
      detail::PairedFrames<T>& engine = engines[static_cast<std::size_t>(slot)];
      for (Index tile = 0; tile < engine.tiles(); ++tile) {
        engine.load(tile, Pair{from.plane(first), from.plane(second)}, T(0), T(0));
        for (Index l = 0; l < frames.columns; ++l) {
          engine.analyse(l);
          for (Index row = 0; row < engine.row_count(tile); ++row) {
            const Index k = engine.first_row(tile) + row;
            unfold(engine, 0, row, frame(spectra, frames, first, k, l));
            unfold(engine, 1, row, frame(spectra, frames, second, k, l));
          }
        }
      }
    });
    return spectra;
  }

  /// F* of spectra: images of the given size. The spectra need not be those of a real image.
  template <typename Executor = Serial>
  Images<T> adjoint(const Spectra<T>& spectra, const Size2& image,
                    const Executor& executor = Executor()) const {
    const Frames frames = this->frames(image);
    check_spectra(spectra, frames);
    const Index planes = spectra.dimension(0) * spectra.dimension(1);
    Images<T> images(spectra.dimension(0), spectra.dimension(1), image.height, image.width);
    images.setZero();
    Engines engines = make_engines(frames, executor, planes);
    executor.for_each(planes, [&](Index plane, int slot) {
      detail::PairedFrames<T>& engine = engines[static_cast<std::size_t>(slot)];
      MutablePlane<T> to(images.data() + plane * image.height * image.width, image.height, image.width);
      for (Index tile = 0; tile < engine.tiles(); ++tile) {
        engine.start_adjoint();
        for (Index l = 0; l < frames.columns; ++l) {
          for (Index row = 0; row < engine.row_count(tile); ++row) {
            fold(frame(spectra, frames, plane, engine.first_row(tile) + row, l), engine, row);
          }
          engine.synthesise(l);
        }
        engine.store(tile, T(1), to);
      }
    });
    return images;
  }

  /// The images that have these spectra; for spectra that no image has, the images whose spectra are closest.
  /// ShapeError where some pixel has no weight in any frame, such as the first row under a periodic Hann
  /// window without padding.
  template <typename Executor = Serial>
  Images<T> inverse(const Spectra<T>& spectra, const Size2& image,
                    const Executor& executor = Executor()) const {
    const Frames frames = this->frames(image);  // throws where the window does not fit
    const std::vector<double> rows = squared_weights("row", detail::vertical_axis(frames));
    const std::vector<double> columns = squared_weights("column", detail::horizontal_axis(frames));
    Images<T> images = adjoint(spectra, image, executor);
    const double area =
        normalization_ == Normalization::ortho ? 1 : static_cast<double>(window_.height * window_.width);
    T* pixel = images.data();
    for (Index plane = 0; plane < images.dimension(0) * images.dimension(1); ++plane) {
      for (const double row : rows) {
        for (const double column : columns) *pixel++ /= static_cast<T>(area * row * column);
      }
    }
    return images;
  }

 private:
  using ComplexNumber = std::complex<T>;
  using Engines = std::vector<detail::PairedFrames<T>>;

  /// Two planes, as PairedFrames::load takes them.
  struct Pair {
    const T* first;
    const T* second;

    void copy(Index pixel, Index count, T* to_first, T* to_second) const {
      std::copy_n(first + pixel, count, to_first);
      std::copy_n(second + pixel, count, to_second);
    }
  };

  template <typename Executor>
  Engines make_engines(const Frames& frames, const Executor& executor, Index planes) const {
    const Index slot_count = std::min<Index>(executor.concurrency(), planes);
    return Engines(static_cast<std::size_t>(slot_count),
                   detail::PairedFrames<T>(frames, window_shape_, normalization_));
  }

  /// The spectrum of frame (k, l) of a plane.
  template <typename AnySpectra>
  static auto frame(AnySpectra& spectra, const Frames& frames, Index plane, Index k, Index l) {
    const Index index = (plane * frames.rows + k) * frames.columns + l;
    return spectra.data() + index * frames.window.height * frames.window.width;
  }

  /// The full spectrum of a frame from its half.
  void unfold(const detail::PairedFrames<T>& engine, Index plane, Index row, ComplexNumber* full) const {
    const Index height = window_.height;
    const Index width = window_.width;
    for (Index v = 0; v < width; ++v) {
      for (Index u = 0; u <= height / 2; ++u) {
        const ComplexNumber bin = engine.get(plane, row, u, v);
        full[u * width + v] = bin;
        if (u > 0 && 2 * u < height) full[(height - u) * width + (width - v) % width] = std::conj(bin);
      }
    }
  }

  /// The adjoint of unfold.
  void fold(const ComplexNumber* full, detail::PairedFrames<T>& engine, Index row) const {
    const Index height = window_.height;
    const Index width = window_.width;
    for (Index u = 0; u <= height / 2; ++u) {
      const bool mirrored = u > 0 && 2 * u < height;
      for (Index v = 0; v < width; ++v) {
        ComplexNumber bin = full[u * width + v];
        if (mirrored) bin += std::conj(full[(height - u) * width + (width - v) % width]);
        engine.set(0, row, u, v, bin);
      }
    }
  }

  void check_spectra(const Spectra<T>& spectra, const Frames& frames) const {
    if (spectra.dimension(2) != frames.rows || spectra.dimension(3) != frames.columns ||
        spectra.dimension(4) != window_.height || spectra.dimension(5) != window_.width) {
      detail::fail<ShapeError>("images of ", frames.image, " have spectra of shape [batch, channel, ",
                               frames.rows, ", ", frames.columns, ", ", window_.height, ", ", window_.width,
                               "], got [", spectra.dimension(0), ", ", spectra.dimension(1), ", ",
                               spectra.dimension(2), ", ", spectra.dimension(3), ", ", spectra.dimension(4),
                               ", ", spectra.dimension(5), "]");
    }
  }

  /// d(p) for every pixel p along an axis.
  std::vector<double> squared_weights(const char* name, const detail::FrameAxis& axis) const {
    const std::vector<double> taps = window_function<double>(window_shape_, axis.window);
    std::vector<double> sums(static_cast<std::size_t>(axis.length), 0);
    for (Index frame = 0; frame < axis.count; ++frame) {
      for (Index t = 0; t < axis.window; ++t) {
        const Index pixel = axis.source(frame * axis.stride + t);
        const double tap = taps[static_cast<std::size_t>(t)];
        if (pixel >= 0) sums[static_cast<std::size_t>(pixel)] += tap * tap;
      }
    }
    for (std::size_t pixel = 0; pixel < sums.size(); ++pixel) {
      if (sums[pixel] == 0) {
        detail::fail<ShapeError>("no inverse: the windows of ", axis.window, " pixels every ", axis.stride,
                                 " leave ", name, " ", pixel, " of ", axis.length, " without weight");
      }
    }
    return sums;
  }

  Size2 window_;
  Size2 stride_;
  WindowShape window_shape_;
  Normalization normalization_;
  Padding padding_;
};

}  // namespace crisp
