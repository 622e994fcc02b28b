#include "report.hpp"

#include <cmath>
#include <iomanip>
#include <nlohmann/json.hpp>
#include <sstream>

namespace phase_and_blur {
namespace {

constexpr int name_width = 23;
constexpr int number_width = 15;

std::string number(double value) {
  if (std::isnan(value)) return "-";
  std::ostringstream text;
  text << std::fixed << std::setprecision(4) << value;
  return text.str();
}

std::string four_digits(double value) {
  std::ostringstream text;
  text << std::setprecision(4) << value;
  return text.str();
}

void print_row(std::ostream& stream, const std::string& name, const std::vector<std::string>& cells) {
  stream << std::left << std::setw(name_width) << name << std::right;
  for (const std::string& cell : cells) stream << std::setw(number_width) << cell;
  stream << "\n";
}

}  // namespace

void print_tables(std::ostream& stream, const Subject& subject, const Experiment& experiment) {
  const auto& pictures = experiment.pictures;
  stream << subject.picture << ": " << pictures.dimension(2) << "x" << pictures.dimension(3) << " pixels, "
         << (pictures.dimension(1) == 1 ? "gray" : "color") << "; blurred by sigma " << subject.options.sigma
         << "\n\n";
  print_row(stream, "band, cycles per pixel", {"original", "blurred", "attenuated by", "raised by"});
  for (const BandStrength& band : experiment.bands) {
    print_row(stream, number(band.lower) + " to " + number(band.upper),
              {four_digits(band.original), four_digits(band.blurred),
               four_digits(band.blurred / band.original), four_digits(band.original / band.blurred)});
  }
  stream << "\n";
  print_row(stream, "against the original", {picture_names.begin(), picture_names.end()});
  for (const Measure& measure : experiment.measures) {
    std::vector<std::string> cells;
    for (const double value : measure.values) cells.push_back(number(value));
    print_row(stream, measure.name, cells);
  }
}

void print_json(std::ostream& stream, const Subject& subject, const Experiment& experiment) {
  const auto& pictures = experiment.pictures;
  nlohmann::ordered_json object = {{"picture", subject.picture},
                                   {"height", pictures.dimension(2)},
                                   {"width", pictures.dimension(3)},
                                   {"channels", pictures.dimension(1)},
                                   {"sigma", subject.options.sigma},
                                   {"octaves", subject.options.bands.octaves},
                                   {"rings_per_octave", subject.options.bands.rings_per_octave},
                                   {"pictures", picture_names}};
  for (const BandStrength& band : experiment.bands) {
    object["bands"].push_back({{"lower", band.lower},
                               {"upper", band.upper},
                               {"original", band.original},
                               {"blurred", band.blurred}});
  }
  for (const Measure& measure : experiment.measures) object["measures"][measure.key] = measure.values;
  stream << object.dump(2) << "\n";
}

}  // namespace phase_and_blur
