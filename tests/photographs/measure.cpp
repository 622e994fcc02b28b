// Prints how far float is from double, a line for each loss and pair of images, the worst first.
//
//   measure [--size HxW]... [--photograph NUMBER]... [--loss PART OF A NAME] [--pair PART OF A NAME] [--top LINES]
//           [--worst losses|families]
//
// Without sizes and photographs: the made one of 256x256. With --worst, a line for each loss or each family of them, of its
// worst value and of its worst gradient, and the pairs that these come from.
#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <limits>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "photographs/compared_loss.hpp"
#include "photographs/made_photograph.hpp"
#include "photographs/photograph_files.hpp"

namespace {

using namespace photographs;

struct Choices {
  std::vector<std::pair<std::string, crisp::Images<double>>> photographs;
  std::string loss;
  std::string pair;
  std::string worst;
  std::size_t top = 1000000;
};

/// In units of what is aimed at, infinite for NaN.
double in_units(double error, double aim) {
  return std::isnan(error) ? std::numeric_limits<double>::infinity() : error / aim;
}

struct Line {
  std::string image;
  std::string family;
  std::string loss;
  Difference difference;
  double seconds;

  /// In units of what is aimed at: values to 2e-6, gradients to 1e-4 of their rms.
  double value() const { return in_units(difference.value, 2e-6); }
  double gradient() const {
    return std::max(in_units(difference.root_mean_square, 1e-4), in_units(difference.largest, 1e-4));
  }
  double worse() const { return std::max(value(), gradient()); }
};

Choices parse(int count, char** arguments) {
  Choices choices;
  for (int i = 1; i + 1 < count; i += 2) {
    const std::string option = arguments[i];
    const std::string value = arguments[i + 1];
    if (option == "--size") {
      const auto height = std::atol(value.c_str());
      const auto width = std::atol(value.c_str() + value.find('x') + 1);
      choices.photographs.emplace_back("made " + value, made_photograph(height, width, 5));
    } else if (option == "--photograph") {
      auto image = photograph(std::atoi(value.c_str()));
      if (!image) {
        std::cerr << "there is no photograph " << value << "\n";
        std::exit(2);
      }
      choices.photographs.emplace_back("photo " + value, std::move(*image));
    } else if (option == "--loss") {
      choices.loss = value;
    } else if (option == "--pair") {
      choices.pair = value;
    } else if (option == "--worst") {
      choices.worst = value;
    } else if (option == "--top") {
      choices.top = static_cast<std::size_t>(std::atol(value.c_str()));
    } else {
      std::cerr << "unknown option " << option << "\n";
      std::exit(2);
    }
  }
  if (choices.photographs.empty())
    choices.photographs.emplace_back("made 256x256", made_photograph(256, 256, 5));
  return choices;
}

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

void print(const std::vector<Line>& lines, std::size_t top) {
  std::printf("%-9s %-9s %-9s %-12s %-6s %-44s %s\n", "value", "largest", "rms", "in double", "s", "loss",
              "images");
  for (std::size_t i = 0; i < std::min(top, lines.size()); ++i) {
    const Line& line = lines[i];
    std::printf("%-9.1e %-9.1e %-9.1e %-12.4e %-6.2f %-44s %s\n", line.difference.value,
                line.difference.largest, line.difference.root_mean_square, line.difference.in_double,
                line.seconds, line.loss.c_str(), line.image.c_str());
  }
}

void print_worst(const std::vector<Line>& lines, bool of_families) {
  std::map<std::string, std::pair<const Line*, const Line*>> worst;
  std::vector<std::string> order;
  for (const Line& line : lines) {
    const std::string& name = of_families ? line.family : line.loss;
    const auto [at, is_new] = worst.try_emplace(name, &line, &line);
    if (is_new) order.push_back(name);
    auto& [value, gradient] = at->second;
    if (line.value() > value->value()) value = &line;
    if (line.gradient() > gradient->gradient()) gradient = &line;
  }
  std::printf("%-44s %-9s %-30s %-9s %-9s %s\n", of_families ? "family" : "loss", "value", "of", "largest",
              "rms", "of");
  for (const std::string& name : order) {
    const auto& [value, gradient] = worst.at(name);
    std::printf("%-44s %-9.1e %-30s %-9.1e %-9.1e %s\n", name.c_str(), value->difference.value,
                value->image.c_str(), gradient->difference.largest, gradient->difference.root_mean_square,
                gradient->image.c_str());
  }
}

}  // namespace

int main(int count, char** arguments) {
  const Choices choices = parse(count, arguments);
  std::vector<Line> lines;
  for (const auto& [name, image] : choices.photographs) {
    for (const ImagePair& pair : degraded_pairs(image)) {
      if (!has(pair.name, choices.pair)) continue;
      for (const ComparedLoss& loss : all_losses(pair.data_range)) {
        if (!has(loss.name, choices.loss)) continue;
        const auto start = std::chrono::steady_clock::now();
        try {
          const Difference result = difference(loss, pair);
          lines.push_back({name + ", " + pair.name, loss.family, loss.name, result,
                           std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count()});
        } catch (const crisp::ShapeError&) {  // a size that is not one for this loss
        }
      }
    }
  }
  std::stable_sort(lines.begin(), lines.end(),
                   [](const Line& a, const Line& b) { return a.worse() > b.worse(); });
  if (choices.worst.empty()) {
    print(lines, choices.top);
  } else {
    print_worst(lines, choices.worst == "families");
  }
}
