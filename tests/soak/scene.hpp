// The images of a case.
#pragma once

#include <crisp/core/images.hpp>
#include <string>
#include <vector>

#include "soak/plane.hpp"
#include "soak/random.hpp"

namespace soak {

/// Images as a trainer has them, in rows.
template <typename T>
struct Scene {
  crisp::Shape shape;
  std::vector<T> prediction;
  std::vector<T> target;
  std::vector<T> weights;  ///< none if it is empty
  crisp::Index weight_channels = 0;
  bool weights_are_one = false;
  std::string kind;  ///< what the images are, in words

  crisp::Shape weight_shape() const { return {shape.batch, weight_channels, shape.height, shape.width}; }
};

/// Draws images of a shape.
template <typename T>
Scene<T> draw_scene(Random& random, const crisp::Shape& shape);

/// The same pixels for a reference. `swapped`: the target is the prediction.
template <typename T>
Batch batch_of(const Scene<T>& scene, bool swapped);

}  // namespace soak
