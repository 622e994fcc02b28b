#include "crisp/filters/pooling.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "support/catch.hpp"
#include "support/derivatives.hpp"
#include "support/random_images.hpp"

using crisp::Index;
using crisp::MutablePlane;
using crisp::OddSizes;
using crisp::Plane;
using crisp::Pooling;

namespace {

using Array = Eigen::Array<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

Array random_plane(Index height, Index width, unsigned seed) {
  const auto images = random_images<double>({1, 1, height, width}, seed, -1, 1);
  return Plane<double>(images.data(), height, width);
}

Array random_plane_weights(Index height, Index width, unsigned seed) {
  const auto images = random_weights<double>({1, 1, height, width}, seed, false);
  return Plane<double>(images.data(), height, width);
}

Plane<double> in(const Array& plane) { return {plane.data(), plane.rows(), plane.cols()}; }
MutablePlane<double> out(Array& plane) { return {plane.data(), plane.rows(), plane.cols()}; }

/// The weighted mean over a block, and its mean weight, from the definitions of the paddings.
struct Block {
  double mean = 0;
  double weight = 0;
};
Block block_at(const Array& plane, const Array& weights, OddSizes odd_sizes, double outside, Index i,
               Index j) {
  const bool before = odd_sizes == OddSizes::zero_padding;
  Block block;
  for (Index y = 2 * i; y < 2 * i + 2; ++y) {
    for (Index x = 2 * j; x < 2 * j + 2; ++x) {
      const Index row = y - (before ? plane.rows() % 2 : 0);
      const Index column = x - (before ? plane.cols() % 2 : 0);
      const Index row_inside = std::clamp<Index>(row, 0, plane.rows() - 1);
      const Index column_inside = std::clamp<Index>(column, 0, plane.cols() - 1);
      const bool is_zero = row < 0 || column < 0;
      const double weight = weights(row_inside, column_inside);
      if (weight == 0) continue;
      block.weight += weight / 4;
      block.mean += weight / 4 * (is_zero ? outside : plane(row_inside, column_inside));
    }
  }
  if (block.weight > 0) block.mean /= block.weight;
  return block;
}

template <typename Body>
void for_each_case(const Body& body) {
  for (const OddSizes odd_sizes :
       {OddSizes::zero_padding, OddSizes::symmetric_padding, OddSizes::drop_last}) {
    for (const Index height : {2, 3, 8, 13}) {
      for (const Index width : {2, 3, 22, 45}) {
        CAPTURE(static_cast<int>(odd_sizes), height, width);
        const Pooling<double> pooling(odd_sizes);
        body(pooling, odd_sizes, height, width, pooling.pooled_size(height), pooling.pooled_size(width));
      }
    }
  }
}

}  // namespace

TEST_CASE("Pooling halves sizes", "[filters]") {
  CHECK(Pooling<float>(OddSizes::zero_padding).pooled_size(7) == 4);
  CHECK(Pooling<float>(OddSizes::symmetric_padding).pooled_size(7) == 4);
  CHECK(Pooling<float>(OddSizes::drop_last).pooled_size(7) == 3);
  for (const OddSizes odd_sizes :
       {OddSizes::zero_padding, OddSizes::symmetric_padding, OddSizes::drop_last}) {
    CHECK(Pooling<float>(odd_sizes).pooled_size(8) == 4);
  }
}

TEST_CASE("Pooling pads as it says", "[filters]") {
  Array line(1, 3);
  line << 1, 2, 4;
  Array two(1, 2), one(1, 1);
  Pooling<double>(OddSizes::zero_padding).pool(in(line), 0, out(two));
  CHECK(two(0) == 0.25);
  CHECK(two(1) == 1.5);
  Pooling<double>(OddSizes::symmetric_padding).pool(in(line), 0, out(two));
  CHECK(two(0) == 1.5);
  CHECK(two(1) == 4);
  Array rows(2, 3);
  rows << 1, 2, 4, 3, 6, 8;
  Pooling<double>(OddSizes::drop_last).pool(in(rows), 0, out(one));
  CHECK(one(0) == 3);
}

TEST_CASE("Pooling is the mean over blocks, and its adjoint the adjoint", "[filters]") {
  for_each_case([](const auto& pooling, OddSizes odd_sizes, Index height, Index width, Index half_height,
                   Index half_width) {
    const Array plane = random_plane(height, width, 1);
    const Array ones = Array::Ones(height, width);
    Array pooled(half_height, half_width);
    pooling.pool(in(plane), 0.7, out(pooled));
    for (Index i = 0; i < half_height; ++i) {
      for (Index j = 0; j < half_width; ++j) {
        CHECK(std::abs(pooled(i, j) - block_at(plane, ones, odd_sizes, 0.7, i, j).mean) < 1e-15);
      }
    }
    // Σ pool(a) b = Σ a adjoint(b), added to what was there.
    const Array b = random_plane(half_height, half_width, 2);
    const Array there = random_plane(height, width, 3);
    Array adjoint = there;
    pooling.add_adjoint(in(b), out(adjoint));
    pooling.pool(in(plane), 0, out(pooled));
    CHECK(std::abs((pooled * b).sum() - (plane * (adjoint - there)).sum()) < 1e-13);
  });
}

TEST_CASE("Weighted pooling is the weighted mean over blocks, and its adjoint the adjoint", "[filters]") {
  for_each_case([](const auto& pooling, OddSizes odd_sizes, Index height, Index width, Index half_height,
                   Index half_width) {
    const Array plane = random_plane(height, width, 1);
    const Array weights = random_plane_weights(height, width, 4);
    Array pooled_weights(half_height, half_width), pooled(half_height, half_width), shares(height, width);
    pooling.pool_weights(in(weights), out(pooled_weights), out(shares));
    const Array with_nan = (weights > 0).select(plane, std::numeric_limits<double>::quiet_NaN());
    pooling.pool(in(with_nan), in(shares), 0.7, out(pooled));
    for (Index i = 0; i < half_height; ++i) {
      for (Index j = 0; j < half_width; ++j) {
        const Block block = block_at(plane, weights, odd_sizes, 0.7, i, j);
        CHECK(std::abs(pooled(i, j) - block.mean) < 1e-15);
        CHECK(std::abs(pooled_weights(i, j) - block.weight) < 1e-15);
      }
    }
    const Array b = random_plane(half_height, half_width, 2);
    const Array there = random_plane(height, width, 3);
    Array adjoint = there;
    pooling.add_adjoint(in(b), in(shares), out(adjoint));
    pooling.pool(in(plane), in(shares), 0, out(pooled));
    CHECK(std::abs((pooled * b).sum() - (plane * (adjoint - there)).sum()) < 1e-13);
    CHECK((weights > 0 || adjoint == there).all());
  });
}

TEST_CASE("Pooling by weights of 1 has the bits of pooling without", "[filters]") {
  for_each_case([](const auto& pooling, OddSizes /*odd_sizes*/, Index height, Index width, Index half_height,
                   Index half_width) {
    const Array plane = random_plane(height, width, 1);
    const Array ones = Array::Ones(height, width);
    Array pooled_weights(half_height, half_width), pooled(half_height, half_width), plain = pooled;
    Array shares(height, width);
    pooling.pool_weights(in(ones), out(pooled_weights), out(shares));
    pooling.pool(in(plane), in(shares), 0.7, out(pooled));
    pooling.pool(in(plane), 0.7, out(plain));
    CHECK((pooled_weights == 1).all());
    CHECK((pooled == plain).all());
  });
}
