// Images to test with: reproducible, and as unlike a special case as random numbers are.
#pragma once

#include <cmath>
#include <crisp/core/images.hpp>
#include <cstring>
#include <random>

/// Pixels uniform in [low, high], from a seed.
template <typename T>
crisp::Images<T> random_images(const crisp::Shape& shape, unsigned seed, double low = 0, double high = 1) {
  crisp::Images<T> images(shape.batch, shape.channels, shape.height, shape.width);
  std::mt19937 generator(seed);
  std::uniform_real_distribution<double> pixel(low, high);
  for (crisp::Index i = 0; i < images.size(); ++i) images.data()[i] = static_cast<T>(pixel(generator));
  return images;
}

template <typename T>
crisp::Images<T> constant_images(const crisp::Shape& shape, T pixel) {
  crisp::Images<T> images(shape.batch, shape.channels, shape.height, shape.width);
  images.setConstant(pixel);
  return images;
}

/// The largest |a - b| of two tensors, entry by entry; NaN if any is.
template <typename A, typename B>
double largest_difference(const A& a, const B& b) {
  double largest = 0;
  for (crisp::Index i = 0; i < a.size(); ++i) {
    const double difference = static_cast<double>(std::abs(a.data()[i] - b.data()[i]));
    if (!(difference <= largest)) largest = difference;
    if (std::isnan(largest)) break;
  }
  return largest;
}

/// The largest |a| of a tensor; NaN if any is.
template <typename A>
double largest_entry(const A& a) {
  double largest = 0;
  for (crisp::Index i = 0; i < a.size(); ++i) {
    const double entry = static_cast<double>(std::abs(a.data()[i]));
    if (!(entry <= largest)) largest = entry;
    if (std::isnan(largest)) break;
  }
  return largest;
}

/// Whether two tensors hold the same bits, -0 being other than 0.
template <typename A, typename B>
bool same_bits(const A& a, const B& b) {
  static_assert(sizeof(*a.data()) == sizeof(*b.data()));
  return a.size() == b.size() &&
         std::memcmp(a.data(), b.data(), static_cast<std::size_t>(a.size()) * sizeof(*a.data())) == 0;
}

template <typename A>
bool all_finite(const A& a) {
  for (crisp::Index i = 0; i < a.size(); ++i) {
    if (!std::isfinite(a.data()[i])) return false;
  }
  return true;
}
