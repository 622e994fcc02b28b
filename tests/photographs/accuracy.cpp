#include "photographs/accuracy.hpp"

#include <array>
#include <limits>
#include <stdexcept>
#include <string_view>

namespace photographs {
namespace {

constexpr double not_stated = std::numeric_limits<double>::infinity();

/// How much of a spectrum float can see. A transform leaves about 1e-7 of a frame's root mean square in every bin.
enum class Detail {
  clear,  ///< both images have detail at every frequency, or none
  fine,   ///< most bins are well above rounding: images in bytes, and shifted ones
  faint,  ///< a blur has left many bins within rounding
};

Detail detail_of(const ComparedLoss& loss, const ImagePair& pair) {
  // A flat plane between zeros, or under a window that is not periodic, has bins that fall off into rounding.
  const bool is_flat =
      pair.name == "flat" || pair.name == "nearly flat" || pair.name == "flat for a photograph";
  const auto has = [&](const char* option) { return loss.name.find(option) != std::string::npos; };
  if (is_flat && (has("symmetric hann") || has("padding zero") || has("dalal"))) return Detail::faint;
  for (const char* name : {"blurred", "blurred, 0 to 255", "dark", "bright"}) {
    if (pair.name == name) return Detail::faint;
  }
  for (const char* name : {"in bytes", "bytes, 0 to 255", "half a pixel off"}) {
    if (pair.name == name) return Detail::fine;
  }
  return Detail::clear;
}

/// Losses that look at no spectrum, or at that of the residual alone; where nothing but near equality makes a difference.
struct SmoothFamily {
  std::string_view family;
  Accuracy usual;
  Accuracy nearly_equal;
};

constexpr std::array<SmoothFamily, 13> smooth_families = {{
    {"pixels", {1e-6, 1e-6, 1e-6}, {1e-6, 1e-6, 1e-6}},
    // The difference of two probabilities that are nearly equal.
    {"logits", {1e-6, 2e-6, 2e-6}, {1e-6, 5e-5, 5e-5}},
    {"variation", {1e-6, 1e-6, 1e-6}, {1e-6, 1e-6, 1e-6}},
    {"SSIM", {1e-6, 5e-5, 1e-5}, {5e-6, 5e-5, 1e-5}},
    {"SSIM, k1 = 0", {5e-6, 2e-3, 1e-3}, {5e-5, 2e-3, 1e-3}},
    // 0/0 where a variance is 0, or next to it.
    {"SSIM, k2 = 0", {5e-5, 5e-2, 1e-2}, {1e-2, not_stated, not_stated}},
    {"MS-SSIM", {1e-6, 2e-5, 1e-5}, {3e-6, 2e-5, 1e-5}},
    {"MS-SSIM+L1", {1e-6, 2e-5, 2e-5}, {5e-6, 2e-5, 2e-5}},
    {"focal frequency", {1e-6, 1e-6, 1e-6}, {1e-6, 1e-6, 1e-6}},
    {"Wiener", {1e-6, 1e-6, 1e-6}, {1e-6, 1e-6, 1e-6}},
    {"presets::crisp", {2e-6, 5e-3, 5e-4}, {2e-6, 5e-3, 5e-4}},
    {"PSNR", {1e-11, 0, 0}, {1e-11, 0, 0}},
    {"metric", {1e-6, 0, 0}, {1e-6, 0, 0}},
}};

/// Losses of amplitudes and phases. A bin on the other side of a kink is a whole error: one in 400 000 makes 3e-3 of the root
/// mean square of a gradient of signs. And the derivative of a phase is 1/|X|: where a few bins are next to rounding, the gradient
/// is theirs.
struct SpectralFamily {
  std::string_view distance;
  Accuracy clear;
  Accuracy fine;
  Accuracy faint;
};

constexpr std::array<SpectralFamily, 13> spectral_families = {{
    {"modulus", {5e-7, 1e-3, 5e-5}, {5e-7, 0.05, 5e-3}, {5e-7, 0.1, 5e-3}},
    {"rectangular", {5e-7, 0.05, 5e-3}, {5e-7, 0.2, 5e-3}, {5e-7, 0.1, 5e-3}},
    {"squared amplitudes", {5e-7, 1e-3, 1e-4}, {5e-7, 0.05, 5e-3}, {5e-7, not_stated, 0.5}},
    {"amplitudes", {5e-7, 0.05, 5e-3}, {5e-7, 0.2, 5e-3}, {1e-6, not_stated, 0.7}},
    {"cosine, gate",
     {1e-5, 5e-3, 5e-4},
     {5e-5, not_stated, not_stated},
     {not_stated, not_stated, not_stated}},
    {"cosine", {5e-4, 1e-2, 5e-3}, {5e-5, not_stated, not_stated}, {not_stated, not_stated, not_stated}},
    {"wrapped, gate",
     {2e-6, 0.2, 5e-3},
     {5e-5, not_stated, not_stated},
     {not_stated, not_stated, not_stated}},
    {"wrapped", {5e-5, 0.2, 0.1}, {5e-5, not_stated, not_stated}, {not_stated, not_stated, not_stated}},
    {"polar, gate", {2e-6, 0.05, 5e-3}, {2e-6, not_stated, not_stated}, {5e-3, not_stated, not_stated}},
    {"polar", {5e-5, 0.2, 0.1}, {5e-5, not_stated, not_stated}, {not_stated, not_stated, not_stated}},
    // Windows of 4 and 8: where images are in bytes, many of their bins are 0, or equal.
    {"polar, small windows",
     {1e-3, 0.3, 0.1},
     {1e-2, not_stated, not_stated},
     {not_stated, not_stated, not_stated}},
    {"raw, gate", {2e-6, 0.2, 0.02}, {5e-4, not_stated, not_stated}, {not_stated, not_stated, not_stated}},
    {"raw", {2e-5, 0.2, 0.1}, {5e-4, not_stated, not_stated}, {not_stated, not_stated, not_stated}},
}};

bool is_nearly_equal(const ImagePair& pair) {
  return pair.name == "nearly equal" || pair.name == "nearly flat" || pair.name == "flat";
}

}  // namespace

Accuracy accuracy_of(const ComparedLoss& loss, const ImagePair& pair) {
  for (const SmoothFamily& stated : smooth_families) {
    if (loss.family == stated.family) return is_nearly_equal(pair) ? stated.nearly_equal : stated.usual;
  }
  for (const SpectralFamily& stated : spectral_families) {
    if (loss.family != "STFT " + std::string(stated.distance) &&
        loss.family != "DFT " + std::string(stated.distance))
      continue;
    const Detail detail = detail_of(loss, pair);
    return detail == Detail::clear ? stated.clear : detail == Detail::fine ? stated.fine : stated.faint;
  }
  throw std::invalid_argument("nothing is stated of " + loss.family);
}

SidesAccuracy sides_accuracy_of(const std::string& distance) {
  if (distance == "modulus" || distance == "rectangular") return {5e-5, 5e-7, 2e-6};
  if (distance == "squared amplitudes" || distance == "amplitudes") return {1e-4, 5e-7, 2e-5};
  if (distance.substr(0, 6) == "cosine") return {5e-5, 1e-4, 1e-3};
  if (distance.substr(0, 3) == "raw") return {1e-4, 1e-4, 1e-3};
  return {1e-4, 5e-6, 1e-3};
}

}  // namespace photographs
