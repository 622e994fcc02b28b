// Photographs of the Kodak suite, where they are among the shared files.
#pragma once

#include <crisp/core/images.hpp>
#include <optional>

namespace photographs {

/// The green channel of the photograph of that number, from 1 to 24, [1, 1, height, width], in 0 … 1. Nothing where the
/// photographs are not here, or libpng was not when the tests were built.
std::optional<crisp::Images<double>> photograph(int number);

/// Its middle.
crisp::Images<double> middle(const crisp::Images<double>& image, crisp::Index height, crisp::Index width);

}  // namespace photographs
