// A batch of the VAE is cut into shards of a few images. A shard keeps what backward needs of forward and sums its
// own gradients, so shards run at the same time; a thread works through shards in a slot.
#pragma once

#include "network/decoder.hpp"
#include "network/encoder.hpp"

namespace vae_mnist {

/// Few enough for many threads to share a batch, many enough for the sums of gradients to cost little.
inline constexpr Index shard_images = 8;

template <typename T, typename Sum = T>
struct VaeGradient {
  VaeGradient(const Encoder<T>& encoder_, const Decoder<T>& decoder_)
      : encoder(encoder_), decoder(decoder_) {}
  typename Encoder<T>::template Gradient<Sum> encoder;
  typename Decoder<T>::template Gradient<Sum> decoder;
};

template <typename T>
struct Shard {
  Shard(const Encoder<T>& encoder, const Decoder<T>& decoder, Index latent)
      : encoder_memory(encoder, shard_images),
        decoder_memory(decoder, shard_images),
        spread(shard_images, latent),
        gradient(encoder, decoder) {}
  typename Encoder<T>::Memory encoder_memory;
  typename Decoder<T>::Memory decoder_memory;
  Matrix<T> spread;  ///< exp(log variance / 2) * noise
  VaeGradient<T> gradient;
};

/// The memories serve encode and decode, which leave the shards alone.
template <typename T>
struct Slot {
  Slot(const Encoder<T>& encoder_, const Decoder<T>& decoder_, Index latent)
      : encoder(encoder_, shard_images),
        decoder(decoder_, shard_images),
        encoder_memory(encoder_, shard_images),
        decoder_memory(decoder_, shard_images),
        statistics(shard_images, 2 * latent),
        z(shard_images, latent) {}
  typename Encoder<T>::Workspace encoder;
  typename Decoder<T>::Workspace decoder;
  typename Encoder<T>::Memory encoder_memory;
  typename Decoder<T>::Memory decoder_memory;
  Matrix<T> statistics;  ///< [mean, log variance], or their gradients
  Matrix<T> z;           ///< or its gradient
};

}  // namespace vae_mnist
