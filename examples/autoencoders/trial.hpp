// What the autoencoders have in common: images to train on, options, and what comes of it. None of it is crisp's or the
// framework's.
#pragma once

#include <CLI/CLI.hpp>
#include <crisp/core/images.hpp>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>

namespace autoencoders {

struct Options {
  std::string data;  // empty: digits that the program draws
  bool faces = false;
  std::filesystem::path out;
  std::int64_t train_images = 0;
  std::int64_t epochs = 3;
  std::int64_t batch = 64;
  double rate = 2e-3;
};

/// One of the programs.
struct Trial {
  std::string name;
  std::string description;
  std::int64_t train_images;  ///< unless the command line says otherwise
  /// Trains on images of [n, 1, 28, 28], from 0 to 1.
  std::function<void(crisp::Images<float>& images, const Options& options)> train;
  /// What the trained network makes of images.
  std::function<crisp::Images<float>(crisp::Images<float>& images)> reconstruct;
  /// Adds options of its own, if there are any.
  std::function<void(CLI::App& app)> add_options = [](CLI::App&) {};
};

/// A whole program: reads the command line, trains, prints PSNR and SSIM on images that were not trained on, and writes
/// a picture of them above their reconstructions. Returns the exit status.
int run_trial(int argc, char** argv, const Trial& trial);

}  // namespace autoencoders
