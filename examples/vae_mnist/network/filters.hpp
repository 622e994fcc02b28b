// A convolution and its transpose are two faces of one trilinear form,
//
//     B(x, y, w) = sum over p, t, i, o of  x[stride * p + t - crop, i]  y[p, o]  w[o, i, t]
//
// of a wide image x, a narrow image y and filters w. The convolution is dB/dy, the transposed convolution
// dB/dx, and the gradients of either are the two other derivatives:
//
//     dB/dy = columns(x) W,    dB/dx = columns^T(y W^T),    dB/dw = columns(x)^T y,    W[(t, i), o] = w[o, i, t]
//
// This is also why both layers keep their weights as [narrow channels, wide channels, height, width]. Where
// product_scheme.hpp finds fewer products, columns and W hold forms of pixels and of taps, y its forms, and B
// is a sum over groups; all else stays.
#pragma once

#include <vector>

#include "network/panels.hpp"
#include "network/product_scheme.hpp"

namespace vae_mnist {

/// One group's W and its transpose, in panels, filled anew from the weights at every step. A column's weights
/// are the group's forms of the filters.
template <typename T>
class Filters {
 public:
  Filters(const Windows& windows, const ProductGroup& group) : windows_(windows), forms_(group.weight) {
    const Index columns = static_cast<Index>(forms_.size()) * windows.wide.channels;
    forward_.resize(columns, windows.narrow.channels);
    transposed_.resize(windows.narrow.channels, columns);
  }

  void load(const T* weight) {
    forward_.array().setZero();
    transposed_.array().setZero();
    for_each_term([&](Index column, Index narrow_channel, T sign, Index position) {
      forward_(column, narrow_channel) += sign * weight[position];
      transposed_(narrow_channel, column) += sign * weight[position];
    });
  }

  /// Adds to the gradient of the weights what the gradient of W, as the layers sum it, says of it.
  template <typename Sum>
  void add_gradient(const Panels<Sum, panel_width<T>>& gradient, Sum* weight_gradient) const {
    for_each_term([&](Index column, Index narrow_channel, T sign, Index position) {
      weight_gradient[position] += sign * gradient(column, narrow_channel);
    });
  }

  const Panels<T>& forward() const { return forward_; }
  const Panels<T>& transposed() const { return transposed_; }

 private:
  /// Calls visit(column, narrow channel, sign, position of the weight).
  template <typename Visit>
  void for_each_term(const Visit& visit) const {
    Index column = 0;
    for (const Form& form : forms_) {
      const auto term = [&](Index y, Index x, int sign) {
        const Index wide_channels = windows_.wide.channels;
        for (Index i = 0; i < wide_channels; ++i) {
          for (Index o = 0; o < windows_.narrow.channels; ++o) {
            visit(column + i, o, static_cast<T>(sign),
                  ((o * wide_channels + i) * windows_.kernel + y) * windows_.kernel + x);
          }
        }
      };
      const auto& [y, x] = form;
      term(y.first, x.first, 1);
      if (x.sign != 0) term(y.first, x.second, x.sign);
      if (y.sign != 0) term(y.second, x.first, y.sign);
      if (x.sign != 0 && y.sign != 0) term(y.second, x.second, x.sign * y.sign);
      column += windows_.wide.channels;
    }
  }

  Windows windows_;
  std::vector<Form> forms_;
  Panels<T> forward_;
  Panels<T> transposed_;
};

}  // namespace vae_mnist
