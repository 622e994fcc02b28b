// The rows of the comparison: the paper's, as its published code trains them, and ours.
#pragma once

#include <string>
#include <vector>

#include "app/train.hpp"

namespace vae_mnist {

struct Row {
  std::string name;  ///< of its folder, and for the command line
  std::string title;
  std::string paper;      ///< PSNR / SSIM as the paper prints them, or nothing
  std::string reference;  ///< the authors' checkpoint of this row, or nothing
  TrainOptions options;
};

/// How the paper's published code trains, with the loss of that name: linear output, log-variance from 0, cyclical rate.
TrainOptions published_training(const std::string& loss);

/// How we train, found on held-out training images (docs/experiments.md), with the loss of that name. β, against
/// overfitting, goes with the size of the loss: some 0.7 % of what it comes to, as 2 is for ours.
TrainOptions our_training(const std::string& loss, double beta);

/// All rows, in the order of the table.
const std::vector<Row>& comparison_rows();

}  // namespace vae_mnist
