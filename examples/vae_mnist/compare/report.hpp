// The comparison as one HTML page that needs no other file.
#pragma once

#include <filesystem>
#include <string>

#include "compare/results.hpp"

namespace vae_mnist {

/// The page: the table, curves of the first run of each row, and its reconstructions, samples and latent manifold side by
/// side. Reads what the runs left in their folders below `folder`; pictures that are not there are left out.
std::string html_report(const Comparison& comparison, const std::filesystem::path& folder);

}  // namespace vae_mnist
