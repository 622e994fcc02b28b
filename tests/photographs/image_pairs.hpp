// A photograph, and what a model may make of it: the pairs of images on which float is compared with double.
#pragma once

#include <crisp/core/images.hpp>
#include <string>
#include <vector>

namespace photographs {

/// In float, since both sides of a comparison start from the same pixels.
struct ImagePair {
  std::string name;
  crisp::Images<float> prediction;
  crisp::Images<float> target;
  double data_range = 1;
};

/// The plane blurred by a Gaussian of that standard deviation, continued by its border pixels.
crisp::Images<double> blurred(const crisp::Images<double>& image, double sigma);

/// The photograph, in 0 … 1, as the target against its own degradations; and dark, bright and flat ones.
std::vector<ImagePair> degraded_pairs(const crisp::Images<double>& photograph);

/// A flat prediction and a flat target.
ImagePair flat_pair(crisp::Index height, crisp::Index width, double prediction, double target);

/// A prediction that is the target, a flat one of 1/2, plus or minus a step, by chance.
ImagePair flat_but_for_steps(crisp::Index height, crisp::Index width, double step);

}  // namespace photographs
