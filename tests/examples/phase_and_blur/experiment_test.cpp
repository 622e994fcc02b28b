#include "experiment.hpp"

#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>
#include <sstream>

#include "files/png.hpp"
#include "loss_pictures/test_picture.hpp"
#include "report.hpp"
#include "support/catch.hpp"
#include "support/file_error_of.hpp"
#include "support/random_images.hpp"
#include "support/temporary_folder.hpp"

using namespace phase_and_blur;
using crisp::Shape;
using vae_mnist_test::TemporaryFolder;

namespace {

const crisp::Threads one_thread(1);

const std::vector<double>& measure(const std::vector<Measure>& measures, std::string_view key) {
  for (const Measure& candidate : measures) {
    if (candidate.key == key) return candidate.values;
  }
  throw std::logic_error("no measure " + std::string(key));
}

Images<double> picture_at(const Experiment& experiment, Index picture) {
  const auto& all = experiment.pictures;
  return all.slice(Eigen::array<Index, 4>{picture, 0, 0, 0},
                   Eigen::array<Index, 4>{1, all.dimension(1), all.dimension(2), all.dimension(3)});
}

Images<double> in_color(const Images<double>& gray) {
  return gray.broadcast(Eigen::array<Index, 4>{1, 3, 1, 1});
}

}  // namespace

TEST_CASE("The four pictures have the energies and phases that their names say") {
  const Images<double> original = loss_pictures::test_picture();
  const ExperimentOptions options;
  const Experiment experiment = run_experiment(original, options, one_thread);
  REQUIRE(experiment.pictures.dimension(0) == 4);
  CHECK(largest_difference(picture_at(experiment, 0), original) == 0);
  CHECK(largest_difference(picture_at(experiment, 1), gaussian_blur(original, options.sigma)) == 0);

  const Bands bands(options.bands);
  REQUIRE(experiment.bands.size() == 3);
  for (std::size_t j = 0; j < 3; ++j) {
    const BandStrength& band = experiment.bands[j];
    CHECK(band.blurred < band.original);
    for (const Index picture : {0, 1, 2, 3}) {
      const double strength = std::sqrt(band_energies(picture_at(experiment, picture), bands)[0][j]);
      const bool like_original = picture == 0 || picture == 3;
      CHECK(strength == Catch::Approx(like_original ? band.original : band.blurred).epsilon(1e-9));
    }
  }
}

TEST_CASE("The original is at no distance from itself") {
  const Experiment experiment = run_experiment(loss_pictures::test_picture(), {}, one_thread);
  for (const Measure& each : experiment.measures) {
    CAPTURE(each.key, each.values[0]);
    REQUIRE(each.values.size() == 4);
    if (each.key == "psnr") {
      CHECK(each.values[0] == std::numeric_limits<double>::infinity());
    } else if (each.key.find("ssim") != std::string::npos || each.key == "high_frequency_ratio") {
      CHECK(each.values[0] == Catch::Approx(1).epsilon(1e-14));
    } else if (each.key == "stft_phase_weighted") {
      CHECK(each.values[0] < 1e-14);  // a complex product, whose imaginary part may be left with rounding
    } else if (each.key != "local_phase_coherence") {
      CHECK(each.values[0] == 0);
    }
  }
}

TEST_CASE("Blur leaves the whole picture's phases and turns the local ones, more than dimming does") {
  const Experiment experiment = run_experiment(loss_pictures::test_picture(128), {}, one_thread);
  const auto& whole = measure(experiment.measures, "dft_phase");
  CHECK(whole[1] < 1e-5);  // not 0: what the blur leaves of the highest frequencies has few digits left
  CHECK(whole[2] < 1e-5);
  // What docs/phase_and_blur.md says of the built-in picture.
  for (const char* key : {"stft_phase", "stft_phase_weighted"}) {
    const auto& local = measure(experiment.measures, key);
    CHECK(local[2] < 0.8 * local[1]);
    CHECK(local[2] < local[3]);
  }
  const auto& gated = measure(experiment.measures, "stft_phase_gated");
  CHECK(gated[1] < gated[2]);
  CHECK(gated[2] < gated[3]);
}

TEST_CASE("Phases do not see how bright a picture is, unless gated") {
  const auto original = random_images<double>(Shape{1, 1, 20, 25}, 1);
  const Images<double> dim = original * original.constant(0.25);
  const auto values = measures(dim, original, one_thread);
  CHECK(measure(values, "stft_phase")[0] < 1e-12);
  CHECK(measure(values, "stft_phase_weighted")[0] < 1e-12);
  CHECK(measure(values, "stft_amplitude")[0] > 0.01);

  const auto other = random_images<double>(Shape{1, 1, 20, 25}, 2);
  const Images<double> dim_other = other * other.constant(0.001);
  const auto bright = measures(other, original, one_thread);
  const auto dimmed = measures(dim_other, original, one_thread);
  CHECK(measure(bright, "stft_phase")[0] == Catch::Approx(measure(dimmed, "stft_phase")[0]));
  CHECK(measure(bright, "stft_phase_weighted")[0] ==
        Catch::Approx(measure(dimmed, "stft_phase_weighted")[0]));
  CHECK(measure(dimmed, "stft_phase_gated")[0] < 0.5 * measure(bright, "stft_phase_gated")[0]);
}

TEST_CASE("Three equal channels measure as one does") {
  const auto gray = random_images<double>(Shape{1, 1, 21, 33}, 3);
  // Mild: what a strong blur leaves of the highest frequencies is rounding, and raised to the picture's energy so is its
  // phase.
  const ExperimentOptions mild{1, {}};
  const Experiment of_gray = run_experiment(gray, mild, one_thread);
  const Experiment of_color = run_experiment(in_color(gray), mild, crisp::Threads(2));
  for (std::size_t i = 0; i < of_gray.measures.size(); ++i) {
    for (std::size_t picture = 0; picture < 4; ++picture) {
      const double value = of_gray.measures[i].values[picture];
      if (std::isinf(value)) continue;
      CAPTURE(of_gray.measures[i].key, picture);
      CHECK(of_color.measures[i].values[picture] == Catch::Approx(value).epsilon(1e-9).margin(1e-9));
    }
  }
}

TEST_CASE("Flat and black pictures have finite measures") {
  for (const double level : {0.0, 0.4}) {
    const Experiment experiment =
        run_experiment(constant_images<double>(Shape{1, 1, 16, 16}, level), {}, one_thread);
    for (const Measure& each : experiment.measures) {
      for (const double value : each.values) CHECK_FALSE(std::isnan(value));
    }
  }
}

TEST_CASE("Coherence is left out of large pictures") {
  const auto image = random_images<double>(Shape{1, 1, 20, 20}, 4);
  CHECK_FALSE(std::isnan(measure(measures(image, image, one_thread, 400), "local_phase_coherence")[0]));
  CHECK(std::isnan(measure(measures(image, image, one_thread, 399), "local_phase_coherence")[0]));
}

TEST_CASE("A picture comes from its PNG file, if it is large enough") {
  const TemporaryFolder folder;
  vae_mnist::Picture picture{17, 16, 3, std::vector<std::uint8_t>(17 * 16 * 3)};
  for (std::size_t i = 0; i < picture.samples.size(); ++i)
    picture.samples[i] = static_cast<std::uint8_t>(7 * i);
  vae_mnist::write_png(folder / "x.png", picture);
  const Images<double> image = load_original(folder / "x.png");
  REQUIRE(crisp::detail::shape_of(image) == Shape{1, 3, 17, 16});
  for (Index i = 0; i < image.size(); ++i) {
    const Index channel = i / (17 * 16), pixel = i % (17 * 16);
    CHECK(image.data()[i] * 255 == picture.samples[static_cast<std::size_t>(3 * pixel + channel)]);
  }

  vae_mnist::write_png(folder / "thin.png", {40, 15, 1, std::vector<std::uint8_t>(600)});
  CHECK(vae_mnist_test::file_error_of([&] {
          load_original(folder / "thin.png");
        }).find("is 40x15 pixels, and the losses need at least 16x16") != std::string::npos);
  CHECK_THROWS_AS(run_experiment(constant_images<double>(Shape{1, 1, 40, 15}, 0.5), {}, one_thread),
                  crisp::ShapeError);
}

TEST_CASE("A panel has the four pictures side by side, small ones larger") {
  const TemporaryFolder folder;
  Images<double> pictures(4, 1, 2, 100);
  for (Index i = 0; i < pictures.size(); ++i) pictures.data()[i] = static_cast<double>(i / 200) / 3;
  write_panel(folder / "x.png", pictures);
  const vae_mnist::Picture panel = vae_mnist::read_png(folder / "x.png");
  CHECK(panel.height == 2 * 2 + 16);
  CHECK(panel.width == 4 * (200 + 8) + 8);
  CHECK(panel.channels == 1);
  for (std::size_t i = 0; i < 4; ++i) CHECK(panel.samples[9 * panel.width + 8 + i * 208] == 85 * i);
}

TEST_CASE("Tables are aligned, and JSON has the same numbers") {
  const Experiment experiment = run_experiment(random_images<double>(Shape{1, 1, 24, 20}, 5), {}, one_thread);
  std::ostringstream tables, json;
  print_tables(tables, {"noise", {}}, experiment);
  print_json(json, {"noise", {}}, experiment);

  std::istringstream lines(tables.str());
  std::string line;
  std::getline(lines, line);
  CHECK(line == "noise: 24x20 pixels, gray; blurred by sigma 2");
  std::size_t width = 0;
  while (std::getline(lines, line)) {
    if (line.empty()) continue;
    if (width == 0) width = line.size();
    CHECK(line.size() == width);
  }
  const auto object = nlohmann::json::parse(json.str());
  CHECK(object["height"] == 24);
  CHECK(object["bands"].size() == 3);
  CHECK(object["measures"]["psnr"][0].is_null());
  for (const Measure& each : experiment.measures) {
    CHECK(object["measures"][each.key][2].get<double>() == each.values[2]);
  }
}
