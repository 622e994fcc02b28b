// loss_pictures: draws what every loss penalises, and prints how much.
//
// A picture's first row has a target and five degradations of it; below each, row by row, is the size of a loss's
// derivative with respect to its pixels, [0, largest] in each map: where the loss would have it changed.
#include <CLI/CLI.hpp>
#include <exception>
#include <filesystem>
#include <iomanip>
#include <iostream>
#include <string>
#include <vector>

#include "exhibits.hpp"
#include "sheet.hpp"
#include "test_picture.hpp"

namespace {

using namespace loss_pictures;
using crisp::Images;
using crisp::Index;

/// Draws a row of maps, one below each image, and returns the values.
std::vector<double> draw_maps(Sheet& sheet, Index row, const Exhibit::Row& maps,
                              const std::vector<NamedImage>& images) {
  std::vector<double> values;
  Images<double> gradient;
  for (std::size_t i = 0; i < images.size(); ++i) {
    values.push_back(maps.evaluate(images[i].image, images[0].image, gradient));
    sheet.draw_sizes(row, static_cast<Index>(i), gradient);
  }
  return values;
}

void draw(const std::filesystem::path& folder) {
  std::filesystem::create_directories(folder);
  const std::vector<NamedImage> images = picture_and_degradations();

  // A table in Markdown: values as multiples of the first degradation's.
  std::cout << "| loss |";
  for (std::size_t i = 1; i < images.size(); ++i) std::cout << " " << images[i].name << " |";
  std::cout << "\n|---|---|---|---|---|---|\n" << std::fixed << std::setprecision(2);
  for (const Exhibit& exhibit : exhibits()) {
    Sheet sheet(1 + static_cast<Index>(exhibit.rows.size()), static_cast<Index>(images.size()), picture_side);
    for (std::size_t i = 0; i < images.size(); ++i)
      sheet.draw_image(0, static_cast<Index>(i), images[i].image);
    Index row = 0;
    for (const Exhibit::Row& maps : exhibit.rows) {
      const std::vector<double> values = draw_maps(sheet, ++row, maps, images);
      std::cout << "| " << maps.name << " |";
      for (std::size_t i = 1; i < values.size(); ++i) std::cout << " " << values[i] / values[1] << " |";
      std::cout << "\n";
    }
    sheet.write_png(folder / (exhibit.name + ".png"));
  }
}

}  // namespace

int main(int argc, char** argv) {
  std::string folder = "loss_pictures";
  CLI::App app("Draws what each loss of crisp penalises, and prints how much, blur being 1.",
               "loss_pictures");
  app.add_option("--out", folder, "Folder for the pictures")->capture_default_str();
  CLI11_PARSE(app, argc, argv);
  try {
    draw(folder);
  } catch (const std::exception& error) {
    std::cerr << "loss_pictures: " << error.what() << "\n";
    return 1;
  }
  return 0;
}
