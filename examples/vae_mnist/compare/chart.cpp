#include "compare/chart.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <locale>
#include <sstream>

namespace vae_mnist {
namespace {

constexpr double width = 700;
constexpr double height = 340;
constexpr double left = 56;
constexpr double right = 270;  // the legend's
constexpr double top = 34;
constexpr double bottom = 40;

// Okabe and Ito's colours, which colour-blind readers tell apart, solid and then dashed.
constexpr std::array<const char*, 7> colors = {"#0072b2", "#d55e00", "#009e73", "#cc79a7",
                                               "#e69f00", "#56b4e9", "#7f7f7f"};

struct Range {
  double low = std::numeric_limits<double>::infinity();
  double high = -std::numeric_limits<double>::infinity();

  void include(double number) {
    if (!std::isfinite(number)) return;
    low = std::min(low, number);
    high = std::max(high, number);
  }
  double share(double number) const { return high > low ? (number - low) / (high - low) : 0.5; }
};

/// A step of 1, 2 or 5 times a power of ten that cuts the range into at most `most` parts.
double tick_step(const Range& range, double most) {
  const double rough = std::max(range.high - range.low, 1e-12) / most;
  const double power = std::pow(10, std::floor(std::log10(rough)));
  for (const double factor : {1.0, 2.0, 5.0}) {
    if (factor * power >= rough) return factor * power;
  }
  return 10 * power;
}

class Chart {
 public:
  Chart(const std::vector<Curve>& curves) : curves_(curves) {
    for (const Curve& curve : curves) {
      for (const double number : curve.x) x_.include(number);
      for (const double number : curve.y) y_.include(number);
    }
    svg_.imbue(std::locale::classic());
  }

  std::string draw(const std::string& title, const std::string& x_title) {
    svg_ << "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 " << width << ' ' << height
         << "' role='img' font-family='sans-serif' font-size='12' fill='currentColor'>\n";
    text(left, 18, "start", "<tspan font-weight='bold'>" + escaped(title) + "</tspan>");
    if (x_.low <= x_.high && y_.low <= y_.high) {
      draw_axes(x_title);
      for (std::size_t i = 0; i < curves_.size(); ++i) draw_curve(i);
    } else {
      text(left, height / 2, "start", "nothing yet");
    }
    svg_ << "</svg>\n";
    return svg_.str();
  }

 private:
  double place_x(double number) const { return left + x_.share(number) * (width - left - right); }
  double place_y(double number) const { return height - bottom - y_.share(number) * (height - top - bottom); }

  void text(double x, double y, const char* anchor, const std::string& markup) {
    svg_ << "<text x='" << x << "' y='" << y << "' text-anchor='" << anchor << "'>" << markup << "</text>\n";
  }
  void line(double x1, double y1, double x2, double y2) {
    svg_ << "<line x1='" << x1 << "' y1='" << y1 << "' x2='" << x2 << "' y2='" << y2
         << "' stroke='currentColor' stroke-opacity='0.25'/>\n";
  }

  void draw_axes(const std::string& x_title) {
    const auto for_each_tick = [](const Range& range, double most, const auto& body) {
      const double step = tick_step(range, most);
      for (double i = std::ceil(range.low / step); i * step <= range.high + step * 1e-9; ++i) {
        std::ostringstream label;
        label.imbue(std::locale::classic());
        label << (i == 0 ? 0.0 : i * step);
        body(i * step, label.str());
      }
    };
    for_each_tick(x_, 8, [&](double number, const std::string& label) {
      line(place_x(number), top, place_x(number), height - bottom);
      text(place_x(number), height - bottom + 16, "middle", label);
    });
    for_each_tick(y_, 6, [&](double number, const std::string& label) {
      line(left, place_y(number), width - right, place_y(number));
      text(left - 6, place_y(number) + 4, "end", label);
    });
    text((left + width - right) / 2, height - 6, "middle", escaped(x_title));
  }

  void draw_curve(std::size_t index) {
    const Curve& curve = curves_[index];
    const std::string stroke = "stroke='" + std::string(colors[index % colors.size()]) +
                               "' stroke-width='1.8'" +
                               (index / colors.size() % 2 == 1 ? " stroke-dasharray='5 3'" : "");
    svg_ << "<polyline fill='none' " << stroke << " points='";
    for (std::size_t i = 0; i < std::min(curve.x.size(), curve.y.size()); ++i) {
      if (std::isfinite(curve.y[i])) svg_ << place_x(curve.x[i]) << ',' << place_y(curve.y[i]) << ' ';
    }
    svg_ << "'/>\n";
    const double y = top + 8 + 18 * static_cast<double>(index);
    svg_ << "<line x1='" << width - right + 10 << "' y1='" << y - 4 << "' x2='" << width - right + 32
         << "' y2='" << y - 4 << "' " << stroke << "/>\n";
    text(width - right + 38, y, "start", escaped(curve.name));
  }

  const std::vector<Curve>& curves_;
  Range x_;
  Range y_;
  std::ostringstream svg_;
};

}  // namespace

std::string line_chart(const std::string& title, const std::string& x_title,
                       const std::vector<Curve>& curves) {
  return Chart(curves).draw(title, x_title);
}

std::string escaped(const std::string& text) {
  std::string result;
  for (const char letter : text) {
    switch (letter) {
      case '&':
        result += "&amp;";
        break;
      case '<':
        result += "&lt;";
        break;
      case '>':
        result += "&gt;";
        break;
      case '"':
        result += "&quot;";
        break;
      case '\'':
        result += "&#39;";
        break;
      default:
        result += letter;
    }
  }
  return result;
}

}  // namespace vae_mnist
