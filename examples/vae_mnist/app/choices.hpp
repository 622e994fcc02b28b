// The names that options have on the command line and in files.
#pragma once

#include <map>
#include <string>

#include "crisp/spectral/options.hpp"
#include "network/decoder.hpp"
#include "training/optimizer.hpp"
#include "training/rate.hpp"

namespace vae_mnist {

/// Names and what they stand for.
template <typename Value>
using Choices = std::map<std::string, Value>;

template <typename Value>
const Choices<Value>& choices();

template <>
inline const Choices<crisp::WindowShape>& choices() {
  using crisp::WindowShape;
  static const Choices<WindowShape> all = {{"hann", WindowShape::hann},
                                           {"hann_symmetric", WindowShape::hann_symmetric},
                                           {"hamming", WindowShape::hamming},
                                           {"rectangular", WindowShape::rectangular}};
  return all;
}

template <>
inline const Choices<crisp::FrequencyWeight>& choices() {
  using crisp::FrequencyWeight;
  static const Choices<FrequencyWeight> all = {{"linear", FrequencyWeight::linear},
                                               {"uniform", FrequencyWeight::uniform},
                                               {"quadrant_product", FrequencyWeight::quadrant_product}};
  return all;
}

template <>
inline const Choices<crisp::SpectralDistance>& choices() {
  using crisp::SpectralDistance;
  static const Choices<SpectralDistance> all = {{"polar", SpectralDistance::polar},
                                                {"rectangular", SpectralDistance::rectangular},
                                                {"complex_modulus", SpectralDistance::complex_modulus},
                                                {"squared_amplitude", SpectralDistance::squared_amplitude}};
  return all;
}

template <>
inline const Choices<crisp::PhaseDistance>& choices() {
  using crisp::PhaseDistance;
  static const Choices<PhaseDistance> all = {
      {"wrapped", PhaseDistance::wrapped}, {"raw", PhaseDistance::raw}, {"cosine", PhaseDistance::cosine}};
  return all;
}

template <>
inline const Choices<crisp::Normalization>& choices() {
  using crisp::Normalization;
  static const Choices<Normalization> all = {{"none", Normalization::none}, {"ortho", Normalization::ortho}};
  return all;
}

template <>
inline const Choices<crisp::Reduction>& choices() {
  using crisp::Reduction;
  static const Choices<Reduction> all = {{"sum", Reduction::sum}, {"mean", Reduction::mean}};
  return all;
}

template <>
inline const Choices<crisp::Padding>& choices() {
  using crisp::Padding;
  static const Choices<Padding> all = {
      {"none", Padding::none}, {"reflect", Padding::reflect}, {"zero", Padding::zero}};
  return all;
}

template <>
inline const Choices<OutputActivation>& choices() {
  static const Choices<OutputActivation> all = {{"linear", OutputActivation::linear},
                                                {"sigmoid", OutputActivation::sigmoid}};
  return all;
}

template <>
inline const Choices<RateSchedule>& choices() {
  static const Choices<RateSchedule> all = {{"cyclical", RateSchedule::cyclical},
                                            {"cosine", RateSchedule::cosine}};
  return all;
}

template <>
inline const Choices<OptimizerMethod>& choices() {
  static const Choices<OptimizerMethod> all = {{"adam", OptimizerMethod::adam},
                                               {"muon", OptimizerMethod::muon}};
  return all;
}

template <typename Value>
std::string name_of(Value value) {
  for (const auto& [name, choice] : choices<Value>()) {
    if (choice == value) return name;
  }
  return "?";
}

}  // namespace vae_mnist
