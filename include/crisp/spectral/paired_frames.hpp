// The short-time spectra of two real planes at once, and the adjoint: the engine below Stft and the spectral losses.
//
// The transform of a frame factors: window and transform its columns, then the rows of what that gives.
//   C(k, u, x) = Σ_t h_y(t) f(k s_y + t, x) e^{-2πi ut/n_y}          one transform a frame row k and image column x
//   F(k, l, u, v) = Σ_t h_x(t) C(k, u, l s_x + t) e^{-2πi vt/n_x}    one transform a frame (k, l) and u
// Three things are saved. All frames that overlap sideways share their columns. Both planes are real, so their columns
// go as one complex signal z = first + i second, taken apart by symmetry (real_pairs.hpp), and only u = 0 … n_y/2 of
// either goes on: the other half is conjugate. And on the way back, where the result is real, two columns of it share a
// transform in the same manner.
//
// All transforms are LaneFft's. Columns of the image are the lanes of the first step; then registers are transposed, and
// the lanes of the second step are the (row, u) of a tile of a few frame rows:
//   load(tile) -> for each frame column l: analyse(l), read the spectra, replace the first plane's by cotangents,
//   synthesise(l) -> store(tile).
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <complex>
#include <cstddef>
#include <vector>
#include <xsimd/xsimd.hpp>

#include "crisp/core/aligned.hpp"
#include "crisp/core/images.hpp"
#include "crisp/spectral/constant_spectrum.hpp"
#include "crisp/spectral/frames.hpp"
#include "crisp/spectral/lane_fft.hpp"
#include "crisp/spectral/paired_columns.hpp"
#include "crisp/spectral/window.hpp"

namespace crisp::detail {

/// The spectra of a tile's frames in one frame column, as LaneFft leaves them.
template <typename T>
struct TileSpectra {
  T* first;  // of the first plane, [register][v][re, im][lane]
  T* second;
  Index lanes;  // (row, u) of the tile, in `registers` registers, of which the last may have room for more
  Index registers;
  Index samples;  // of a spectrum
};

template <typename T>
class PairedFrames {
  using ComplexNumber = std::complex<T>;
  using Fft = LaneFft<T>;
  using Pack = xsimd::batch<T>;
  static constexpr auto pack = static_cast<Index>(Pack::size);

 public:
  PairedFrames() = default;

  PairedFrames(const Frames& frames, WindowShape shape, Normalization normalization)
      : frames_(frames),
        column_step_(frames.window.height),
        half_height_(column_step_.half_length()),
        tile_rows_(rows_of_a_tile(frames)),
        registers_(registers_of(tile_rows_ * half_height_)),
        part_(spread_stride<T>(
            std::max(registers_ * pack, (tile_rows_ - 1) * half_height_ + column_step_.room()))),
        row_registers_(registers_of(tile_rows_)),
        tile_height_((tile_rows_ - 1) * frames.stride.height + frames.window.height),
        width_(std::max(frames.extended.width, pack)),
        row_stride_(spread_stride<T>(width_)),
        pair_width_((frames.extended.width + 2 * pack - 1) / (2 * pack) * 2 * pack),
        pixel_stride_(spread_stride<T>(pair_width_)),
        column_taps_(window_function<T>(shape, frames.window.height)),
        row_taps_(window_function<T>(shape, frames.window.width)),
        second_row_taps_(row_taps_),
        row_tap_squares_(row_taps_),
        row_step_(frames.window.width),
        copy_(size(2 * tile_height_ * row_stride_)),
        real_lanes_(size(registers_ * pack)),
        energies_(size(width_ * row_registers_ * pack)),
        columns_(size(width_ * 4 * part_)),
        spectra_(size(2 * registers_ * frames.window.width * Fft::sample)),
        cotangents_(size(pair_width_ * 2 * part_)),
        pixels_(size(tile_height_ * pixel_stride_)) {
    const double area = static_cast<double>(frames.window.height * frames.window.width);
    const double norm = normalization == Normalization::ortho ? 1 / std::sqrt(area) : 1;
    for (Index lane = 0; lane < tile_rows_ * half_height_; ++lane) {
      real_lanes_[size(lane)] = 2 * (lane % half_height_) % frames.window.height == 0 ? T(1) : T(0);
    }
    constant_ = ConstantSpectrum<T>(shape, frames.window, tile_rows_, norm, row_step_);
    // Normalisation, and the half that taking the pair apart asks for, go into the taps.
    for (T& tap : column_taps_) tap *= static_cast<T>(norm) / 2;
    for (T& tap : row_tap_squares_) tap *= tap * static_cast<T>(frames.window.width);
  }

  Index tiles() const { return (frames_.rows + tile_rows_ - 1) / tile_rows_; }
  Index tile_rows() const { return tile_rows_; }

  /// The frame rows of a tile: `row_count`, up to tile_rows, from first_row on.
  Index first_row(Index tile) const { return tile * tile_rows_; }
  Index row_count(Index tile) const { return std::min(tile_rows_, frames_.rows - first_row(tile)); }

  /// The root mean square of a spectrum's error relative to that of the pair's spectra together.
  double rounding() const { return std::hypot(column_step_.rounding(), row_step_.rounding()); }

  /// Transforms the columns of a tile's frames. `planes` has copy(pixel, count, first, second), which writes so many pixels of both planes
  /// from one on; zero padding holds what is given for `outside`.
  template <typename Planes>
  void load(Index tile, const Planes& planes, T first_outside, T second_outside) {
    const Index rows = row_count(tile);
    if (rows < tile_rows_) {  // the others' spectra are 0
      std::fill(columns_.begin(), columns_.end(), T(0));
      std::fill(energies_.begin(), energies_.end(), T(0));
    }
    copy_tile(tile, planes, first_outside, second_outside);
    const T* const re = copy_.data();
    const T* const im = copy_.data() + tile_height_ * row_stride_;
    for (Index row = 0; row < rows; ++row) {
      const Index start = row * frames_.stride.height * row_stride_;
      for (Index x = 0; x < width_; x += pack) {
        const Index left = std::min(x, width_ - pack);  // the last columns may come twice, to the same effect
        T* const to = column(left) + row * half_height_;
        const Pack energy =
            column_step_.forward({re + start + left, im + start + left, row_stride_, column_taps_.data()},
                                 {to, to + part_, 4 * part_}, {to + 2 * part_, to + 3 * part_, 4 * part_});
        set_energies(row, left, energy);
      }
    }
    start_adjoint();
  }

  /// Forgets what was synthesised. load does it too; needed only for an adjoint without a load.
  void start_adjoint() {
    if (frames_.columns > 1) std::fill(cotangents_.begin(), cotangents_.end(), T(0));
  }

  /// A factor for the spectra of the second plane.
  void set_second_factor(T factor) {
    std::transform(row_taps_.begin(), row_taps_.end(), second_row_taps_.begin(),
                   [=](T tap) { return factor * tap; });
  }

  /// Makes the spectra of the frames of the loaded tile in frame column l. Bins that are their own conjugates are real.
  void analyse(Index l) {
    const T* const left = column(l * frames_.stride.width);
    for (Index plane = 0; plane < 2; ++plane) {
      const T* const taps = plane == 0 ? row_taps_.data() : second_row_taps_.data();
      for (Index r = 0; r < registers_; ++r) {
        const T* const from = left + 2 * plane * part_ + r * pack;
        row_step_.forward({from, from + part_, 4 * part_, taps}, spectrum(plane, r));
      }
    }
    clear_imaginary(0);
    if (frames_.window.width % 2 == 0) clear_imaginary(frames_.window.width / 2);
  }

  /// Makes the spectra of the second plane those of the first, times a factor.
  void copy_first_to_second(T factor) {
    const Index size_of_plane = registers_ * frames_.window.width * Fft::sample;
    std::transform(spectra_.begin(), spectra_.begin() + size_of_plane, spectra_.begin() + size_of_plane,
                   [=](T number) { return factor * number; });
  }

  /// Adds the spectra of constants to those of both planes, a half sum and a half difference, in every row of the tile.
  void add_constants(T to_sum, T to_difference) {
    constant_.add(to_sum, to_difference, spectrum(0, 0), spectrum(1, 0));
  }
  /// What of the spectrum of a constant counts as rounding.
  T rounding_of_constant(T constant) const { return constant_.rounding(constant); }

  TileSpectra<T> spectra() {
    return {spectrum(0, 0), spectrum(1, 0), tile_rows_ * half_height_, registers_, frames_.window.width};
  }

  /// The sample of the spectra in which v lies.
  Index place(Index v) const { return row_step_.place(v); }

  /// A bin of the frame in a row of the tile.
  ComplexNumber get(Index plane, Index row, Index u, Index v) const {
    const T* const at = spectra_.data() + place(plane, row, u, v);
    return {at[0], at[pack]};
  }
  void set(Index plane, Index row, Index u, Index v, const ComplexNumber& value) {
    T* const at = spectra_.data() + place(plane, row, u, v);
    at[0] = value.real();
    at[pack] = value.imag();
  }
  /// Makes both spectra of a frame 0.
  void clear(Index row) {
    for (Index plane = 0; plane < 2; ++plane) {
      for (Index u = 0; u < half_height_; ++u) {
        for (Index v = 0; v < frames_.window.width; ++v) set(plane, row, u, v, ComplexNumber());
      }
    }
  }

  /// Σ |X|² + |Y|² over the half spectra of all frames of the tile in frame column l, without a factor: into energies[row], as
  /// many as fill registers. By Parseval's theorem, from the columns.
  void measure(Index l, T* energies) const {
    for (Index r = 0; r < row_registers_ * pack; r += pack) {
      const T* from = energies_.data() + l * frames_.stride.width * row_registers_ * pack + r;
      Pack sum(0);
      for (const T square : row_tap_squares_) {
        sum += Pack(square) * Pack::load_aligned(from);
        from += row_registers_ * pack;
      }
      sum.store_unaligned(energies + r);
    }
  }
  Index energy_count() const { return row_registers_ * pack; }

  /// The adjoint of analyse for the first plane. Its spectra must have been replaced by cotangents, in every row of the
  /// tile: ∂/∂Re F + i ∂/∂Im F of a function of the first plane's half spectrum F.
  void synthesise(Index l) {
    T* const left = cotangent(l * frames_.stride.width);
    for (Index r = 0; r < registers_; ++r) {
      T* const to = left + r * pack;
      add_or_set(frames_.columns > 1, {to, to + part_, 2 * part_, row_taps_.data()},
                 [&](const auto& result) { row_step_.adjoint(spectrum(0, r), result); });
    }
  }

  /// The adjoint of load for the first plane: adds scale times what was synthesised to `plane`.
  void store(Index tile, T scale, MutablePlane<T> plane) {
    if (tile_rows_ > 1) std::fill(pixels_.begin(), pixels_.end(), T(0));
    for (Index row = 0; row < row_count(tile); ++row) {
      T* const top = pixels_.data() + row * frames_.stride.height * pixel_stride_;
      for (Index left = 0; left < pair_width_; left += 2 * pack) {
        T* const a = cotangent(left) + row * half_height_;
        T* const b = cotangent(left + pack) + row * half_height_;
        add_or_set(tile_rows_ > 1, {top + left, top + left + pack, pixel_stride_, column_taps_.data()},
                   [&](const auto& result) {
                     column_step_.adjoint({a, a + part_, 2 * part_}, {b, b + part_, 2 * part_}, result);
                   });
      }
    }
    add_tile(tile, scale, plane);
  }

 private:
  /// About as many lanes as let a tile of small windows stay in the cache.
  static constexpr Index lanes_of_a_tile = 64;

  /// Calls adjoint with what adds to `sums`, or, where they are of one frame alone, with what takes their place.
  template <typename Adjoint>
  static void add_or_set(bool adds, const TappedSums<T>& sums, const Adjoint& adjoint) {
    if (adds) {
      adjoint(sums);
    } else {
      adjoint(TappedResults<T>{sums.re, sums.im, sums.stride, sums.taps});
    }
  }

  static std::size_t size(Index count) { return static_cast<std::size_t>(count); }
  static Index registers_of(Index lanes) { return (lanes + pack - 1) / pack; }

  /// Tiles of about the same number of rows.
  static Index rows_of_a_tile(const Frames& frames) {
    const Index most = std::clamp<Index>(lanes_of_a_tile / (frames.window.height / 2 + 1), 1, frames.rows);
    const Index tiles = (frames.rows + most - 1) / most;
    return (frames.rows + tiles - 1) / tiles;
  }

  /// Where the real part of a bin lies. The imaginary one is a register further.
  Index place(Index plane, Index row, Index u, Index v) const {
    const Index lane = row * half_height_ + u;
    const Index r = plane * registers_ + lane / pack;
    return (r * frames_.window.width + row_step_.place(v)) * Fft::sample + lane % pack;
  }

  T* column(Index x) { return columns_.data() + x * 4 * part_; }
  T* cotangent(Index x) { return cotangents_.data() + x * 2 * part_; }
  T* spectrum(Index plane, Index r) {
    return spectra_.data() + (plane * registers_ + r) * frames_.window.width * Fft::sample;
  }
  void set_energies(Index row, Index left, const Pack& energy) {
    std::array<T, Pack::size> parts;
    energy.store_unaligned(parts.data());
    T* to = energies_.data() + left * row_registers_ * pack + row;
    for (const T part : parts) {
      *to = part;
      to += row_registers_ * pack;
    }
  }

  /// Makes those bins of a v real whose u is its own conjugate.
  void clear_imaginary(Index v) {
    for (Index r = 0; r < 2 * registers_; ++r) {  // of both planes
      T* const at = spectrum(0, r) + row_step_.place(v) * Fft::sample + pack;
      const auto is_real = Pack::load_aligned(real_lanes_.data() + r % registers_ * pack) != Pack(T(0));
      xsimd::select(is_real, Pack(T(0)), Pack::load_aligned(at)).store_aligned(at);
    }
  }

  /// A tile of both planes with what is past their borders.
  template <typename Planes>
  void copy_tile(Index tile, const Planes& planes, T first_outside, T second_outside) {
    const FrameAxis vertical = vertical_axis(frames_);
    const Index top = first_row(tile) * frames_.stride.height;
    const Index end = (row_count(tile) - 1) * frames_.stride.height + frames_.window.height;
    if (frames_.padding == Padding::none && row_stride_ == frames_.image.width) {
      planes.copy(top * width_, end * width_, copy_.data(), copy_.data() + tile_height_ * width_);
      return;
    }
    for (Index y = 0; y < end; ++y) {
      const Index source = vertical.source(top + y);
      T* const first = copy_.data() + y * row_stride_;
      T* const second = first + tile_height_ * row_stride_;
      if (source < 0) {
        std::fill_n(first, width_, first_outside);
        std::fill_n(second, width_, second_outside);
        continue;
      }
      const Index margin = frames_.margin.width;
      planes.copy(source * frames_.image.width, frames_.image.width, first + margin, second + margin);
      extend(first, first_outside);
      extend(second, second_outside);
    }
  }
  /// Fills the margins of a row.
  void extend(T* row, T outside) const {
    const FrameAxis horizontal = horizontal_axis(frames_);
    for (Index x = 0; x < horizontal.margin; ++x) {
      for (const Index position : {x, frames_.extended.width - 1 - x}) {
        const Index source = horizontal.source(position);
        row[position] = source < 0 ? outside : row[horizontal.margin + source];
      }
    }
  }

  /// The adjoint of copy_tile, from the tile's pixels.
  void add_tile(Index tile, T scale, MutablePlane<T> plane) const {
    const FrameAxis vertical = vertical_axis(frames_);
    const FrameAxis horizontal = horizontal_axis(frames_);
    const Index top = first_row(tile) * frames_.stride.height;
    const Index end = (row_count(tile) - 1) * frames_.stride.height + frames_.window.height;
    const T* from = pixels_.data();
    for (Index y = 0; y < end; ++y, from += pixel_stride_) {
      const Index source = vertical.source(top + y);
      if (source < 0) continue;
      T* const to = plane.data() + source * frames_.image.width;
      for (Index x = 0; x < frames_.image.width; ++x) to[x] += scale * from[horizontal.margin + x];
      if (frames_.padding != Padding::reflect) continue;
      for (Index x = 0; x < horizontal.margin; ++x) {
        const Index end_x = frames_.extended.width - 1 - x;
        to[horizontal.source(x)] += scale * from[x];
        to[horizontal.source(end_x)] += scale * from[end_x];
      }
    }
  }

  Frames frames_;
  PairedColumns<T> column_step_;
  Index half_height_ = 0;
  Index tile_rows_ = 0;
  Index registers_ = 0;      // of lanes (row of the tile, u)
  Index part_ = 0;           // numbers of a part of a column, in such lanes
  Index row_registers_ = 0;  // of lanes that are rows of the tile
  Index tile_height_ = 0;    // pixels
  Index width_ = 0;          // that of the extended image, or of a register
  Index row_stride_ = 0;     // from row to row of such
  Index pair_width_ = 0;     // in whole pairs of registers
  Index pixel_stride_ = 0;   // from row to row of such
  std::vector<T> column_taps_;
  std::vector<T> row_taps_;
  std::vector<T> second_row_taps_;
  std::vector<T> row_tap_squares_;
  Fft row_step_;
  ConstantSpectrum<T> constant_;
  AlignedVector<T> copy_;        // [plane][y][x] of a tile
  AlignedVector<T> real_lanes_;  // [register][lane], 1 where u is its own conjugate
  AlignedVector<T> energies_;    // [x][row]
  AlignedVector<T> columns_;     // [x][first re, im, second re, im][row][u]
  AlignedVector<T> spectra_;     // [plane][register][v][re, im][lane]
  AlignedVector<T> cotangents_;  // [x][re, im][row][u]
  AlignedVector<T> pixels_;      // [y][x] of a tile's derivatives
};

}  // namespace crisp::detail
