// What the autoencoders have in common: digits to train on, options, and what comes of it. None of it is crisp's or the
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
  std::filesystem::path out;
  std::int64_t train_images = 0;
  std::int64_t epochs = 3;
  std::int64_t batch = 64;
  double rate = 2e-3;
  double frequency_weight = 5e-5;  ///< of the STFT loss beside 1 - SSIM
};

/// Trains on images.
using Train = std::function<void(crisp::Images<float>& images, const Options& options)>;
/// What the trained network makes of images.
using Reconstruct = std::function<crisp::Images<float>(crisp::Images<float>& images)>;

/// A whole program: reads the command line, trains, prints PSNR and SSIM on digits that were not trained on, and writes
/// a picture of them above their reconstructions. Returns the exit status.
int run_trial(int argc, char** argv, const std::string& name, std::int64_t train_images, const Train& train,
              const Reconstruct& reconstruct);

}  // namespace autoencoders
