// phase_and_blur: is blur a lack of high frequencies, or of their phases being in step? Makes the four pictures of
// Figure 1 of arXiv 2401.03166, after Wang & Simoncelli 2003, of a picture of yours, and measures them. bands.hpp has the
// mathematics; this file is the command line alone.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <filesystem>
#include <iostream>
#include <stdexcept>
#include <string>
#include <thread>

#include "app/exit_status.hpp"
#include "experiment.hpp"
#include "files/file_error.hpp"
#include "loss_pictures/test_picture.hpp"
#include "report.hpp"

namespace {

using namespace phase_and_blur;

constexpr Index built_in_side = 128;

struct Options {
  std::string png;  // empty: the built-in picture
  std::string out = "phase_and_blur.png";
  ExperimentOptions experiment;
  int threads = std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
  bool json = false;
};

void add_options(CLI::App& app, Options& options) {
  app.add_option("png", options.png, "A picture, gray or color; by default one that is built in");
  app.add_option("--out", options.out, "Where to write the four side by side")->capture_default_str();
  app.add_option("--sigma", options.experiment.sigma, "Standard deviation of the blur, in pixels")
      ->capture_default_str();
  app.add_option("--octaves", options.experiment.bands.octaves, "Octaves of high frequencies, 1 to 16")
      ->capture_default_str();
  app.add_option("--rings-per-octave", options.experiment.bands.rings_per_octave, "Bands an octave, 1 to 64")
      ->capture_default_str();
  app.add_option("--threads", options.threads, "Threads")->capture_default_str();
  app.add_flag("--json", options.json, "Print one JSON object instead of tables");
}

/// The panel should not take the place of the picture it is made of.
void check_out(const Options& options) {
  std::error_code error;
  if (!options.png.empty() && std::filesystem::equivalent(options.png, options.out, error)) {
    vae_mnist::fail_at(options.out, "is the picture itself, and --out would overwrite it");
  }
}

void run(const Options& options) {
  if (options.threads < 1) {
    crisp::detail::fail<crisp::OptionError>("--threads must be at least 1, got ", options.threads);
  }
  check_out(options);
  const Images<double> original =
      options.png.empty() ? loss_pictures::test_picture(built_in_side) : load_original(options.png);
  const Experiment experiment = run_experiment(original, options.experiment, crisp::Threads(options.threads));
  write_panel(options.out, experiment.pictures);

  const Subject subject{options.png.empty() ? "built-in picture" : options.png, options.experiment};
  if (options.json) {
    print_json(std::cout, subject, experiment);
  } else {
    print_tables(std::cout, subject, experiment);
    std::cout << "\nwrote " << options.out << ": original, blurred, attenuated, raised\n";
  }
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app(
      "A picture, its Gaussian blur, the picture with its high bands attenuated to the blur's energy, and\n"
      "the blur with its high bands raised to the picture's: which of them are sharp, and who can tell?",
      "phase_and_blur");
  Options options;
  add_options(app, options);
  return vae_mnist::exit_status_of("phase_and_blur", app, [&] {
    app.parse(argc, argv);
    run(options);
  });
}
