// Line charts as SVG, to stand in a page.
#pragma once

#include <string>
#include <vector>

namespace vae_mnist {

struct Curve {
  std::string name;
  std::vector<double> x;
  std::vector<double> y;
};

/// A chart with axes, a legend, and a line for every curve with a point that is finite. Its colours suit a light page and
/// a dark one.
std::string line_chart(const std::string& title, const std::string& x_title,
                       const std::vector<Curve>& curves);

/// Text that is to stand in HTML or SVG.
std::string escaped(const std::string& text);

}  // namespace vae_mnist
