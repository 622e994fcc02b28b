// safetensors: named arrays in one file, which no reader has to execute. The format, whole:
//
//   8 bytes   N, the length of the header, little endian
//   N bytes   JSON: {"name": {"dtype": "F32", "shape": [2, 3], "data_offsets": [begin, end]}, ...}, and
//   optionally
//             "__metadata__": {"key": "text", ...}; padded with spaces so that the data starts at a multiple
//             of 8
//   the rest  the arrays in C order, little endian, without gaps; offsets count from here
//
// What this writes has a checksum in its metadata (safetensors_checksum.hpp); what others write is read without one.
// Source: https://github.com/huggingface/safetensors#format. Of its types this reads and writes F32.
#pragma once

#include <cstddef>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace vae_mnist {

/// An array in C order. No dimensions: one number.
struct NamedTensor {
  std::vector<std::size_t> shape;
  std::vector<float> values;
};

/// What a file holds.
struct Safetensors {
  std::map<std::string, NamedTensor> tensors;
  std::map<std::string, std::string> metadata;
};

/// What the bytes of a file say, which may come from anywhere: every length, offset and type in them is checked before it is
/// used. Throws FileError, naming the path, the tensor and the numbers, for what is not exactly as the format says, and where
/// there is a checksum that does not fit.
Safetensors parse_safetensors(const std::string& bytes, const std::filesystem::path& path);

/// Those of a file that is read. Throws FileError if it cannot be, too.
Safetensors read_safetensors(const std::filesystem::path& path);

/// The bytes of a file; the same contents give the same. Throws std::invalid_argument if a tensor's values do not fill its
/// shape, a text is not UTF-8, or the metadata has the checksum's names.
std::string to_bytes(const Safetensors& contents);

/// Writes them atomically. Throws FileError if the file cannot be written, too.
void write_safetensors(const std::filesystem::path& path, const Safetensors& contents);

}  // namespace vae_mnist
