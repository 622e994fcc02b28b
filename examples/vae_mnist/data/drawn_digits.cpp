// From the pen's movements to pixels: warp the points, lay curves through them, pose the whole, fit it into
// MNIST's frame, ink the pixels near the line. The arithmetic is +, -, *, / and square roots alone, which
// IEEE defines to the last bit; sines and logarithms differ between platforms.
#include "data/drawn_digits.hpp"

#include <algorithm>
#include <cfloat>
#include <cmath>
#include <utility>
#include <vector>

#include "data/digit_strokes.hpp"
#include "network/random.hpp"

namespace vae_mnist {
namespace {

static_assert(FLT_EVAL_METHOD == 0, "drawn digits need doubles without excess precision");

Point operator+(Point a, Point b) { return {a.x + b.x, a.y + b.y}; }
Point operator-(Point a, Point b) { return {a.x - b.x, a.y - b.y}; }
Point operator*(double factor, Point a) { return {factor * a.x, factor * a.y}; }
double dot(Point a, Point b) { return a.x * b.x + a.y * b.y; }

/// SplitMix64's finaliser: a bijection that makes unrelated numbers of neighbours.
std::uint64_t scrambled(std::uint64_t z) {
  z += 0x9e3779b97f4a7c15;
  z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
  z = (z ^ z >> 27) * 0x94d049bb133111eb;
  return z ^ z >> 31;
}

double between(double low, double high, Random& random) { return low + (high - low) * random.uniform(); }

/// Normal, but no further off than two deviations: beyond, digits are hard to read.
double around(double mean, double deviation, Random& random) {
  return mean + deviation * std::clamp(random.normal(), -2.0, 2.0);
}

/// Moves points by a smooth random field, so that strokes that meet still meet.
class Warp {
 public:
  Warp(double deviation, Random& random) {
    for (auto& row : shifts_) {
      for (Point& shift : row) shift = {around(0, deviation, random), around(0, deviation, random)};
    }
  }

  Point operator()(Point p) const {
    const double x = std::clamp(p.x, 0.0, 1.0) * cells, y = std::clamp(p.y, 0.0, 1.0) * cells;
    const auto column = std::min(static_cast<std::size_t>(x), cells - 1);
    const auto row = std::min(static_cast<std::size_t>(y), cells - 1);
    const double right = x - static_cast<double>(column), down = y - static_cast<double>(row);
    const auto along = [&](std::size_t r) {
      return (1 - right) * shifts_[r][column] + right * shifts_[r][column + 1];
    };
    return p + (1 - down) * along(row) + down * along(row + 1);
  }

 private:
  static constexpr std::size_t cells = 3;
  std::array<std::array<Point, cells + 1>, cells + 1> shifts_;
};

/// Slants, stretches and turns.
class Pose {
 public:
  explicit Pose(Random& random)
      : slant_(around(0.12, 0.15, random)),
        stretch_(between(0.75, 1.2, random)),
        half_turn_(around(0, 0.05, random)) {}

  Point operator()(Point p) const {
    const Point upright = {stretch_ * (p.x - slant_ * (p.y - 0.5)), p.y};
    const double square = half_turn_ * half_turn_;  // the tangent of half the angle gives both its
    const double cosine = (1 - square) / (1 + square), sine = 2 * half_turn_ / (1 + square);
    return {cosine * upright.x - sine * upright.y, sine * upright.x + cosine * upright.y};
  }

 private:
  double slant_;
  double stretch_;
  double half_turn_;
};

/// A point of the pen's line, and half the line's width there.
struct Ink {
  Point at;
  double radius;
};
using Line = std::vector<Ink>;

/// The smooth curve through the points (Catmull and Rom): cubic Béziers whose direction at each point is that
/// from the point before to the point after. Inked with a pressure that changes steadily from begin to end.
Line smooth_line(const Stroke& points, double begin_radius, double end_radius) {
  constexpr std::size_t steps = 6;
  const std::size_t spans = points.size() - 1;
  Line line;
  for (std::size_t span = 0; span < spans; ++span) {
    const Point a = points[span], d = points[span + 1];
    const Point before = span == 0 ? a - (d - a) : points[span - 1];
    const Point after = span + 1 == spans ? d + (d - a) : points[span + 2];
    const Point b = a + 1.0 / 6 * (d - before), c = d - 1.0 / 6 * (after - a);
    for (std::size_t step = span == 0 ? 0 : 1; step <= steps; ++step) {
      const double t = static_cast<double>(step) / steps, s = 1 - t;
      const Point at = s * s * s * a + 3 * s * s * t * b + 3 * s * t * t * c + t * t * t * d;
      const double progress = (static_cast<double>(span) + t) / static_cast<double>(spans);
      line.push_back({at, begin_radius + progress * (end_radius - begin_radius)});
    }
  }
  return line;
}

/// Scales and moves the lines as MNIST does: the longer side of their box is `side`, and the centre of their
/// ink is at `centre`, as far as a box inside the image allows.
void fit(std::vector<Line>& lines, double side, Point centre) {
  Point low = lines[0][0].at, high = low, moment = {0, 0};
  double length = 0, radius = 0;
  for (const Line& line : lines) {
    for (std::size_t i = 0; i < line.size(); ++i) {
      const auto [at, half_width] = line[i];
      low = {std::min(low.x, at.x), std::min(low.y, at.y)};
      high = {std::max(high.x, at.x), std::max(high.y, at.y)};
      radius = std::max(radius, half_width);
      if (i == 0) continue;
      const Point before = line[i - 1].at;
      const double piece = std::sqrt(dot(at - before, at - before));
      length += piece;
      moment = moment + piece / 2 * (at + before);
    }
  }
  const double scale = (side - 2 * radius) / std::max(high.x - low.x, high.y - low.y);
  const auto shift = [&](double mass, double first, double last, double goal) {
    constexpr double margin = 1;
    const double wanted = goal - scale * mass;
    return std::clamp(wanted, margin + radius - scale * first, image_side - margin - radius - scale * last);
  };
  const Point mass = 1 / length * moment;
  const Point offset = {shift(mass.x, low.x, high.x, centre.x), shift(mass.y, low.y, high.y, centre.y)};
  for (Line& line : lines) {
    for (Ink& ink : line) ink.at = scale * ink.at + offset;
  }
}

/// An empty sheet, on which ink only ever adds up to full.
class Sheet {
 public:
  /// Inks the piece of line from a to b, in pixels: full within the radius, fading over the one pixel around
  /// it.
  void draw(const Ink& a, const Ink& b) {
    const double reach = std::max(a.radius, b.radius) + 0.5;
    const auto [left, right] =
        pixels_within(std::min(a.at.x, b.at.x) - reach, std::max(a.at.x, b.at.x) + reach);
    const auto [top, bottom] =
        pixels_within(std::min(a.at.y, b.at.y) - reach, std::max(a.at.y, b.at.y) + reach);
    const Point along = b.at - a.at;
    const double square = std::max(dot(along, along), 1e-12);
    for (std::size_t y = top; y < bottom; ++y) {
      for (std::size_t x = left; x < right; ++x) {
        const Point pixel = Point{static_cast<double>(x) + 0.5, static_cast<double>(y) + 0.5} - a.at;
        const double t = std::clamp(dot(pixel, along) / square, 0.0, 1.0);
        const Point away = pixel - t * along;
        const double depth = a.radius + t * (b.radius - a.radius) - std::sqrt(dot(away, away));
        double& coverage = coverage_[y * side + x];
        coverage = std::max(coverage, std::clamp(depth + 0.5, 0.0, 1.0));
      }
    }
  }

  std::array<std::uint8_t, image_size> levels() const {
    std::array<std::uint8_t, image_size> levels = {};
    std::transform(coverage_.begin(), coverage_.end(), levels.begin(),
                   [](double coverage) { return static_cast<std::uint8_t>(std::lround(255 * coverage)); });
    return levels;
  }

 private:
  static constexpr std::size_t side = image_side;

  static std::pair<std::size_t, std::size_t> pixels_within(double low, double high) {
    const auto pixel = [](double edge) {
      return static_cast<std::size_t>(std::clamp<double>(edge, 0, side));
    };
    return {pixel(std::floor(low)), pixel(std::ceil(high))};
  }

  std::array<double, image_size> coverage_ = {};
};

Dataset draw_series(const std::string& name, std::uint64_t seed, std::uint64_t first, Eigen::Index count) {
  Dataset dataset = blank_dataset(name, count);
  for (Eigen::Index i = 0; i < count; ++i) {
    const DrawnDigit digit = draw_digit(seed, first + static_cast<std::uint64_t>(i));
    dataset.labels[static_cast<std::size_t>(i)] = digit.label;
    std::transform(digit.levels.begin(), digit.levels.end(), dataset.images.data() + i * image_size,
                   binarised);
  }
  return dataset;
}

}  // namespace

DrawnDigit draw_digit(std::uint64_t seed, std::uint64_t index) {
  Random random(scrambled(scrambled(seed) + index));
  const auto label = static_cast<std::uint8_t>(random.below(10));
  const std::vector<Glyph>& ways = ways_to_write(label);
  const Glyph& glyph = ways[random.below(ways.size())];
  const Warp warp(0.05, random);
  const Pose pose(random);
  const double radius = std::clamp(around(1.3, 0.3, random), 0.8, 2.1);
  const double side = between(18.5, 20, random);
  const Point centre = {around(14, 0.4, random), around(14, 0.4, random)};

  std::vector<Line> lines;
  for (Stroke stroke : glyph) {
    for (Point& point : stroke) point = pose(warp(point));
    const double pressure = around(0, 0.1, random);
    lines.push_back(smooth_line(stroke, radius * (1 - pressure), radius * (1 + pressure)));
  }
  fit(lines, side, centre);

  Sheet sheet;
  for (const Line& line : lines) {
    for (std::size_t i = 1; i < line.size(); ++i) sheet.draw(line[i - 1], line[i]);
  }
  return {label, sheet.levels()};
}

DataSplit drawn_digits(const DrawnDigitsOptions& options) {
  constexpr std::uint64_t first_test_digit = std::uint64_t{1} << 32;
  return {draw_series("drawn digits, train", options.seed, 0, options.train_count),
          draw_series("drawn digits, test", options.seed, first_test_digit, options.test_count)};
}

}  // namespace vae_mnist
