// How a convolution is cut into matrix products. Along one axis its trilinear form (see filters.hpp) is a sum
// over tiles, each a few neighbouring narrow positions, of products of linear forms of the tile's numbers:
//
//     sum over p, t of  x[stride p + t] y[p] w[t]  =  sum over tiles, k of  X_k(x) Y_k(y) W_k(w)
//
// Directly, a tile is one position and a product one tap: X_t = x[t], Y_t = y[0], W_t = w[t]. But for three
// taps and a stride of 2, two positions can share products (Winograd, 1980: his F(2, 2) on the even taps),
// which makes 5 of 6:
//
//     (x0 - x2) y0 w0  +  x1 y0 w1  +  x2 (y0 + y1) (w0 + w2)  +  x3 y1 w1  +  (x4 - x2) y1 w2
//
// In two dimensions a form is a form along y of forms along x, and 25 products do for 36. Those with the same
// narrow form make a group: together they are one matrix product, their columns side by side.
#pragma once

#include <algorithm>
#include <vector>

#include "network/window.hpp"

namespace vae_mnist {

struct Range {
  Index first;
  Index last;  ///< one past it
};

/// v[first] + sign * v[second] of a tile's numbers v along one axis, the sign being 0, 1 or -1.
struct AxisForm {
  AxisForm(Index position) : first(position), second(position), sign(0) {}
  AxisForm(Index first_, int sign_, Index second_) : first(first_), second(second_), sign(sign_) {}

  Index first;
  Index second;
  int sign;
  Range inside{0, 0};  ///< the tiles for which both positions are inside the image
};

/// A form along y of forms along x.
struct Form {
  AxisForm y;
  AxisForm x;
};

/// Where tiles lie in an image: position (y, x) of tile (row, column) is the pixel step * (row, column) +
/// (y, x) - crop, which may be outside.
struct Tiles {
  ImageShape image;
  Index rows;
  Index columns;
  Index step;
  Index crop;

  Index count() const { return rows * columns; }
};

/// The products that have one narrow form in common: their other forms, and the tiles to sum over.
struct ProductGroup {
  Tiles wide_tiles;
  Tiles narrow_tiles;
  std::vector<Form> wide;    ///< one for every product
  std::vector<Form> weight;  ///< one for every product
  std::vector<Form> narrow;  ///< a single one
};

namespace detail {

struct AxisProduct {
  AxisForm wide;
  AxisForm weight;
};
struct AxisGroup {
  AxisForm narrow;
  std::vector<AxisProduct> products;
};
struct AxisScheme {
  Index tile;                     ///< how many narrow positions
  std::vector<AxisGroup> groups;  ///< the first one's narrow form has all positions of the tile
};

inline AxisScheme direct_scheme(Index kernel) {
  AxisScheme scheme{1, {{0, {}}}};
  for (Index tap = 0; tap < kernel; ++tap) scheme.groups[0].products.push_back({tap, tap});
  return scheme;
}

inline AxisScheme three_taps_stride_two_scheme() {
  return {2, {{{0, 1, 1}, {{2, {0, 1, 2}}}}, {0, {{{0, -1, 2}, 0}, {1, 1}}}, {1, {{3, 1}, {{4, -1, 2}, 2}}}}};
}

/// A form with the tiles, of `count`, for which it is inside an image of this size.
inline AxisForm with_inside(AxisForm form, const Tiles& tiles, Index count, Index size) {
  const auto first_at_least = [&](Index pixel) {
    return std::clamp<Index>((pixel + tiles.crop + tiles.step - 1) / tiles.step, 0, count);  // rounded up
  };
  form.inside.first = first_at_least(-std::min(form.first, form.second));
  form.inside.last = std::max(form.inside.first, first_at_least(size - std::max(form.first, form.second)));
  return form;
}

inline Form with_inside(const Tiles& tiles, const AxisForm& y, const AxisForm& x) {
  return {with_inside(y, tiles, tiles.rows, tiles.image.height),
          with_inside(x, tiles, tiles.columns, tiles.image.width)};
}

}  // namespace detail

/// The groups of a convolution; the first one's narrow form reaches every narrow pixel. One with a single wide channel
/// goes directly: its columns are few.
inline std::vector<ProductGroup> product_groups(const Windows& windows) {
  const auto& [wide, narrow, kernel, stride, crop] = windows;
  const bool shared = kernel == 3 && stride == 2 && wide.channels > 1;
  const auto scheme = shared ? detail::three_taps_stride_two_scheme() : detail::direct_scheme(kernel);
  const auto tile_count = [&](Index size, const AxisForm& form) {
    return (size - form.first + scheme.tile - 1) / scheme.tile;  // those that begin inside
  };
  std::vector<ProductGroup> groups;
  for (const auto& y : scheme.groups) {
    for (const auto& x : scheme.groups) {
      const Index rows = tile_count(narrow.height, y.narrow);
      const Index columns = tile_count(narrow.width, x.narrow);
      if (rows == 0 || columns == 0) continue;
      const Tiles wide_tiles{wide, rows, columns, stride * scheme.tile, crop};
      const Tiles narrow_tiles{narrow, rows, columns, scheme.tile, 0};
      groups.push_back({wide_tiles, narrow_tiles, {}, {}, {}});
      for (const auto& along_y : y.products) {
        for (const auto& along_x : x.products) {
          groups.back().wide.push_back(detail::with_inside(wide_tiles, along_y.wide, along_x.wide));
          groups.back().weight.push_back({along_y.weight, along_x.weight});
        }
      }
      groups.back().narrow.push_back(detail::with_inside(narrow_tiles, y.narrow, x.narrow));
    }
  }
  return groups;
}

}  // namespace vae_mnist
