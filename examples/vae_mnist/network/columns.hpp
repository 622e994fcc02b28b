// Linear forms of an image's tiles (see product_scheme.hpp), as a matrix: a row for every tile, and for every
// form as many columns as the image has channels,
//
//     columns(x)[tile, form * channels + c] = form of the tile's pixels in channel c
//
// with zeros for pixels outside the image. It is linear in x; its adjoint adds every element, times the sign
// of the term, back to the pixels that it came from. Both move runs of adjacent channels between x and the
// panels of the columns.
#pragma once

#include <type_traits>
#include <vector>

#include "network/panels.hpp"
#include "network/product_scheme.hpp"

namespace vae_mnist {
namespace detail {

/// `length` adjacent channels.
template <Index length, typename T>
EIGEN_ALWAYS_INLINE auto run_at(T* data) {
  using Array = Eigen::Array<std::remove_const_t<T>, static_cast<int>(length), 1>;
  return Eigen::Map<std::conditional_t<std::is_const_v<T>, const Array, Array>>(data);
}

/// The pixels of a form's terms, `length` channels of them: the form is  p + x_sign q + y_sign (r + x_sign s),
/// where what has no pair along x or y is left out.
template <Index length, bool x_pair, bool y_pair, typename Pixel>
struct FormTerms {
  using Scalar = std::remove_const_t<Pixel>;

  EIGEN_ALWAYS_INLINE auto value() const {
    if constexpr (x_pair && y_pair) {
      return (run(p) + x_sign * run(q)) + y_sign * (run(r) + x_sign * run(s));
    } else if constexpr (x_pair) {
      return run(p) + x_sign * run(q);
    } else if constexpr (y_pair) {
      return run(p) + y_sign * run(r);
    } else {
      return run(p);
    }
  }

  /// The adjoint of value(), overwriting the pixels or adding to them.
  template <typename Value>
  EIGEN_ALWAYS_INLINE void assign(const Value& assigned) const {
    run(p) = assigned;
    if constexpr (x_pair) run(q) = x_sign * assigned;
    if constexpr (y_pair) run(r) = y_sign * assigned;
    if constexpr (x_pair && y_pair) run(s) = (x_sign * y_sign) * assigned;
  }
  template <typename Value>
  EIGEN_ALWAYS_INLINE void add(const Value& added) const {
    run(p) += added;
    if constexpr (x_pair) run(q) += x_sign * added;
    if constexpr (y_pair) run(r) += y_sign * added;
    if constexpr (x_pair && y_pair) run(s) += (x_sign * y_sign) * added;
  }

  static EIGEN_ALWAYS_INLINE auto run(Pixel* data) { return run_at<length>(data); }

  Scalar x_sign;
  Scalar y_sign;
  Pixel* p;
  Pixel* q;
  Pixel* r;
  Pixel* s;
};

/// Visits one form in one row of tiles: calls body(run of the columns, the form's terms) for every run of
/// channels. `tile` is the row's first, `form_column` the form's first; for pixels outside the image `outside`
/// stands. (Nothing is captured by reference: packets may alias anything, so references would be read again
/// and again.)
template <Index length, bool x_pair, bool y_pair, typename T, typename Pixel, typename Body>
void for_each_run(const Tiles& tiles, const Form& form, Index row, const PanelView<T>& columns, Index tile,
                  Index form_column, Pixel* image, Pixel* outside, const Body& body) {
  using Terms = FormTerms<length, x_pair, y_pair, Pixel>;
  const auto x_sign = static_cast<typename Terms::Scalar>(form.x.sign);
  const auto y_sign = static_cast<typename Terms::Scalar>(form.y.sign);
  const Index channels = tiles.image.channels;
  const Index height = tiles.image.height;
  const Index width = tiles.image.width;
  const Index step = tiles.step;
  const Index row_step = columns.row_step;
  const Index y = step * row + form.y.first - tiles.crop;
  const Index x = form.x.first - tiles.crop;
  const Index to_second_y = form.y.second - form.y.first;
  const Index to_second_x = form.x.second - form.x.first;
  const bool row_inside = form.y.inside.first <= row && row < form.y.inside.last;
  const Range inside = row_inside ? form.x.inside : Range{0, 0};
  for (Index channel = 0; channel < channels; channel += length) {
    T* const to = &columns(tile, form_column + channel);
    const auto pixel = [=](Index y_, Index x_) {
      const bool in = 0 <= y_ && y_ < height && 0 <= x_ && x_ < width;
      return in ? image + (y_ * width + x_) * channels + channel : outside;
    };
    const auto checked = [=](Index column) {
      const Index x1 = step * column + x;
      const Index x2 = x1 + to_second_x;
      const Terms terms{
          x_sign, y_sign, pixel(y, x1), pixel(y, x2), pixel(y + to_second_y, x1), pixel(y + to_second_y, x2)};
      body(run_at<length>(to + column * row_step), terms);
    };
    for (Index column = 0; column < inside.first; ++column) checked(column);
    Index p = (y * width + step * inside.first + x) * channels + channel;
    const Index q = to_second_x * channels;
    const Index r = to_second_y * width * channels;
    for (Index column = inside.first; column < inside.last; ++column, p += step * channels) {
      const Terms terms{x_sign, y_sign, image + p, image + p + q, image + p + r, image + p + q + r};
      body(run_at<length>(to + column * row_step), terms);
    }
    for (Index column = inside.last; column < tiles.columns; ++column) checked(column);
  }
}

/// The same for all forms of all tiles of `images` images.
template <Index length, typename T, typename Pixel, typename Body>
void for_each_run(const Tiles& tiles, const std::vector<Form>& forms, Index images,
                  const PanelView<T>& columns, Pixel* image, const Body& body) {
  std::remove_const_t<Pixel> outside_run[length] = {};
  Pixel* const outside = outside_run;
  Index tile = 0;
  for (Index i = 0; i < images; ++i, image += tiles.image.size()) {
    for (Index row = 0; row < tiles.rows; ++row, tile += tiles.columns) {
      Index column = 0;
      for (const Form& form : forms) {
        const auto visit = [&](auto x_pair, auto y_pair) {
          for_each_run<length, x_pair, y_pair>(tiles, form, row, columns, tile, column, image, outside, body);
        };
        if (form.x.sign == 0 && form.y.sign == 0) {
          visit(std::false_type(), std::false_type());
        } else if (form.y.sign == 0) {
          visit(std::true_type(), std::false_type());
        } else if (form.x.sign == 0) {
          visit(std::false_type(), std::true_type());
        } else {
          visit(std::true_type(), std::true_type());
        }
        column += tiles.image.channels;
      }
    }
  }
}

/// Runs are as long as a panel is wide where the channels allow it, single channels otherwise.
template <typename T, typename Pixel, typename Body>
void for_each_element(const Tiles& tiles, const std::vector<Form>& forms, Index images,
                      const PanelView<T>& columns, Pixel* image, const Body& body) {
  constexpr Index width = panel_width<T>;
  if (tiles.image.channels % width == 0) {
    for_each_run<width>(tiles, forms, images, columns, image, body);
  } else {
    for_each_run<1>(tiles, forms, images, columns, image, body);
  }
}

}  // namespace detail

/// columns(x), x being `images` times [pixels, channels].
template <typename T>
void gather_columns(const Tiles& tiles, const std::vector<Form>& forms, Index images, const T* x,
                    Panels<T>& columns) {
  columns.resize(images * tiles.count(), static_cast<Index>(forms.size()) * tiles.image.channels);
  detail::for_each_element(tiles, forms, images, columns.view(), x,
                           [](auto element, const auto& terms) { element = terms.value(); });
}

/// The adjoint, overwriting the pixels that the forms reach.
template <typename T>
void scatter_columns(const Tiles& tiles, const std::vector<Form>& forms, Index images,
                     const Panels<T>& columns, T* x) {
  detail::for_each_element(tiles, forms, images, columns.view(), x,
                           [](const auto& element, const auto& terms) { terms.assign(element); });
}

/// The adjoint, added to x.
template <typename T>
void scatter_add_columns(const Tiles& tiles, const std::vector<Form>& forms, Index images,
                         const Panels<T>& columns, T* x) {
  detail::for_each_element(tiles, forms, images, columns.view(), x,
                           [](const auto& element, const auto& terms) { terms.add(element); });
}

}  // namespace vae_mnist
