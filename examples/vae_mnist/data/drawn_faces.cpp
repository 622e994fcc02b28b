#include "data/drawn_faces.hpp"

#include <array>
#include <cmath>
#include <string>

#include "crisp/core/errors.hpp"
#include "network/random.hpp"

namespace vae_mnist {
namespace {

using Color = std::array<double, 3>;

constexpr std::array<Color, 5> skins = {
    {{0.98, 0.86, 0.74}, {0.94, 0.75, 0.58}, {0.80, 0.58, 0.42}, {0.58, 0.39, 0.27}, {0.38, 0.25, 0.17}}};
constexpr std::array<Color, 6> hairs = {{{0.10, 0.08, 0.07},
                                         {0.30, 0.18, 0.10},
                                         {0.58, 0.36, 0.16},
                                         {0.90, 0.75, 0.40},
                                         {0.75, 0.25, 0.10},
                                         {0.65, 0.65, 0.68}}};
constexpr std::array<Color, 4> irises = {
    {{0.20, 0.40, 0.65}, {0.25, 0.50, 0.30}, {0.35, 0.22, 0.12}, {0.12, 0.12, 0.14}}};
constexpr Color white = {1, 1, 1};
constexpr Color dark = {0.12, 0.08, 0.08};
constexpr Color lips = {0.75, 0.22, 0.25};

Color mixed(const Color& a, const Color& b, double share) {
  return {a[0] + share * (b[0] - a[0]), a[1] + share * (b[1] - a[1]), a[2] + share * (b[2] - a[2])};
}

/// An ellipse with its axes upright: where (x, y) lies in it, 1 being its outline.
struct Ellipse {
  double x;
  double y;
  double width;
  double height;

  double level(double px, double py) const {
    const double dx = (px - x) / width;
    const double dy = (py - y) / height;
    return dx * dx + dy * dy;
  }
  bool holds(double px, double py) const { return level(px, py) <= 1; }
};

/// What a face is made of; the picture reaches from 0 to 1 in both directions, y downwards.
class Face {
 public:
  explicit Face(Random random) {
    const auto between = [&](double low, double high) { return low + (high - low) * random.uniform(); };
    const auto one_of = [&](const auto& colors) { return colors[random.below(colors.size())]; };
    for (int channel = 0; channel < 3; ++channel) {
      sky_[static_cast<std::size_t>(channel)] = between(0.45, 1);
      ground_[static_cast<std::size_t>(channel)] = between(0.3, 0.9);
    }
    skin_ = one_of(skins);
    hair_color_ = one_of(hairs);
    iris_color_ = one_of(irises);
    const double x = between(0.44, 0.56);
    const double y = between(0.5, 0.58);
    head_ = {x, y, between(0.22, 0.29), between(0.29, 0.35)};
    hair_ = {x, y - between(0.03, 0.09), head_.width * between(1.08, 1.3), head_.height * between(1, 1.12)};
    hairline_ = y - head_.height * between(0.3, 0.7);
    hair_end_ =
        random.below(2) == 0 ? hairline_ + 0.02 : y + head_.height * between(0.2, 1.2);  // short or long
    const double apart = head_.width * between(0.38, 0.5);
    const double eye_y = y - head_.height * between(0.02, 0.18);
    const double eye = head_.width * between(0.17, 0.25);
    const double look = between(-0.35, 0.35);
    for (std::size_t side = 0; side < 2; ++side) {
      const double eye_x = x + (side == 0 ? -apart : apart);
      eyes_[side] = {eye_x, eye_y, eye, eye * 0.75};
      pupils_[side] = {eye_x + look * eye, eye_y, eye * 0.5, eye * 0.55};
    }
    brow_ = eye * between(1.2, 1.7);
    brow_tilt_ = between(-0.4, 0.4);
    nose_ = {x, y + head_.height * 0.18, head_.width * between(0.08, 0.16),
             head_.height * between(0.1, 0.17)};
    mouth_ = {x, y + head_.height * between(0.48, 0.6), head_.width * between(0.25, 0.5),
              between(0.008, 0.03)};
    smile_ = between(-0.3, 1.2);
    glasses_ = random.below(4) == 0;
  }

  Color at(double x, double y) const {
    for (std::size_t side = 0; side < 2; ++side) {
      const Ellipse& eye = eyes_[side];
      if (glasses_) {
        const double rim = Ellipse{eye.x, eye.y, eye.width * 1.6, eye.width * 1.6}.level(x, y);
        if (rim <= 1 && rim > 0.78) return dark;
      }
      if (eye.holds(x, y)) return pupils_[side].holds(x, y) ? iris_color_ : white;
      const double brow_y = eye.y - brow_ + (side == 0 ? 1 : -1) * brow_tilt_ * (x - eye.x);
      if (std::abs(x - eye.x) <= eye.width * 1.2 && std::abs(y - brow_y) <= eye.height * 0.22)
        return hair_color_;
    }
    const double along = (x - mouth_.x) / mouth_.width;
    const double mouth_y = mouth_.y - smile_ * mouth_.width * 0.5 * along * along;
    if (std::abs(along) <= 1 && std::abs(y - mouth_y) <= mouth_.height) return lips;
    if (head_.holds(x, y)) {
      if (y < hairline_ && hair_.holds(x, y)) return hair_color_;
      return mixed(skin_, dark, nose_.holds(x, y) ? 0.18 : 0.0);
    }
    if (y < hair_end_ && hair_.holds(x, y)) return hair_color_;
    return mixed(sky_, ground_, y);
  }

 private:
  Color sky_{};
  Color ground_{};
  Color skin_{};
  Color hair_color_{};
  Color iris_color_{};
  Ellipse head_{};
  Ellipse hair_{};
  double hairline_ = 0;
  double hair_end_ = 0;
  std::array<Ellipse, 2> eyes_{};
  std::array<Ellipse, 2> pupils_{};
  double brow_ = 0;
  double brow_tilt_ = 0;
  Ellipse nose_{};
  Ellipse mouth_{};
  double smile_ = 0;
  bool glasses_ = false;
};

Dataset faces(const char* name, const DrawnFacesOptions& options, std::uint64_t first, Eigen::Index count) {
  const Eigen::Index side = options.side;
  const std::string size = std::to_string(side);
  Dataset dataset{name + size + "x" + size, crisp::Images<float>(count, 3, side, side),
                  std::vector<std::uint8_t>(static_cast<std::size_t>(count))};
  for (Eigen::Index i = 0; i < count; ++i) {
    draw_face(options.seed, first + static_cast<std::uint64_t>(i), side, &dataset.images(i, 0, 0, 0));
  }
  return dataset;
}

}  // namespace

void draw_face(std::uint64_t seed, std::uint64_t index, Eigen::Index side, float* planes) {
  constexpr int samples = 3;  // along each direction of a pixel
  const Face face(random_of(seed, index));
  const double step = 1.0 / static_cast<double>(side * samples);
  for (Eigen::Index y = 0; y < side; ++y) {
    for (Eigen::Index x = 0; x < side; ++x) {
      Color sum{};
      for (int sample = 0; sample < samples * samples; ++sample) {
        const auto place = [&](Eigen::Index pixel, int part) {
          return (static_cast<double>(pixel * samples + part) + 0.5) * step;
        };
        const Color color = face.at(place(x, sample % samples), place(y, sample / samples));
        for (std::size_t channel = 0; channel < 3; ++channel) sum[channel] += color[channel];
      }
      for (std::size_t channel = 0; channel < 3; ++channel) {
        planes[(static_cast<Eigen::Index>(channel) * side + y) * side + x] =
            static_cast<float>(sum[channel] / (samples * samples));
      }
    }
  }
}

DataSplit drawn_faces(const DrawnFacesOptions& options) {
  using crisp::OptionError;
  if (options.side < 8)
    crisp::detail::fail<OptionError>("a face needs at least 8 pixels a side, got ", options.side);
  if (options.train_count < 1 || options.test_count < 1) {
    crisp::detail::fail<OptionError>("there must be at least 1 face to train and to test on, got ",
                                     options.train_count, " and ", options.test_count);
  }
  constexpr std::uint64_t distant = std::uint64_t(1) << 40;
  return {faces("drawn faces to train, ", options, 0, options.train_count),
          faces("drawn faces to test, ", options, distant, options.test_count)};
}

}  // namespace vae_mnist
