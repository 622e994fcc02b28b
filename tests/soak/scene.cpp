#include "soak/scene.hpp"

#include <cmath>
#include <functional>
#include <utility>

namespace soak {
namespace {

using Pixels = std::vector<double>;

/// One plane, before it is rounded.
struct Canvas {
  Size height;
  Size width;
  Random& random;

  Pixels paint(const std::function<double(Size, Size)>& pixel) const {
    Pixels pixels;
    for (Size y = 0; y < height; ++y) {
      for (Size x = 0; x < width; ++x) pixels.push_back(pixel(y, x));
    }
    return pixels;
  }
  Pixels noise() const {
    return paint([&](Size, Size) { return random.uniform(); });
  }
  Pixels flat() const {
    const double shade = random.uniform();
    return paint([&](Size, Size) { return shade; });
  }
  Pixels binary() const {
    return paint([&](Size, Size) { return random.chance(0.5) ? 1.0 : 0.0; });
  }
  Pixels rows() const {
    Pixels shades;
    for (Size y = 0; y < height; ++y) shades.push_back(random.uniform());
    return paint([&](Size y, Size) { return shades[static_cast<std::size_t>(y)]; });
  }
  /// Smooth, with an edge, a little noise, and a mean far from 0.
  Pixels photograph() const {
    const double slope_y = random.uniform(-0.2, 0.2);
    const double slope_x = random.uniform(-0.2, 0.2);
    const double edge = random.uniform() * static_cast<double>(height + width);
    const double step = random.uniform(-0.3, 0.3);
    return paint([&](Size y, Size x) {
      const double v = static_cast<double>(y) / static_cast<double>(height);
      const double u = static_cast<double>(x) / static_cast<double>(width);
      return 0.5 + slope_y * v + slope_x * u * u + (static_cast<double>(x + y) > edge ? step : 0) +
             random.uniform(-0.02, 0.02);
    });
  }
  Pixels bright() const {
    return paint([&](Size, Size) { return 100 + 0.1 * random.uniform(); });
  }
  /// A quarter black, the rest noise.
  Pixels part_black() const {
    return paint([&](Size y, Size x) { return 2 * y < height && 2 * x < width ? 0.0 : random.uniform(); });
  }
  /// A quarter flat, the rest noise.
  Pixels part_flat() const {
    return paint([&](Size y, Size x) { return 2 * y < height && 2 * x < width ? 0.3 : random.uniform(); });
  }
  Pixels bytes() const {
    return paint([&](Size, Size) { return std::floor(256 * random.uniform()) / 255; });
  }
  /// The same from the left and from the right, and from above and below: its spectrum is real but for a shift.
  Pixels palindrome(bool whole_turn) const {
    const Pixels half = noise();
    return paint([&](Size y, Size x) {
      const Size other_y = (whole_turn ? height - y : height - 1 - y) % height;
      const Size other_x = (whole_turn ? width - x : width - 1 - x) % width;
      const std::size_t here = static_cast<std::size_t>(y * width + x);
      const std::size_t there = static_cast<std::size_t>(other_y * width + other_x);
      return half[std::min(here, there)];
    });
  }
  Pixels signed_noise() const {
    return paint([&](Size, Size) { return random.uniform(-1, 1); });
  }
};

using Painter = Pixels (*)(const Canvas&);
struct Kind {
  const char* name;
  Painter paint;
};

constexpr Kind kinds[] = {
    {"noise", [](const Canvas& canvas) { return canvas.noise(); }},
    {"photograph", [](const Canvas& canvas) { return canvas.photograph(); }},
    {"photograph", [](const Canvas& canvas) { return canvas.photograph(); }},
    {"noise", [](const Canvas& canvas) { return canvas.noise(); }},
    {"flat", [](const Canvas& canvas) { return canvas.flat(); }},
    {"black", [](const Canvas& canvas) { return canvas.paint([](Size, Size) { return 0.0; }); }},
    {"binary", [](const Canvas& canvas) { return canvas.binary(); }},
    {"rows", [](const Canvas& canvas) { return canvas.rows(); }},
    {"bright", [](const Canvas& canvas) { return canvas.bright(); }},
    {"part black", [](const Canvas& canvas) { return canvas.part_black(); }},
    {"part flat", [](const Canvas& canvas) { return canvas.part_flat(); }},
    {"bytes", [](const Canvas& canvas) { return canvas.bytes(); }},
    {"palindrome", [](const Canvas& canvas) { return canvas.palindrome(false); }},
    {"real spectrum", [](const Canvas& canvas) { return canvas.palindrome(true); }},
    {"signed noise", [](const Canvas& canvas) { return canvas.signed_noise(); }},
};

const Kind& any_kind(Random& random) {
  return kinds[random.integer(0, static_cast<std::int64_t>(std::size(kinds)) - 1)];
}

/// What a target is beside its prediction.
enum class Relation { independent, identical, nearly_equal, doubled, negated, offset, mirrored };

const char* name_of(Relation relation) {
  switch (relation) {
    case Relation::independent:
      return "independent of";
    case Relation::identical:
      return "equal to";
    case Relation::nearly_equal:
      return "nearly equal to";
    case Relation::doubled:
      return "twice";
    case Relation::negated:
      return "minus";
    case Relation::offset:
      return "brighter than";
    case Relation::mirrored:
      return "a mirror of";
  }
  return "";
}

/// The target of a plane that has been rounded.
template <typename T>
std::vector<T> target_of(const std::vector<T>& plane, Relation relation, double difference,
                         const Canvas& canvas, const Kind& kind) {
  std::vector<T> target;
  const Pixels other = relation == Relation::independent ? kind.paint(canvas) : Pixels();
  const std::size_t count = plane.size();
  const std::size_t width = static_cast<std::size_t>(canvas.width);
  for (std::size_t i = 0; i < count; ++i) {
    const double pixel = static_cast<double>(plane[i]);
    double result = pixel;
    switch (relation) {
      case Relation::independent:
        result = other[i];
        break;
      case Relation::identical:
        break;
      case Relation::nearly_equal:
        result = pixel + difference * canvas.random.uniform(-1, 1);
        break;
      case Relation::doubled:
        result = 2 * pixel;
        break;
      case Relation::negated:
        result = -pixel;
        break;
      case Relation::offset:
        result = pixel + difference;
        break;
      case Relation::mirrored:
        result = static_cast<double>(plane[i / width * width + (width - 1 - i % width)]);
        break;
    }
    target.push_back(static_cast<T>(result));
  }
  return target;
}

template <typename T>
void draw_weights(Random& random, Scene<T>& scene) {
  const double which = random.uniform();
  if (which < 0.5) return;
  scene.weight_channels = random.chance(0.5) ? 1 : scene.shape.channels;
  const crisp::Shape shape = scene.weight_shape();
  const Size edge = random.integer(0, shape.width);
  const double share = which < 0.9 ? 0.7 : 0.1;
  scene.weights_are_one = which < 0.55;
  for (crisp::Index i = 0; i < shape.size(); ++i) {
    double weight = 1;
    if (which >= 0.55) weight = 0.5;
    if (which >= 0.6) weight = i % shape.width < edge ? 1 : 0;               // a mask
    if (which >= 0.7) weight = random.uniform();                             // of any size
    if (which >= 0.8) weight = random.chance(share) ? random.uniform() : 0;  // some, or few, of any size
    scene.weights.push_back(static_cast<T>(weight));
  }
  const char* name = which < 0.55  ? "one"
                     : which < 0.6 ? "a half"
                     : which < 0.7 ? "a mask"
                     : which < 0.8 ? "random"
                     : which < 0.9 ? "random or 0"
                                   : "mostly 0";
  scene.kind +=
      std::string(", weights ") + name +
      (scene.weight_channels < shape.channels || scene.shape.channels == 1 ? " of one channel" : "");
}

}  // namespace

template <typename T>
Scene<T> draw_scene(Random& random, const crisp::Shape& shape) {
  Scene<T> scene;
  scene.shape = shape;
  const Kind& kind = any_kind(random);
  const Kind& other = random.chance(0.7) ? kind : any_kind(random);
  const Relation relation =
      random.chance(0.5)
          ? Relation::independent
          : random.one_of({Relation::identical, Relation::nearly_equal, Relation::nearly_equal,
                           Relation::doubled, Relation::negated, Relation::offset, Relation::mirrored});
  const double difference = std::pow(10, -static_cast<double>(random.integer(1, 6)));
  const double scale = random.chance(0.9) ? 1 : 255;
  for (Size plane = 0; plane < shape.planes(); ++plane) {
    const Canvas canvas{shape.height, shape.width, random};
    std::vector<T> pixels;
    for (const double pixel : kind.paint(canvas)) pixels.push_back(static_cast<T>(scale * pixel));
    std::vector<T> target = target_of(pixels, relation, scale * difference, canvas, other);
    if (relation == Relation::independent && scale != 1) {
      for (T& pixel : target) pixel *= static_cast<T>(scale);
    }
    scene.prediction.insert(scene.prediction.end(), pixels.begin(), pixels.end());
    scene.target.insert(scene.target.end(), target.begin(), target.end());
  }
  scene.kind = std::string("target ") + name_of(relation) + " " + kind.name;
  if (relation == Relation::independent) scene.kind += std::string(", ") + other.name;
  if (relation == Relation::nearly_equal || relation == Relation::offset)
    scene.kind += " by " + std::to_string(difference);
  if (scale != 1) scene.kind += ", to 255";
  draw_weights(random, scene);
  return scene;
}

template <typename T>
Batch batch_of(const Scene<T>& scene, bool swapped) {
  Batch batch;
  batch.images = scene.shape.batch;
  batch.channels = scene.shape.channels;
  const auto plane_of = [&](const std::vector<T>& pixels, Size index) {
    Plane plane(scene.shape.height, scene.shape.width);
    for (Size i = 0; i < plane.size(); ++i)
      plane[i] = static_cast<Real>(pixels[static_cast<std::size_t>(index * plane.size() + i)]);
    return plane;
  };
  for (Size i = 0; i < scene.shape.planes(); ++i) {
    Pair pair;
    pair.prediction = plane_of(swapped ? scene.target : scene.prediction, i);
    pair.target = plane_of(swapped ? scene.prediction : scene.target, i);
    if (!scene.weights.empty()) {
      pair.weights = plane_of(scene.weights, scene.weight_channels == 1 ? i / scene.shape.channels : i);
    }
    batch.planes.push_back(std::move(pair));
  }
  return batch;
}

template Scene<float> draw_scene(Random&, const crisp::Shape&);
template Scene<double> draw_scene(Random&, const crisp::Shape&);
template Batch batch_of(const Scene<float>&, bool);
template Batch batch_of(const Scene<double>&, bool);

}  // namespace soak
