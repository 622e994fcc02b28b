// Convolution and transposed convolution of a few images, each [pixels, channels]; see filters.hpp for the
// mathematics. A layer is immutable but for load(); what a call needs beside it comes as a workspace (one per
// thread) and as sums (one set per shard), so that calls may run at the same time.
#pragma once

#include <algorithm>
#include <utility>
#include <vector>

#include "network/columns.hpp"
#include "network/filters.hpp"
#include "network/panel_product.hpp"

namespace vae_mnist {

/// The sums over images of a layer's weight and bias gradients: in T, or in double to add up such sums.
template <typename T, typename Sum = T>
struct LayerGradient {
  std::vector<Panels<Sum, panel_width<T>>> weight;  ///< of every group's W
  Vector<Sum> bias;

  void set_zero() {
    for (auto& group : weight) group.array().setZero();
    bias.setZero();
  }
  LayerGradient& operator+=(const LayerGradient<T>& other) {
    for (std::size_t g = 0; g < weight.size(); ++g) {
      weight[g].array() += other.weight[g].array().template cast<Sum>();
    }
    bias += other.bias.template cast<Sum>();
    return *this;
  }
};

template <typename T>
struct ConvolutionWorkspace {
  Panels<T> wide;
  Panels<T> narrow;
};

/// Both layers: the output is dB/dy or, transposed, dB/dx, plus a bias.
template <typename T, bool transposed>
class ConvolutionLayer {
 public:
  const ImageShape& input() const { return transposed ? windows_.narrow : windows_.wide; }
  const ImageShape& output() const { return transposed ? windows_.wide : windows_.narrow; }

  std::vector<Index> weight_shape() const {
    return {windows_.narrow.channels, windows_.wide.channels, windows_.kernel, windows_.kernel};
  }
  Index bias_size() const { return output().channels; }

  /// weight: [narrow channels, wide channels, kernel, kernel]; bias: [output channels]. Copies both.
  void load(const T* weight, const T* bias) {
    for (auto& filters : filters_) filters.load(weight);
    bias_ = ConstVectorMap<T>(bias, bias_size());
  }

  /// Makes a workspace large enough for calls with up to `images` images, so that they allocate nothing.
  void reserve(Index images, ConvolutionWorkspace<T>& workspace) const {
    for (std::size_t g = 0; g < groups_.size(); ++g) {
      const Index tiles = std::min(images, block_images()) * groups_[g].wide_tiles.count();
      workspace.wide.resize(tiles, filters_[g].forward().rows());
      if (!narrow_is_panels_) workspace.narrow.resize(tiles, windows_.narrow.channels);
    }
  }

  void forward(Index images, const T* input_images, T* output_images,
               ConvolutionWorkspace<T>& workspace) const {
    for_each_block(images, [&](Index first, Index count) {
      const T* from = input_images + first * input().size();
      T* to = output_images + first * output().size();
      if (transposed) fill_with_bias(to, count * output().size());
      differentiate(count, sides<const T*>(from, nullptr), sides<T*>(nullptr, to), nullptr, workspace);
      if (!transposed) {
        MatrixMap<T>(to, count * output().pixels(), output().channels).rowwise() += bias_;
      }
    });
  }

  /// Adds the gradients of the weights to sums and, unless input_gradient is null, overwrites it.
  void backward(Index images, const T* input_images, const T* output_gradient, T* input_gradient,
                LayerGradient<T>& sums, ConvolutionWorkspace<T>& workspace) const {
    for_each_block(images, [&](Index first, Index count) {
      const T* from = output_gradient + first * output().size();
      T* to = input_gradient == nullptr ? nullptr : input_gradient + first * input().size();
      if (!transposed && to != nullptr) std::fill_n(to, count * input().size(), T(0));
      sums.bias += ConstMatrixMap<T>(from, count * output().pixels(), output().channels).colwise().sum();
      differentiate(count, sides<const T*>(input_images + first * input().size(), from),
                    sides<T*>(to, nullptr), &sums, workspace);
    });
  }

  template <typename Sum = T>
  LayerGradient<T, Sum> make_gradient() const {
    LayerGradient<T, Sum> gradient;
    for (const auto& filters : filters_) {
      gradient.weight.emplace_back(filters.forward().rows(), filters.forward().columns());
    }
    gradient.bias.resize(bias_size());
    gradient.set_zero();
    return gradient;
  }

  /// Writes the summed gradients in the layout of the parameters.
  template <typename Sum>
  void store_gradient(const LayerGradient<T, Sum>& gradient, Sum* weight_gradient, Sum* bias_gradient) const {
    std::fill_n(weight_gradient, windows_.narrow.channels * windows_.wide.channels * windows_.taps(), Sum(0));
    for (std::size_t g = 0; g < groups_.size(); ++g) {
      filters_[g].add_gradient(gradient.weight[g], weight_gradient);
    }
    Eigen::Map<Vector<Sum>>(bias_gradient, bias_size()) = gradient.bias;
  }

 protected:
  explicit ConvolutionLayer(const Windows& windows)
      : windows_(windows),
        groups_(product_groups(windows)),
        narrow_is_panels_(groups_.size() == 1 && windows.narrow.channels % Panels<T>::width == 0) {
    for (const auto& group : groups_) filters_.emplace_back(windows, group);
  }

 private:
  /// The wide and the narrow image, or their gradients; null where there is none.
  template <typename Pointer>
  struct Sides {
    Pointer x;
    Pointer y;
  };
  template <typename Pointer>
  static Sides<Pointer> sides(Pointer of_input, Pointer of_output) {
    return transposed ? Sides<Pointer>{of_output, of_input} : Sides<Pointer>{of_input, of_output};
  }

  /// Adds dB/dx to to.x, or overwrites to.y with dB/dy, whichever is not null; unless sums is null, adds dB/dw
  /// to it. The image that no derivative needs may be null.
  void differentiate(Index images, Sides<const T*> at, Sides<T*> to, LayerGradient<T>* sums,
                     ConvolutionWorkspace<T>& workspace) const {
    auto& [wide, narrow] = workspace;
    const auto as_panels = [&](auto* image) {
      return image_panels(image, images * windows_.narrow.pixels(), windows_.narrow.channels);
    };
    for (std::size_t g = 0; g < groups_.size(); ++g) {
      const ProductGroup& group = groups_[g];
      const Filters<T>& filters = filters_[g];
      if (at.x != nullptr) gather_columns(group.wide_tiles, group.wide, images, at.x, wide);
      if (at.y != nullptr && !narrow_is_panels_) {
        gather_columns(group.narrow_tiles, group.narrow, images, at.y, narrow);
      }
      const PanelView<const T> y = narrow_is_panels_ ? as_panels(at.y) : narrow.view();
      if (sums != nullptr) add_transposed_product<T>(wide.view(), y, sums->weight[g].view());
      if (to.x != nullptr) {
        wide.resize(y.rows, filters.transposed().columns());
        multiply<T>(y, filters.transposed().view(), wide.view());
        scatter_add_columns(group.wide_tiles, group.wide, images, wide, to.x);
      }
      if (to.y != nullptr && narrow_is_panels_) {
        multiply<T>(wide.view(), filters.forward().view(), as_panels(to.y));
      } else if (to.y != nullptr) {
        narrow.resize(wide.rows(), windows_.narrow.channels);
        multiply<T>(wide.view(), filters.forward().view(), narrow.view());
        const auto scatter = g == 0 ? scatter_columns<T> : scatter_add_columns<T>;
        scatter(group.narrow_tiles, group.narrow, images, narrow, to.y);
      }
    }
  }

  /// Every pixel becomes the bias: what is filled already is copied behind itself.
  void fill_with_bias(T* to, Index size) const {
    std::copy_n(bias_.data(), bias_size(), to);
    for (Index filled = bias_size(); filled < size; filled *= 2) {
      std::copy_n(to, std::min(filled, size - filled), to + filled);
    }
  }

  /// Images of a block: enough tiles to make the products run at full speed, few enough to keep them in cache.
  Index block_images() const { return std::max<Index>(1, 64 / groups_.front().wide_tiles.count()); }

  /// Calls body(first image, count) for blocks of images.
  template <typename Body>
  void for_each_block(Index images, const Body& body) const {
    const Index block = block_images();
    for (Index first = 0; first < images; first += block) body(first, std::min(block, images - first));
  }

  Windows windows_;
  std::vector<ProductGroup> groups_;
  bool narrow_is_panels_;  ///< its only form is the image itself, which can be seen as panels
  std::vector<Filters<T>> filters_;
  Vector<T> bias_;
};

/// output[p, o] = bias[o] + sum over t, i of input[stride * p + t, i] weight[o, i, t], as in PyTorch's
/// conv2d.
template <typename T>
class Convolution : public ConvolutionLayer<T, false> {
 public:
  Convolution(const ImageShape& input, Index output_channels, Index kernel, Index stride)
      : ConvolutionLayer<T, false>(convolution_windows(input, output_channels, kernel, stride)) {}
};

/// The adjoint of that convolution, plus a bias, as in PyTorch's conv_transpose2d, and cropped: of the full
/// result, the first `crop_first` and the last `crop_last` rows and columns are dropped.
template <typename T>
class TransposedConvolution : public ConvolutionLayer<T, true> {
 public:
  TransposedConvolution(const ImageShape& input, Index output_channels, Index kernel, Index stride,
                        Index crop_first, Index crop_last)
      : ConvolutionLayer<T, true>(
            transposed_windows(input, output_channels, kernel, stride, crop_first, crop_last)) {}
};

}  // namespace vae_mnist
