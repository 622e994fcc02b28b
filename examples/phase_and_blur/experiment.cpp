#include "experiment.hpp"

#include <algorithm>
#include <cmath>

#include "files/file_error.hpp"
#include "files/image_grid.hpp"
#include "files/png.hpp"

namespace phase_and_blur {
namespace {

/// E_j of all planes together, for a mean over them.
std::vector<double> mean_energies(const Images<double>& image, const Bands& bands) {
  const auto planes = band_energies(image, bands);
  std::vector<double> means(static_cast<std::size_t>(bands.count()), 0);
  for (const std::vector<double>& plane : planes) {
    for (std::size_t j = 0; j < means.size(); ++j) means[j] += plane[j] / static_cast<double>(planes.size());
  }
  return means;
}

std::vector<BandStrength> strengths(const Images<double>& original, const Images<double>& blurred,
                                    const Bands& bands) {
  const std::vector<double> of_original = mean_energies(original, bands);
  const std::vector<double> of_blurred = mean_energies(blurred, bands);
  std::vector<BandStrength> result;
  for (Index j = 0; j < bands.count(); ++j) {
    const auto at = static_cast<std::size_t>(j);
    result.push_back({bands.lower(j), bands.upper(j), std::sqrt(of_original[at]), std::sqrt(of_blurred[at])});
  }
  return result;
}

Images<double> side_by_side(const std::array<Images<double>, picture_names.size()>& pictures) {
  const auto& first = pictures.front();
  Images<double> all(static_cast<Index>(pictures.size()), first.dimension(1), first.dimension(2),
                     first.dimension(3));
  double* to = all.data();
  for (const Images<double>& picture : pictures) to = std::copy_n(picture.data(), picture.size(), to);
  return all;
}

}  // namespace

Experiment run_experiment(const Images<double>& original, const ExperimentOptions& options,
                          const crisp::Threads& threads) {
  check_size(original);
  const Bands bands(options.bands);
  const Images<double> blurred = gaussian_blur(original, options.sigma);
  Experiment result;
  result.pictures = side_by_side({original, blurred, with_band_energies(original, blurred, bands),
                                  with_band_energies(blurred, original, bands)});
  result.bands = strengths(original, blurred, bands);
  result.measures = measures(result.pictures, original, threads);
  return result;
}

Images<double> load_original(const std::filesystem::path& path) {
  const vae_mnist::Picture picture = vae_mnist::read_png(path);
  if (std::min(picture.height, picture.width) < static_cast<std::size_t>(smallest_side)) {
    vae_mnist::fail_at(path, "is ", picture.height, "x", picture.width,
                       " pixels, and the losses need at least ", smallest_side, "x", smallest_side);
  }
  const auto channels = static_cast<Index>(picture.channels);
  Images<double> image(1, channels, static_cast<Index>(picture.height), static_cast<Index>(picture.width));
  auto sample = picture.samples.begin();
  for (Index y = 0; y < image.dimension(2); ++y) {
    for (Index x = 0; x < image.dimension(3); ++x) {
      for (Index channel = 0; channel < channels; ++channel) image(0, channel, y, x) = *sample++ / 255.0;
    }
  }
  return image;
}

void write_panel(const std::filesystem::path& path, const Images<double>& pictures) {
  vae_mnist::GridOptions options;
  options.columns = pictures.dimension(0);
  options.upscale =
      std::max<Index>(1, 256 / std::max<Index>(1, std::max(pictures.dimension(2), pictures.dimension(3))));
  options.gap = 8;
  options.gap_level = 0xff;
  vae_mnist::write_png(path, vae_mnist::image_grid(pictures.cast<float>(), options));
}

}  // namespace phase_and_blur
