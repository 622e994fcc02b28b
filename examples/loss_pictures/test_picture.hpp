// A picture with a little of everything that a loss can care about, and five ways to spoil it.
#pragma once

#include <string>
#include <vector>

#include "crisp/core/images.hpp"

namespace loss_pictures {

inline constexpr crisp::Index picture_side = 64;

/// One image of one channel.
struct NamedImage {
  std::string name;
  crisp::Images<double> image;
};

/// The picture: its quarters have edges at every angle, strokes as of text, a texture, and a flat area above a gradient,
/// in levels from 0.15 to 0.85 that are multiples of 1/255. A larger side draws the same larger, not coarser.
crisp::Images<double> test_picture(crisp::Index side = picture_side);

/// The picture and its degradations: a Gaussian blur, noise, a shift sideways, an offset of brightness, and the ringing
/// of a sharp cut-off of frequencies; the mean squared error of each is that of an offset by 25/255.
std::vector<NamedImage> picture_and_degradations();

}  // namespace loss_pictures
