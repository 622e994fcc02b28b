#include "bands.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "crisp/core/errors.hpp"
#include "crisp/spectral/bin_frequency.hpp"
#include "crisp/spectral/stft.hpp"

namespace phase_and_blur {
namespace {

using crisp::Shape;
using crisp::Size2;
using crisp::Spectra;
using crisp::detail::shape_of;

constexpr double pi = 3.14159265358979323846;

/// The transform of mirrored images: one frame of all pixels.
crisp::Stft<double> whole_transform(const Shape& shape) {
  const Size2 size(2 * shape.height, 2 * shape.width);
  return crisp::Stft<double>(size, size, crisp::WindowShape::rectangular, crisp::Normalization::ortho);
}

Spectra<double> spectra_of(const Images<double>& images) {
  return whole_transform(shape_of(images)).forward(mirrored(images));
}

/// Calls visit(plane, r, F) for every bin.
template <typename AnySpectra, typename Visit>
void for_each_bin(AnySpectra& spectra, const Visit& visit) {
  const Index height = spectra.dimension(4);
  const Index width = spectra.dimension(5);
  auto* bin = spectra.data();
  for (Index plane = 0; plane < spectra.dimension(0) * spectra.dimension(1); ++plane) {
    for (Index u = 0; u < height; ++u) {
      const double down = crisp::detail::bin_frequency(u, height);
      for (Index v = 0; v < width; ++v) {
        visit(plane, std::hypot(down, crisp::detail::bin_frequency(v, width)), *bin++);
      }
    }
  }
}

/// The images whose spectra are gain(plane, r) F.
template <typename Gain>
Images<double> with_gains(const Images<double>& images, Spectra<double> spectra, const Gain& gain) {
  for_each_bin(spectra, [&](Index plane, double frequency, auto& bin) { bin *= gain(plane, frequency); });
  const Shape shape = shape_of(images);
  const Images<double> all =
      whole_transform(shape).inverse(spectra, Size2(2 * shape.height, 2 * shape.width));
  return all.slice(Eigen::array<Index, 4>{0, 0, 0, 0},
                   Eigen::array<Index, 4>{shape.batch, shape.channels, shape.height, shape.width});
}

struct PlaneEnergies {
  std::vector<double> of_band;
  double total = 0;  // of all frequencies
};

std::vector<PlaneEnergies> energies(const Spectra<double>& spectra, const Bands& bands) {
  const auto planes = static_cast<std::size_t>(spectra.dimension(0) * spectra.dimension(1));
  const PlaneEnergies none{std::vector<double>(static_cast<std::size_t>(bands.count()), 0), 0};
  std::vector<PlaneEnergies> result(planes, none);
  const auto bins = static_cast<double>(spectra.dimension(4) * spectra.dimension(5));
  for_each_bin(spectra, [&](Index plane, double frequency, const std::complex<double>& bin) {
    PlaneEnergies& of_plane = result[static_cast<std::size_t>(plane)];
    const double energy = std::norm(bin) / bins;
    of_plane.total += energy;
    const Index band = bands.band_of(frequency);
    if (band != Bands::none) of_plane.of_band[static_cast<std::size_t>(band)] += energy;
  });
  return result;
}

Index checked(const char* name, Index value, Index largest) {
  if (value < 1 || value > largest) {
    crisp::detail::fail<crisp::OptionError>(name, " must be 1 to ", largest, ", got ", value);
  }
  return value;
}

}  // namespace

Bands::Bands(const BandOptions& options)
    : octaves_(checked("octaves", options.octaves, 16)),
      rings_per_octave_(checked("rings_per_octave", options.rings_per_octave, 64)) {}

Index Bands::band_of(double frequency) const {
  if (frequency == 0) return none;
  const double octave = std::max(0.0, std::log2(0.5 / frequency));
  const auto band = static_cast<Index>(octave * static_cast<double>(rings_per_octave_));
  return band < count() ? band : none;
}

double Bands::upper(Index band) const {
  if (band == 0) return std::sqrt(0.5);
  return 0.5 * std::exp2(-static_cast<double>(band) / static_cast<double>(rings_per_octave_));
}

Images<double> mirrored(const Images<double>& images) {
  const Shape shape = shape_of(images);
  Images<double> result(shape.batch, shape.channels, 2 * shape.height, 2 * shape.width);
  double* pixel = result.data();
  for (Index plane = 0; plane < shape.planes(); ++plane) {
    const double* from = images.data() + plane * shape.plane_size();
    for (Index y = 0; y < 2 * shape.height; ++y) {
      const double* row = from + std::min(y, 2 * shape.height - 1 - y) * shape.width;
      for (Index x = 0; x < 2 * shape.width; ++x) *pixel++ = row[std::min(x, 2 * shape.width - 1 - x)];
    }
  }
  return result;
}

Images<double> gaussian_blur(const Images<double>& images, double sigma) {
  if (!(std::isfinite(sigma) && sigma > 0)) {
    crisp::detail::fail<crisp::OptionError>("sigma must be finite and positive, got ", sigma);
  }
  return with_gains(images, spectra_of(images), [&](Index /*plane*/, double frequency) {
    const double radians = 2 * pi * sigma * frequency;
    return std::exp(-0.5 * radians * radians);
  });
}

std::vector<std::vector<double>> band_energies(const Images<double>& images, const Bands& bands) {
  std::vector<std::vector<double>> result;
  for (PlaneEnergies& plane : energies(spectra_of(images), bands)) {
    result.push_back(std::move(plane.of_band));
  }
  return result;
}

Images<double> with_band_energies(const Images<double>& images, const Images<double>& donor,
                                  const Bands& bands) {
  if (shape_of(images) != shape_of(donor)) {
    crisp::detail::fail<crisp::ShapeError>("images of shape ", shape_of(images),
                                           " cannot have the energies of ", shape_of(donor));
  }
  Spectra<double> spectra = spectra_of(images);
  const std::vector<PlaneEnergies> own = energies(spectra, bands);
  const std::vector<PlaneEnergies> wanted = energies(spectra_of(donor), bands);
  const double rounding = 16 * std::numeric_limits<double>::epsilon();
  return with_gains(images, std::move(spectra), [&](Index plane, double frequency) {
    const Index band = bands.band_of(frequency);
    if (band == Bands::none) return 1.0;
    const auto p = static_cast<std::size_t>(plane);
    const auto b = static_cast<std::size_t>(band);
    const double energy = own[p].of_band[b];
    if (energy <= rounding * rounding * own[p].total) return 1.0;
    return std::sqrt(wanted[p].of_band[b] / energy);
  });
}

}  // namespace phase_and_blur
