// Convolutions as matrix products. The columns of a wide image x [pixels, channels] are the matrix
//
//     columns(x)[p, t * channels + c] = x[stride * p + t - crop, c]          p: narrow pixel, t: tap
//
// with zeros where the window leaves the image. It is linear in x; its adjoint adds every element back to the
// pixel that it came from. Both move runs of adjacent channels between x and the panels of the columns.
// (Their innermost functions capture by value: packets may alias anything, so references would be read again
// and again.)
#pragma once

#include <algorithm>
#include <type_traits>

#include "network/panels.hpp"
#include "network/window.hpp"

namespace vae_mnist {
namespace detail {

/// The narrow coordinates [first, last) whose windows have a tap inside the wide image, along one axis.
struct InsideRange {
  InsideRange(const Windows& windows, Index tap, Index narrow_size, Index wide_size) {
    const auto first_at_least = [&](Index wide) {
      return (wide + windows.crop - tap + windows.stride - 1) / windows.stride;  // rounded up
    };
    first = std::clamp<Index>(first_at_least(0), 0, narrow_size);
    last = std::clamp<Index>(first_at_least(wide_size), first, narrow_size);
  }
  Index first;
  Index last;
};

/// Visits the windows of one tap in order: inside(p, wide pixel) or, where it leaves the image, outside(p).
template <typename Inside, typename Outside>
void for_each_window(const Windows& windows, Index tap, const Inside& inside, const Outside& outside) {
  const auto [wide, narrow, kernel, stride, crop] = windows;
  const InsideRange rows(windows, tap / kernel, narrow.height, wide.height);
  const InsideRange columns(windows, tap % kernel, narrow.width, wide.width);
  Index p = 0;
  for (Index y = 0; y < narrow.height; ++y) {
    const bool row_inside = rows.first <= y && y < rows.last;
    const Index first = row_inside ? columns.first : narrow.width;
    const Index last = row_inside ? columns.last : narrow.width;
    Index pixel = (stride * y + tap / kernel - crop) * wide.width + stride * first + tap % kernel - crop;
    Index x = 0;
    for (; x < first; ++x) outside(p++);
    for (; x < last; ++x, pixel += stride) inside(p++, pixel);
    for (; x < narrow.width; ++x) outside(p++);
  }
}

/// Cuts the columns into runs, channels of one tap that lie in one panel, and calls
/// body(tap, first channel, first column, length). The length is a compile-time constant in the two frequent
/// cases, a full panel and a single channel.
template <Index width, typename Body>
void for_each_run(const Windows& windows, const Body& body) {
  const Index channels = windows.wide.channels;
  for (Index tap = 0; tap < windows.taps(); ++tap) {
    for (Index channel = 0, length = 0; channel < channels; channel += length) {
      const Index column = tap * channels + channel;
      length = std::min(width - column % width, channels - channel);
      if (length == width) {
        body(tap, channel, column, std::integral_constant<Index, width>());
      } else if (length == 1) {
        body(tap, channel, column, std::integral_constant<Index, 1>());
      } else {
        body(tap, channel, column, length);
      }
    }
  }
}

/// A run as an Eigen array, of fixed size where the length is a compile-time constant.
template <typename T, typename Length>
auto run_of(T* data, Length length) {
  using Scalar = std::remove_const_t<T>;
  if constexpr (std::is_same_v<Length, Index>) {
    using Array = Eigen::Array<Scalar, Eigen::Dynamic, 1>;
    return Eigen::Map<std::conditional_t<std::is_const_v<T>, const Array, Array>>(data, length);
  } else {
    using Array = Eigen::Array<Scalar, static_cast<int>(Length::value), 1>;
    return Eigen::Map<std::conditional_t<std::is_const_v<T>, const Array, Array>>(data);
  }
}

}  // namespace detail

/// columns(x), x being [wide pixels, channels].
template <typename T>
void gather_columns(const Windows& windows, const T* x, Panels<T>& columns) {
  constexpr Index width = Panels<T>::width;
  const Index channels = windows.wide.channels;
  columns.resize(windows.narrow.pixels(), windows.taps() * channels);
  detail::for_each_run<width>(windows, [&](Index tap, Index channel, Index column, auto length) {
    const T* from = x + channel;
    T* to = &columns(0, column);
    detail::for_each_window(
        windows, tap,
        [=](Index p, Index pixel) {
          detail::run_of(to + p * width, length) = detail::run_of(from + pixel * channels, length);
        },
        [=](Index p) { detail::run_of(to + p * width, length).setZero(); });
  });
}

/// The adjoint: adds every element of the columns to the pixel of x that it stands for.
template <typename T>
void scatter_add_columns(const Windows& windows, const Panels<T>& columns, T* x) {
  constexpr Index width = Panels<T>::width;
  const Index channels = windows.wide.channels;
  detail::for_each_run<width>(windows, [&](Index tap, Index channel, Index column, auto length) {
    const T* from = columns[column / width] + column % width;
    T* to = x + channel;
    detail::for_each_window(
        windows, tap,
        [=](Index p, Index pixel) {
          detail::run_of(to + pixel * channels, length) += detail::run_of(from + p * width, length);
        },
        [](Index) {});
  });
}

}  // namespace vae_mnist
