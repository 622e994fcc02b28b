// The short-time spectra of two real planes at once, and the adjoint: the engine below Stft and the spectral losses.
//
// The transform of a frame factors: window and transform its columns, then the rows of what that gives.
//   C(k, u, x) = Σ_t h_y(t) f(k s_y + t, x) e^{-2πi ut/n_y}          one transform a frame row k and image column x
//   F(k, l, u, v) = Σ_t h_x(t) C(k, u, l s_x + t) e^{-2πi vt/n_x}    one transform a frame (k, l) and u
// Three things are saved. All frames that overlap sideways share their columns. Both planes are real, so they go
// through both steps as one complex signal z = first + i second, taken apart by symmetry (real_pairs.hpp),
//   2 first: Z(u,v) + conj Z(-u,-v),   2i second: Z(u,v) - conj Z(-u,-v),
// and only u = 0 … n_y/2 of that is ever computed: the other half is conjugate. And on the way back, where the result
// is real, two columns of it share a transform in the same manner.
//
// Z(-u,-v) = Σ_t h_x(t) C(-u, l s_x + t) e^{+2πi vt/n_x} is the transform, along a row, of the same signal with time
// reversed: t goes to (n_x - t) mod n_x. So both halves are the same forward transform, and come out in the same order.
//
// The work goes in tiles of a few frame rows, all of whose (row, u) lie side by side as lanes of the second step:
//   load(tile) -> for each frame column l: analyse(l), read the spectra, replace them by cotangents,
//   synthesise(l) -> store(tile).
#pragma once

#include <algorithm>
#include <cmath>
#include <complex>
#include <cstddef>
#include <xsimd/xsimd.hpp>

#include "crisp/core/aligned.hpp"
#include "crisp/core/loss.hpp"
#include "crisp/spectral/complex_batch.hpp"
#include "crisp/spectral/fft.hpp"
#include "crisp/spectral/frames.hpp"
#include "crisp/spectral/real_pairs.hpp"
#include "crisp/spectral/window.hpp"

namespace crisp::detail {

template <typename T>
class PairedFrames {
  using Complex = std::complex<T>;

 public:
  PairedFrames() = default;

  PairedFrames(const Frames& frames, WindowShape shape, Normalization normalization)
      : frames_(frames),
        half_height_(frames.window.height / 2 + 1),
        tile_rows_(std::clamp<Index>(lanes_of_a_tile / half_height_, 1, frames.rows)),
        lanes_(fft::padded_lanes(tile_rows_ * half_height_, frames.window.width)),
        column_lanes_(fft::padded_lanes(frames.extended.width, frames.window.height)),
        pair_lanes_(fft::padded_lanes((frames.extended.width + 1) / 2, frames.window.height)),
        row_window_(window_function<T>(shape, frames.window.width)),
        column_window_(window_function<T>(shape, frames.window.height)),
        column_forward_(frames.window.height, column_lanes_, fft::Direction::forward),
        column_backward_(frames.window.height, pair_lanes_, fft::Direction::backward),
        row_forward_(frames.window.width, 2 * lanes_, fft::Direction::forward),
        row_backward_(frames.window.width, lanes_, fft::Direction::backward),
        columns_(size(frames.extended.width * 2 * lanes_)),
        cotangent_columns_(size((frames.extended.width + 1) / 2 * 2 * lanes_)),
        in_lanes_(size(std::max(frames.window.height * column_lanes_, frames.window.width * 2 * lanes_))),
        in_rows_(in_lanes_.size()),
        line_(size(frames.padding == Padding::none ? 0 : frames.extended.width)) {
    // Normalisation, and the half that taking the pair apart asks for, go into the taps.
    const double area = static_cast<double>(frames.window.height * frames.window.width);
    const T norm = normalization == Normalization::ortho ? static_cast<T>(1 / std::sqrt(area)) : T(1);
    for (T& tap : column_window_) tap *= norm / 2;
  }

  Index tiles() const { return (frames_.rows + tile_rows_ - 1) / tile_rows_; }

  /// The frame rows of a tile: `tile_row_count` from first_row on.
  Index first_row(Index tile) const { return tile * tile_rows_; }
  Index row_count(Index tile) const { return std::min(tile_rows_, frames_.rows - first_row(tile)); }

  /// Transforms the columns of a tile's frames.
  void load(Index tile, const Plane<T>& first, const Plane<T>& second) {
    const Index width = frames_.image.width;
    const FrameAxis axis = vertical_axis(frames_);
    for (Index row = 0; row < row_count(tile); ++row) {
      const Index top = (first_row(tile) + row) * frames_.stride.height;
      for (Index t = 0; t < frames_.window.height; ++t) {
        Complex* const line = in_lanes_.data() + t * column_lanes_;
        const Index y = axis.source(top + t);
        if (y < 0) {
          std::fill_n(line, frames_.extended.width, Complex());
          continue;
        }
        interleave(first.data() + y * width, second.data() + y * width, column_window_[index(t)], width,
                   line + frames_.margin.width);
        extend(line);
      }
      column_forward_.execute(in_lanes_.data(), in_rows_.data());
      sort_columns(row);
    }
    start_adjoint();
  }

  /// Forgets what was synthesised. load does it too; needed only for an adjoint without a load.
  void start_adjoint() { std::fill(cotangent_columns_.begin(), cotangent_columns_.end(), Complex()); }

  /// Makes the spectra of the frames of the loaded tile in frame column l.
  void analyse(Index l) {
    const Index left = l * frames_.stride.width;
    const Index n = frames_.window.width;
    for (Index t = 0; t < n; ++t) {
      const Index reversed = t == 0 ? 0 : n - t;
      Complex* const column = columns_.data() + (left + t) * 2 * lanes_;
      lanes(in_lanes_.data() + t * 2 * lanes_) = row_window_[index(t)] * lanes(column);
      lanes(in_lanes_.data() + (reversed * 2 + 1) * lanes_) = row_window_[index(t)] * lanes(column + lanes_);
    }
    row_forward_.execute(in_lanes_.data(), in_rows_.data());
    for (Index row = 0; row < tile_rows_; ++row) make_self_conjugates_equal(row);
  }

  /// Half of Z(u,v) and half of Z(-u,-v), [u][v] with u <= n_y/2, in the frame of the tile's row and of the analysed
  /// column.
  Complex* spectrum(Index row) { return in_rows_.data() + row * half_height_ * frames_.window.width; }
  Complex* mirrored_spectrum(Index row) { return spectrum(row) + lanes_ * frames_.window.width; }

  /// Replaces them by the half spectra of the first plane and of the second.
  void split(Index row) {
    Complex* const z = spectrum(row);
    Complex* const mirrored = mirrored_spectrum(row);
    for (Index bin = 0; bin < half_height_ * frames_.window.width; ++bin) {
      // In place, of copies: both results depend on both.
      split_bins(Complex(z[bin]), Complex(mirrored[bin]), z[bin], mirrored[bin]);
    }
  }

  /// The adjoint of analyse for the first plane. spectrum(row) must have been replaced by cotangents, in every row of
  /// the tile: ∂/∂Re F + i ∂/∂Im F of a function of the first plane's half spectrum F.
  void synthesise(Index l) {
    const Index left = l * frames_.stride.width;
    row_backward_.execute(in_rows_.data(), in_lanes_.data());
    for (Index t = 0; t < frames_.window.width; ++t) {
      lanes(cotangent_columns_.data() + (left + t) * lanes_) +=
          row_window_[index(t)] * lanes(in_lanes_.data() + t * lanes_);
    }
  }

  /// The adjoint of load for the first plane: adds scale times what was synthesised to `plane`.
  void store(Index tile, T scale, MutablePlane<T> plane) {
    const Index width = frames_.extended.width;
    const Index half_width = (width + 1) / 2;
    const FrameAxis axis = vertical_axis(frames_);
    for (Index row = 0; row < row_count(tile); ++row) {
      pair_columns(row);
      column_backward_.execute(in_rows_.data(), in_lanes_.data());
      const Index top = (first_row(tile) + row) * frames_.stride.height;
      for (Index t = 0; t < frames_.window.height; ++t) {
        const Index y = axis.source(top + t);
        if (y < 0) continue;
        const Complex* pairs = in_lanes_.data() + t * pair_lanes_;
        const T tap = 2 * column_window_[index(t)] * scale;
        T* const image_row = plane.data() + y * frames_.image.width;
        T* const pixels = line_.empty() ? image_row : line_.data();
        std::fill(line_.begin(), line_.end(), T(0));
        add_pairs(pairs, tap, pixels, pixels + half_width, width - half_width);
        if (2 * half_width != width) pixels[half_width - 1] += tap * pairs[half_width - 1].real();
        if (!line_.empty()) fold_line(image_row);
      }
    }
  }

 private:
  using Pack = xsimd::batch<T>;
  static constexpr Index pack = static_cast<Index>(Pack::size);

  /// About as many lanes as let a tile of small windows stay in the first-level cache.
  static constexpr Index lanes_of_a_tile = 36;

  static std::size_t index(Index i) { return static_cast<std::size_t>(i); }
  static std::size_t size(Index count) { return static_cast<std::size_t>(count); }

  /// The complex numbers of all lanes from a place on, as the real numbers that they consist of.
  auto lanes(Complex* first) const {
    // The standard lays a complex number out as two reals. lanes_ is a multiple of 4.
    return Eigen::Map<Eigen::Array<T, Eigen::Dynamic, 1>, Eigen::Aligned16>(reinterpret_cast<T*>(first),
                                                                            2 * lanes_);
  }

  /// Continues a line past the image's border, and the adjoint of that.
  void extend(Complex* line) const {
    Complex* const first = line + frames_.margin.width;
    Complex* const last = first + frames_.image.width - 1;
    const bool reflects = frames_.padding == Padding::reflect;
    for (Index i = 1; i <= frames_.margin.width; ++i) {
      first[-i] = reflects ? first[i] : Complex();
      last[i] = reflects ? last[-i] : Complex();
    }
  }
  void fold_line(T* image_row) const {
    const Index width = frames_.image.width;
    const T* const first = line_.data() + frames_.margin.width;
    for (Index x = 0; x < width; ++x) image_row[x] += first[x];
    if (frames_.padding != Padding::reflect) return;
    for (Index i = 1; i <= frames_.margin.width; ++i) {
      image_row[i] += first[-i];
      image_row[width - 1 - i] += first[width - 1 + i];
    }
  }

  /// left += tap * Re pairs, right += tap * Im pairs.
  static void add_pairs(const Complex* pairs, T tap, T* left, T* right, Index count) {
    Index x = 0;
    for (; x + pack <= count; x += pack) {
      const ComplexBatch<Pack> pair = load_complex(pairs + x);
      (Pack::load_unaligned(left + x) + tap * pair.re).store_unaligned(left + x);
      (Pack::load_unaligned(right + x) + tap * pair.im).store_unaligned(right + x);
    }
    for (; x < count; ++x) {
      left[x] += tap * pairs[x].real();
      right[x] += tap * pairs[x].imag();
    }
  }

  /// Puts C(u) and C(-u), u <= n_y/2, of every column into the lanes of a row.
  void sort_columns(Index row) {
    const Index n = frames_.window.height;
    for (Index x = 0; x < frames_.extended.width; ++x) {
      const Complex* const column = in_rows_.data() + x * n;
      Complex* const forward = columns_.data() + x * 2 * lanes_ + row * half_height_;
      std::copy_n(column, half_height_, forward);
      forward[lanes_] = column[0];
      std::reverse_copy(column + n - half_height_ + 1, column + n, forward + lanes_ + 1);
    }
  }

  /// Which makes the self-conjugate bins of both planes real.
  void make_self_conjugates_equal(Index row) {
    for_each_self_conjugate(frames_.window,
                            [&](Index bin) { mirrored_spectrum(row)[bin] = spectrum(row)[bin]; });
  }

  /// Cotangents of the first plane's columns, ready to go back: two columns of the image go as one complex one, and an
  /// odd width has a column of zeros.
  void pair_columns(Index row) {
    const Index n = frames_.window.height;
    const Index half_width = (frames_.extended.width + 1) / 2;
    for (Index x = 0; x < half_width; ++x) {
      const Complex* const left = cotangent_columns_.data() + x * lanes_ + row * half_height_;
      join_pair(left, left + half_width * lanes_, n, in_rows_.data() + x * n);
    }
  }

  Frames frames_;
  Index half_height_ = 0;
  Index tile_rows_ = 0;
  Index lanes_ = 0;         // (row of the tile, u)
  Index column_lanes_ = 0;  // columns of the extended image
  Index pair_lanes_ = 0;    // pairs of such columns
  std::vector<T> row_window_;
  std::vector<T> column_window_;
  fft::Transform<T> column_forward_;
  fft::Transform<T> column_backward_;
  fft::Transform<T> row_forward_;
  fft::Transform<T> row_backward_;
  AlignedVector<Complex> columns_;            // [x][C(u), C(-u)][lane]
  AlignedVector<Complex> cotangent_columns_;  // [x][lane]
  AlignedVector<Complex> in_lanes_;
  AlignedVector<Complex> in_rows_;
  AlignedVector<T> line_;  // a row of the extended image, if that is larger
};

}  // namespace crisp::detail
