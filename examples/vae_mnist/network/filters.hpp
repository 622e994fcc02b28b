// A convolution and its transpose are two faces of one trilinear form,
//
//     B(x, y, w) = sum over p, t, i, o of  x[stride * p + t - crop, i]  y[p, o]  w[o, i, t]
//
// of a wide image x, a narrow image y and filters w. The convolution is dB/dy, the transposed convolution
// dB/dx, and the gradients of either are the two other derivatives:
//
//     dB/dy = columns(x) W,    dB/dx = columns^T(y W^T),    dB/dw = columns(x)^T y,    W[(t, i), o] = w[o, i,
//     t]
//
// This is also why both layers keep their weights as [narrow channels, wide channels, height, width].
#pragma once

#include "network/columns.hpp"
#include "network/panel_product.hpp"

namespace vae_mnist {

/// W and its transpose, in panels, filled anew from the weights at every step.
template <typename T>
class Filters {
 public:
  explicit Filters(const Windows& windows) : windows_(windows) {
    const Index columns = windows.taps() * windows.wide.channels;
    forward_.resize(columns, windows.narrow.channels);
    transposed_.resize(windows.narrow.channels, columns);
  }

  void load(const T* weight) {
    for_each_element([&](Index column, Index narrow_channel, Index position) {
      forward_(column, narrow_channel) = weight[position];
      transposed_(narrow_channel, column) = weight[position];
    });
  }

  /// The gradient of W as the layers sum it, in the order of the weights.
  void store_gradient(const Panels<T>& gradient, T* weight_gradient) const {
    for_each_element([&](Index column, Index narrow_channel, Index position) {
      weight_gradient[position] = gradient(column, narrow_channel);
    });
  }

  const Panels<T>& forward() const { return forward_; }
  const Panels<T>& transposed() const { return transposed_; }

 private:
  template <typename Visit>
  void for_each_element(const Visit& visit) const {
    const Index wide_channels = windows_.wide.channels;
    Index position = 0;
    for (Index o = 0; o < windows_.narrow.channels; ++o) {
      for (Index i = 0; i < wide_channels; ++i) {
        for (Index t = 0; t < windows_.taps(); ++t) visit(t * wide_channels + i, o, position++);
      }
    }
  }

  Windows windows_;
  Panels<T> forward_;
  Panels<T> transposed_;
};

}  // namespace vae_mnist
