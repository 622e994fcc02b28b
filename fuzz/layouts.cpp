// Images and a gradient anywhere in one piece of memory, in any order of any strides: what is evaluated is what lies there,
// and the gradient's places are written and no others; or a ShapeError says why not, and nothing is written.
#include <algorithm>
#include <cmath>
#include <crisp/crisp.hpp>
#include <vector>

#include "support/draw.hpp"
#include "support/expect.hpp"
#include "support/promises.hpp"

namespace {

using crisp::Images;
using crisp::Index;
using crisp::Shape;
using crisp::Strides;
using crisp_fuzz::Draw;
using crisp_fuzz::expect;

constexpr Index memory_size = 600;

/// Where images lie in the memory.
struct Place {
  Shape shape;
  Index begin;
  Strides strides;

  Place(Draw& draw, const Shape& shape_)
      : shape(shape_),
        begin(draw.integer(0, memory_size - 1)),
        strides{draw.integer(-60, 60), draw.integer(-30, 30), draw.integer(-9, 9), draw.integer(-9, 9)} {}

  /// The places of all pixels, in the order of rows.
  std::vector<Index> pixels() const {
    std::vector<Index> result;
    for (Index n = 0; n < shape.batch; ++n) {
      for (Index c = 0; c < shape.channels; ++c) {
        for (Index y = 0; y < shape.height; ++y) {
          for (Index x = 0; x < shape.width; ++x) {
            result.push_back(begin + n * strides.batch + c * strides.channels + y * strides.height +
                             x * strides.width);
          }
        }
      }
    }
    return result;
  }
  bool fits() const {
    const auto all = pixels();
    return std::all_of(all.begin(), all.end(), [](Index i) { return 0 <= i && i < memory_size; });
  }
  Images<double> copy(const std::vector<double>& memory) const {
    Images<double> images(shape.batch, shape.channels, shape.height, shape.width);
    const auto all = pixels();
    for (std::size_t i = 0; i < all.size(); ++i) {
      images.data()[i] = memory[static_cast<std::size_t>(all[i])];
    }
    return images;
  }
  template <typename T>
  crisp::StridedView<T> view(T* memory) const {
    return crisp::strided_view(memory + begin, shape, strides);
  }
};

bool share_a_pixel(const Place& a, const Place& b) {
  const auto of_a = a.pixels();
  const auto of_b = b.pixels();
  return std::find_first_of(of_a.begin(), of_a.end(), of_b.begin(), of_b.end()) != of_a.end();
}

bool has_all_apart(const Place& place) {
  auto all = place.pixels();
  std::sort(all.begin(), all.end());
  return std::adjacent_find(all.begin(), all.end()) == all.end();
}

/// Whether one ends before the other begins.
bool lie_apart(const Place& a, const Place& b) {
  const auto of_a = a.pixels();
  const auto of_b = b.pixels();
  const auto [first_a, last_a] = std::minmax_element(of_a.begin(), of_a.end());
  const auto [first_b, last_b] = std::minmax_element(of_b.begin(), of_b.end());
  return *last_a < *first_b || *last_b < *first_a;
}

/// Whether each row, plane and image ends before the next begins.
bool is_in_order(const Place& place) {
  const Shape& shape = place.shape;
  const Index row = (shape.width - 1) * place.strides.width;
  const Index plane = row + (shape.height - 1) * place.strides.height;
  const Index image = plane + (shape.channels - 1) * place.strides.channels;
  return place.strides.width > 0 && place.strides.height > row && place.strides.channels > plane &&
         place.strides.batch > image;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Draw draw(data, size);
  const Shape shape{draw.integer(0, 2), draw.integer(0, 2), draw.integer(0, 3), draw.integer(0, 3)};
  const Place prediction(draw, shape);
  const Place target(draw, shape);
  const Place weights(draw, shape);
  const Place gradient(draw, shape);
  if (!prediction.fits() || !target.fits() || !weights.fits() || !gradient.fits()) return 0;
  const bool is_weighted = draw.flag();

  std::vector<double> memory(memory_size);
  for (std::size_t i = 0; i < memory.size(); ++i) memory[i] = 1 + std::sin(static_cast<double>(i));
  const std::vector<double> before = memory;
  const double* const from = memory.data();
  const crisp::MseLoss<double> loss;
  double value = 0;
  const bool succeeded = crisp_fuzz::succeeds([&] {
    const auto to = gradient.view(memory.data());
    if (is_weighted) {
      value = crisp::value_and_gradient(loss, prediction.view(from),
                                        crisp::weighted(target.view(from), weights.view(from)), to);
    } else {
      value = crisp::value_and_gradient(loss, prediction.view(from), target.view(from), to);
    }
  });
  if (!succeeded) {
    expect(memory == before, "an error leaves the memory as it was");
    const bool is_plain = shape.size() > 0 && is_in_order(gradient) && lie_apart(gradient, prediction) &&
                          lie_apart(gradient, target) && (!is_weighted || lie_apart(gradient, weights));
    expect(!is_plain, "a gradient in order, before or after what is read, is taken");
    return 0;
  }

  expect(has_all_apart(gradient), "a gradient with several pixels in one place is refused");
  expect(!share_a_pixel(gradient, prediction) && !share_a_pixel(gradient, target) &&
             !(is_weighted && share_a_pixel(gradient, weights)),
         "a gradient that shares memory with what is read is refused");
  const Images<double> target_rows = target.copy(before);
  const Images<double> weights_rows = weights.copy(before);
  Images<double> expected;
  const double expected_value =
      is_weighted ? crisp::value_and_gradient(loss, prediction.copy(before),
                                              crisp::weighted(target_rows, weights_rows), expected)
                  : crisp::value_and_gradient(loss, prediction.copy(before), target_rows, expected);
  expect(value == expected_value, "strides are no matter to the value");
  std::vector<double> after = before;
  const auto places = gradient.pixels();
  for (std::size_t i = 0; i < places.size(); ++i) {
    after[static_cast<std::size_t>(places[i])] = expected.data()[i];
  }
  expect(memory == after, "the gradient's places are written, and no others");
  return 0;
}
