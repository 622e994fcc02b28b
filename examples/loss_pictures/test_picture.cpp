#include "test_picture.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "crisp/core/evaluate.hpp"
#include "crisp/losses/mse.hpp"
#include "network/random.hpp"

namespace loss_pictures {
namespace {

using crisp::Images;
using crisp::Index;

constexpr Index side = picture_side;
constexpr double root_mean_squared_error = 25.0 / 255;  // of every degradation
constexpr double pi = 3.14159265358979323846;
constexpr double dark = 0.15;
constexpr double bright = 0.85;

/// A stroke of a letter, in pixels of its quarter.
struct Stroke {
  double y0, x0, y1, x1;
};

double distance(const Stroke& stroke, double y, double x) {
  const double dy = stroke.y1 - stroke.y0;
  const double dx = stroke.x1 - stroke.x0;
  const double along = ((y - stroke.y0) * dy + (x - stroke.x0) * dx) / (dy * dy + dx * dx);
  const double t = std::clamp(along, 0.0, 1.0);
  return std::hypot(y - stroke.y0 - t * dy, x - stroke.x0 - t * dx);
}

double spokes(double y, double x) {
  const double radius = std::hypot(y - 16, x - 16);
  if (radius > 14) return 0.5;
  return std::sin(6 * std::atan2(y - 16, x - 16) + 0.7) > 0 ? bright : dark;
}

/// K A Z above E X N.
double letters(double y, double x) {
  constexpr std::array<Stroke, 20> strokes = {{{4, 3, 13, 3},    {8.5, 3, 4, 9},   {8.5, 3, 13, 9},   // K
                                               {13, 12, 4, 15},  {4, 15, 13, 18},  {10, 13, 10, 17},  // A
                                               {4, 21, 4, 28},   {4, 28, 13, 21},  {13, 21, 13, 28},  // Z
                                               {19, 3, 28, 3},   {19, 3, 19, 8},   {23.5, 3, 23.5, 7},
                                               {28, 3, 28, 8},                                        // E
                                               {19, 12, 28, 19}, {19, 19, 28, 12},                    // X
                                               {28, 22, 19, 22}, {19, 22, 28, 28}, {28, 28, 19, 28},  // N
                                               {16, 3, 16, 28},  {31, 3, 31, 28}}};  // lines below
  const auto inked = [&](const Stroke& stroke) { return distance(stroke, y, x) < 0.8; };
  return std::any_of(strokes.begin(), strokes.end(), inked) ? dark : bright;
}

double weave(double y, double x) {
  return 0.5 + 0.35 * std::sin(2 * pi * (0.13 * x + 0.06 * y)) * std::sin(2 * pi * (0.12 * y - 0.04 * x));
}

double flat_above_gradient(double y, double x) { return y < 16 ? 0.35 : dark + (bright - dark) * x / 32; }

double level(double y, double x) {
  if (y < 32) return x < 32 ? spokes(y, x) : letters(y, x - 32);
  return x < 32 ? weave(y - 32, x) : flat_above_gradient(y - 32, x - 32);
}

/// The picture of so many pixels a side, moved to the right by some.
Images<double> drawn(Index pixels, double shift) {
  constexpr Index samples = 8;  // along each side of a pixel, so that edges are smooth
  const double scale = static_cast<double>(side) / static_cast<double>(pixels);
  Images<double> picture(1, 1, pixels, pixels);
  for (Index y = 0; y < pixels; ++y) {
    for (Index x = 0; x < pixels; ++x) {
      double sum = 0;
      for (Index i = 0; i < samples * samples; ++i) {
        const Index row = i / samples;
        const double dy = (static_cast<double>(row) + 0.5) / samples;
        const double dx = (static_cast<double>(i % samples) + dy) / samples;  // rows aslant: steps of 1/64
        sum += level((static_cast<double>(y) + dy) * scale, (static_cast<double>(x) + dx - shift) * scale);
      }
      picture(0, 0, y, x) = sum / (samples * samples);
    }
  }
  return picture;
}

/// The kernel's weighted mean along both axes, beyond the border the pixel at the border.
template <typename Kernel>
Images<double> filtered(const Images<double>& picture, Index radius, const Kernel& kernel) {
  double sum = 0;
  for (Index i = -radius; i <= radius; ++i) sum += kernel(static_cast<double>(i));
  const auto inside = [](Index i) { return std::clamp<Index>(i, 0, side - 1); };
  Images<double> rows(1, 1, side, side), both(1, 1, side, side);
  rows.setZero();
  both.setZero();
  for (Index i = -radius; i <= radius; ++i) {
    const double tap = kernel(static_cast<double>(i)) / sum;
    for (Index y = 0; y < side; ++y) {
      for (Index x = 0; x < side; ++x) rows(0, 0, y, x) += tap * picture(0, 0, y, inside(x + i));
    }
  }
  for (Index i = -radius; i <= radius; ++i) {
    const double tap = kernel(static_cast<double>(i)) / sum;
    for (Index y = 0; y < side; ++y) {
      for (Index x = 0; x < side; ++x) both(0, 0, y, x) += tap * rows(0, 0, inside(y + i), x);
    }
  }
  return both;
}

Images<double> noise() {
  vae_mnist::Random random(1);
  Images<double> result(1, 1, side, side);
  for (Index i = 0; i < result.size(); ++i) result.data()[i] = random.normal();
  return result;
}

/// The steps of 8 bits, as images have them.
Images<double> rounded(const Images<double>& image) {
  return image.unaryExpr([](double level) { return std::round(level * 255) / 255; });
}

/// The picture spoiled by as much, between low and high, as gives the error; more spoils more.
template <typename Spoil>
Images<double> spoiled(const Images<double>& picture, double low, double high, const Spoil& spoil) {
  constexpr double error = root_mean_squared_error * root_mean_squared_error;
  for (int step = 0; step < 40; ++step) {
    const double middle = (low + high) / 2;
    const double squared_error = crisp::value(crisp::MseLoss<double>(), spoil(middle), picture);
    (squared_error < error ? low : high) = middle;
  }
  return rounded(spoil(high));
}

}  // namespace

Images<double> test_picture(Index pixels) { return rounded(drawn(pixels, 0)); }

std::vector<NamedImage> picture_and_degradations() {
  const Images<double> picture = test_picture();
  const Images<double> grains = noise();
  const auto blurred = [&](double sigma) {
    return filtered(picture, 12, [&](double i) { return std::exp(-0.5 * i * i / (sigma * sigma)); });
  };
  const auto noisy = [&](double sigma) -> Images<double> { return picture + sigma * grains; };
  const auto brighter = [&](double offset) -> Images<double> { return picture + picture.constant(offset); };
  const auto moved = [](double shift) { return drawn(side, shift); };
  const auto ringing = [&](double period) {
    return filtered(picture, 24, [&](double i) {
      return i == 0 ? 1 : std::sin(2 * pi * i / period) / (2 * pi * i / period);
    });
  };
  return {{"target", picture},
          {"blur", spoiled(picture, 0.1, 10, blurred)},
          {"noise", spoiled(picture, 0, 1, noisy)},
          {"shift", spoiled(picture, 0, 2, moved)},
          {"brightness", spoiled(picture, 0, 1, brighter)},
          {"ringing", spoiled(picture, 2, 20, ringing)}};
}

}  // namespace loss_pictures
