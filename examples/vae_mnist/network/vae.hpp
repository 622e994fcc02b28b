// The variational autoencoder of the paper, forwards and backwards:
//
//     (mean, log variance) = encoder(image)
//     z                    = mean + exp(log variance / 2) * noise
//     reconstruction       = decoder(z)
//
// A batch is cut into shards of a few images. A shard runs whole on one thread and sums its own parameter
// gradients; these are added up in the order of the shards. So a result is bitwise the same for any number of
// threads. T is float to train, double to check derivatives.
#pragma once

#include <algorithm>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <vector>

#include "crisp/core/executor.hpp"
#include "network/parameter.hpp"
#include "network/shard.hpp"
#include "network/vae_shapes.hpp"

namespace vae_mnist {

/// One thread at a time may call into a network; it may use many, through the executor. After the first call
/// with a batch size (and a number of threads), calls allocate nothing.
template <typename T>
class Vae {
 public:
  /// Weights are drawn from the seed; biases are zero, but for the initial log-variance. Throws
  /// crisp::OptionError unless latent >= 1, the log-variance is finite, and images have a channel and sides that
  /// suit (see has_sides_for_vae).
  explicit Vae(const VaeOptions& options, std::uint64_t seed)
      : latent_(detail::checked(options).latent),
        encoder_(options.image, latent_),
        decoder_(options.image, latent_, options.output),
        shard_sums_(encoder_, decoder_) {
    Random random(seed);
    for_each_layer([&](const std::string& name, auto& layer, auto) {
      ++layers_;
      parameters_.emplace_back(name + ".weight", layer.weight_shape());
      glorot_uniform(parameters_.back(), random);
      parameters_.emplace_back(name + ".bias", std::vector<Index>{layer.bias_size()});
      if (name == "encoder.dense") {
        parameters_.back().value.tail(latent_) = static_cast<T>(options.initial_log_variance);
      }
    });
    Index offset = 0;
    for (auto& parameter : parameters_) {
      parameter.offset = offset;
      offset += parameter.gradient.size();
    }
    gradient_sums_.resize(static_cast<std::size_t>(offset));
  }

  Index latent() const { return latent_; }
  const ImageShape& image() const { return encoder_.conv1.input(); }

  /// All parameters, in a fixed order. Values may be changed between calls; gradients are backward's.
  std::vector<Parameter<T>> parameters() {
    std::vector<Parameter<T>> views;
    for (auto& parameter : parameters_) views.push_back(parameter.view());
    return views;
  }

  /// The posterior of images [n, channels, height, width]; both results are resized to [n, latent].
  template <typename Executor = crisp::Serial>
  void encode(const crisp::Images<T>& images, Latent<T>& mean, Latent<T>& log_variance,
              const Executor& executor = {}) {
    const Index batch = images.dimension(0);
    detail::check_images(images, batch, image());
    mean.resize(batch, latent_);
    log_variance.resize(batch, latent_);
    load_layers(executor);
    reserve_slots(executor);
    for_each_shard(batch, executor, [&](Index, Index first, Index count, Slot& slot) {
      encode_shard(images, first, count, mean, log_variance, slot.encoder_memory, slot);
    });
  }

  /// The images of points z [n, latent]; resized to [n, channels, height, width].
  template <typename Executor = crisp::Serial>
  void decode(const Latent<T>& z, crisp::Images<T>& images, const Executor& executor = {}) {
    detail::check_latent("z", z, z.dimension(0), latent_);
    resize_images(images, z.dimension(0));
    load_layers(executor);
    reserve_slots(executor);
    for_each_shard(z.dimension(0), executor, [&](Index, Index first, Index count, Slot& slot) {
      decoder_.forward(rows(z, first, count), &images(first, 0, 0, 0), slot.decoder_memory, slot.decoder);
    });
  }

  /// The whole way, with noise [n, latent]: standard normal to train, zero for the posterior's mean. The
  /// result is the network's; it and what backward needs stay until the next forward.
  template <typename Executor = crisp::Serial>
  const VaeOutput<T>& forward(const crisp::Images<T>& images, const Latent<T>& noise,
                              const Executor& executor = {}) {
    const Index batch = images.dimension(0);
    detail::check_images(images, batch, image());
    detail::check_latent("noise", noise, batch, latent_);
    output_.mean.resize(batch, latent_);
    output_.log_variance.resize(batch, latent_);
    resize_images(output_.reconstruction, batch);
    load_layers(executor);
    reserve_slots(executor);
    while (static_cast<Index>(shards_.size()) < shard_count(batch))
      shards_.emplace_back(encoder_, decoder_, latent_);
    for_each_shard(batch, executor, [&](Index index, Index first, Index count, Slot& slot) {
      forward_shard(shard(index), images, noise, first, count, slot);
    });
    return output_;
  }

  /// From the gradient of a loss with respect to what the last forward returned, overwrites the gradient of
  /// every parameter. mean_gradient and log_variance_gradient are what reaches them directly (from the KL
  /// term), not through the reconstruction. Throws crisp::ShapeError unless all shapes are those of the last
  /// forward. Change no parameter in between.
  ///
  /// Shards are added up in double, and `complete` may add to the sums, std::vector<double>, parameter after parameter,
  /// before they are rounded: so processes that have a few shards each come to the same gradients as one that has all.
  template <typename Executor = crisp::Serial>
  void backward(const crisp::Images<T>& reconstruction_gradient, const Latent<T>& mean_gradient,
                const Latent<T>& log_variance_gradient, const Executor& executor = {}) {
    backward(reconstruction_gradient, mean_gradient, log_variance_gradient, executor, [](auto&) {});
  }
  template <typename Executor, typename Complete>
  void backward(const crisp::Images<T>& reconstruction_gradient, const Latent<T>& mean_gradient,
                const Latent<T>& log_variance_gradient, const Executor& executor, const Complete& complete) {
    const Index batch = output_.reconstruction.dimension(0);
    if (batch == 0) throw std::logic_error("Vae::backward needs a forward before it");
    detail::check_images(reconstruction_gradient, batch, image());
    detail::check_latent("the gradient of the mean", mean_gradient, batch, latent_);
    detail::check_latent("the gradient of the log-variance", log_variance_gradient, batch, latent_);
    reserve_slots(executor);
    for_each_shard(batch, executor, [&](Index index, Index first, Index count, Slot& slot) {
      backward_shard(shard(index), reconstruction_gradient, mean_gradient, log_variance_gradient, first,
                     count, slot);
    });
    add_up_shards(shard_count(batch), executor);
    complete(gradient_sums_);
    store_gradients(executor);
  }

  /// The part of backward for a process that has no images in a batch.
  template <typename Complete>
  void backward_without_images(const Complete& complete) {
    std::fill(gradient_sums_.begin(), gradient_sums_.end(), 0.0);
    complete(gradient_sums_);
    store_gradients(crisp::Serial());
  }

  /// Images go through in shards of so many; each of several processes takes whole shards.
  static constexpr Index shard_images = vae_mnist::shard_images;

 private:
  using Shard = vae_mnist::Shard<T>;
  using Slot = vae_mnist::Slot<T>;

  void encode_shard(const crisp::Images<T>& images, Index first, Index count, Latent<T>& mean,
                    Latent<T>& log_variance, typename Encoder<T>::Memory& memory, Slot& slot) const {
    MatrixMap<T> statistics(slot.statistics.data(), count, 2 * latent_);
    encoder_.forward(&images(first, 0, 0, 0), statistics, memory, slot.encoder);
    rows(mean, first, count) = statistics.leftCols(latent_);
    rows(log_variance, first, count) = statistics.rightCols(latent_);
  }

  void forward_shard(Shard& shard, const crisp::Images<T>& images, const Latent<T>& noise, Index first,
                     Index count, Slot& slot) {
    encode_shard(images, first, count, output_.mean, output_.log_variance, shard.encoder_memory, slot);
    auto spread = shard.spread.topRows(count);
    auto z = slot.z.topRows(count);
    spread.array() =
        (rows(output_.log_variance, first, count).array() / 2).exp() * rows(noise, first, count).array();
    z = rows(output_.mean, first, count) + spread;
    decoder_.forward({z.data(), count, latent_}, &output_.reconstruction(first, 0, 0, 0),
                     shard.decoder_memory, slot.decoder);
  }

  void backward_shard(Shard& shard, const crisp::Images<T>& reconstruction_gradient,
                      const Latent<T>& mean_gradient, const Latent<T>& log_variance_gradient, Index first,
                      Index count, Slot& slot) {
    for_each_layer([&](const std::string&, auto&, auto gradient) { gradient(shard.gradient).set_zero(); });
    MatrixMap<T> z_gradient(slot.z.data(), count, latent_);
    decoder_.backward(&output_.reconstruction(first, 0, 0, 0), &reconstruction_gradient(first, 0, 0, 0),
                      shard.decoder_memory, z_gradient, shard.gradient.decoder, slot.decoder);
    MatrixMap<T> statistics_gradient(slot.statistics.data(), count, 2 * latent_);
    statistics_gradient.leftCols(latent_) = z_gradient + rows(mean_gradient, first, count);
    statistics_gradient.rightCols(latent_) = z_gradient.cwiseProduct(shard.spread.topRows(count)) / T(2) +
                                             rows(log_variance_gradient, first, count);
    encoder_.backward({statistics_gradient.data(), count, 2 * latent_}, shard.encoder_memory,
                      shard.gradient.encoder, slot.encoder);
  }

  /// Adds up the shards' gradients, in order. They keep their layers' layouts until they are one.
  template <typename Executor>
  void add_up_shards(Index shards, const Executor& executor) {
    for_each_layer_in_parallel(executor, [&](auto& layer, auto gradient, auto& weight, auto& bias) {
      auto& sum = gradient(shard_sums_);
      sum.set_zero();
      for (Index index = 0; index < shards; ++index) sum += gradient(shard(index).gradient);
      layer.store_gradient(sum, sums_of(weight).data(), sums_of(bias).data());
    });
  }

  /// Hands the sums to the parameters.
  template <typename Executor>
  void store_gradients(const Executor& executor) {
    for_each_layer_in_parallel(executor, [&](auto&, auto, auto& weight, auto& bias) {
      for (auto* parameter : {&weight, &bias}) {
        parameter->gradient = sums_of(*parameter).template cast<T>();
      }
    });
  }

  Eigen::Map<Eigen::ArrayXd> sums_of(const ParameterStorage<T>& parameter) {
    return {gradient_sums_.data() + parameter.offset, parameter.gradient.size()};
  }

  template <typename Executor>
  void load_layers(const Executor& executor) {
    for_each_layer_in_parallel(executor, [](auto& layer, auto, const auto& weight, const auto& bias) {
      layer.load(weight.value.data(), bias.value.data());
    });
  }

  /// Calls visit(layer, gradient, weight, bias), a layer on a thread.
  template <typename Executor, typename Visit>
  void for_each_layer_in_parallel(const Executor& executor, const Visit& visit) {
    executor.for_each(layers_, [&](Index wanted, int) {
      Index index = 0;
      for_each_layer([&](const char*, auto& layer, auto gradient) {
        const auto parameter = static_cast<std::size_t>(2 * index);
        if (index++ == wanted) visit(layer, gradient, parameters_[parameter], parameters_[parameter + 1]);
      });
    });
  }

  /// Calls visit(name, layer, gradient), where gradient(g) is that layer's part of a VaeGradient g.
  template <typename Visit>
  void for_each_layer(const Visit& visit) {
    Encoder<T>::for_each_layer([&](const char* name, auto layer, auto place) {
      visit(
          name, encoder_.*layer, [=](auto& g) -> auto& { return place(g.encoder); });
    });
    Decoder<T>::for_each_layer([&](const char* name, auto layer, auto place) {
      visit(
          name, decoder_.*layer, [=](auto& g) -> auto& { return place(g.decoder); });
    });
  }

  static Index shard_count(Index batch) { return (batch + shard_images - 1) / shard_images; }
  Shard& shard(Index index) { return shards_[static_cast<std::size_t>(index)]; }

  /// Calls body(shard, its first image, how many images, slot).
  template <typename Executor, typename Body>
  void for_each_shard(Index batch, const Executor& executor, const Body& body) {
    executor.for_each(shard_count(batch), [&](Index index, int slot) {
      const Index first = index * shard_images;
      body(index, first, std::min(shard_images, batch - first), slots_[static_cast<std::size_t>(slot)]);
    });
  }

  template <typename Executor>
  void reserve_slots(const Executor& executor) {
    while (static_cast<int>(slots_.size()) < executor.concurrency())
      slots_.emplace_back(encoder_, decoder_, latent_);
  }

  void resize_images(crisp::Images<T>& images, Index batch) const {
    images.resize(batch, image().channels, image().height, image().width);
  }

  ConstMatrixMap<T> rows(const Latent<T>& tensor, Index first, Index count) const {
    return {tensor.data() + first * latent_, count, latent_};
  }
  MatrixMap<T> rows(Latent<T>& tensor, Index first, Index count) const {
    return {tensor.data() + first * latent_, count, latent_};
  }

  Index latent_;
  Index layers_ = 0;
  Encoder<T> encoder_;
  Decoder<T> decoder_;
  std::vector<ParameterStorage<T>> parameters_;
  VaeGradient<T, double> shard_sums_;
  std::vector<double> gradient_sums_;  // of all parameters, one after another
  VaeOutput<T> output_;
  std::vector<Shard> shards_;
  std::vector<Slot> slots_;
};

}  // namespace vae_mnist
