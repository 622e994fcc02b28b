// Draws losses with any options that they take. Each goes with the reference that knows nothing but the formula.
#pragma once

#include "soak/subject.hpp"

namespace soak {

template <typename T>
std::unique_ptr<Subject<T>> draw_pixel_loss(Random& random, const crisp::Shape& shape);
template <typename T>
std::unique_ptr<Subject<T>> draw_similarity_loss(Random& random, const crisp::Shape& shape);
template <typename T>
std::unique_ptr<Subject<T>> draw_spectral_loss(Random& random, const crisp::Shape& shape);
template <typename T>
std::unique_ptr<Subject<T>> draw_filtered_spectral_loss(Random& random, const crisp::Shape& shape);
template <typename T>
std::unique_ptr<Subject<T>> draw_sum(Random& random, const crisp::Shape& shape);

// The parts of sums.
template <typename T>
Drawn<crisp::L1Loss<T>> drawn_l1();
template <typename T>
Drawn<crisp::SsimLoss<T>> drawn_ssim(const crisp::SsimOptions& options);
template <typename T>
Drawn<crisp::StftLoss<T>> drawn_stft(const crisp::StftOptions& options);
template <typename T>
Drawn<crisp::FocalFrequencyLoss<T>> drawn_focal_frequency(const crisp::FocalFrequencyOptions& options);

crisp::SsimOptions any_ssim_options(Random& random, const crisp::Shape& shape);
crisp::StftOptions any_stft_options(Random& random, const crisp::Shape& shape);
crisp::FocalFrequencyOptions any_focal_options(Random& random, const crisp::Shape& shape);

}  // namespace soak
