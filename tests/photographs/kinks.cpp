// Prints how often float is on the other side of a kink than double (other_sides.hpp), for blocks of several sizes.
//
//   kinks_photographs [HEIGHTxWIDTH]...
#include <cstdio>
#include <cstdlib>
#include <string>
#include <utility>
#include <vector>

#include "photographs/made_photograph.hpp"
#include "photographs/other_sides.hpp"
#include "photographs/photograph_files.hpp"

using namespace photographs;
using crisp::Size2;

int main(int count, char** arguments) {
  std::vector<Size2> blocks;
  for (int i = 1; i < count; ++i) {
    const std::string size = arguments[i];
    blocks.emplace_back(std::atol(size.c_str()), std::atol(size.c_str() + size.find('x') + 1));
  }
  if (blocks.empty()) blocks = {16, 64, 256, Size2(512, 768)};
  std::vector<std::pair<std::string, crisp::Images<double>>> images = {
      {"made", made_photograph(512, 768, 5)}};
  for (const int number : {8, 20}) {
    if (auto image = photograph(number))
      images.emplace_back("photo " + std::to_string(number), std::move(*image));
  }
  std::printf("%-20s %-9s %-9s %-9s %-9s %-9s %s\n", "distance", "block", "share", "value", "rms", "the rest",
              "images");
  for (const auto& [name, image] : images) {
    for (const ImagePair& pair : degraded_pairs(image)) {
      if (pair.data_range != 1 || pair.name == "equal") continue;
      for (const Size2& block : blocks) {
        for (const ComparedLoss& loss : block_losses(block)) {
          const OtherSides sides = other_sides(loss, pair, block);
          std::printf("%-20s %4ldx%-4ld %-9.1e %-9.1e %-9.1e %-9.1e %s, %s\n", loss.name.c_str(),
                      static_cast<long>(block.height), static_cast<long>(block.width), sides.share,
                      sides.value, sides.root_mean_square, sides.of_the_rest, name.c_str(),
                      pair.name.c_str());
        }
      }
    }
  }
}
