// A checksum in the metadata of a safetensors file, where other readers pass over it: "crisp.checksum" says its kind, "crc32",
// and "crisp.crc32" is the CRC-32 of the whole file, of 8 hexadecimal digits that count as zeros in it. There are two entries
// so that a damaged name of one is noticed by the other.
#pragma once

#include <filesystem>
#include <map>
#include <string>

namespace vae_mnist {

using SafetensorsMetadata = std::map<std::string, std::string>;

/// Enters a checksum of zeros, for `fill_in_checksum`. Throws std::invalid_argument if one of its names is taken.
void reserve_checksum(SafetensorsMetadata& metadata);

/// Puts the checksum into the bytes of a file whose metadata had it reserved.
void fill_in_checksum(std::string& bytes);

/// Takes the checksum out of the metadata of a file. Throws FileError, which names the path, unless it is that of the bytes. A
/// file without one, as others write them, is taken as it is.
void check_and_remove_checksum(SafetensorsMetadata& metadata, const std::string& bytes,
                               const std::filesystem::path& path);

}  // namespace vae_mnist
