#include "files/safetensors.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <limits>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <stdexcept>
#include <string_view>
#include <utility>

#include "files/atomic_file.hpp"
#include "files/file_error.hpp"
#include "files/read_file.hpp"
#include "files/safetensors_checksum.hpp"

namespace vae_mnist {
namespace {

using nlohmann::json;

constexpr std::size_t length_bytes = 8;
constexpr std::size_t alignment = 8;
constexpr std::size_t bytes_per_value = 4;
constexpr const char* metadata_key = "__metadata__";

template <typename Unsigned>
Unsigned from_little_endian(const char* bytes) {
  Unsigned number = 0;
  for (std::size_t i = sizeof(Unsigned); i-- > 0;) {
    number = static_cast<Unsigned>(number << 8 | static_cast<unsigned char>(bytes[i]));
  }
  return number;
}

template <typename Unsigned>
void append_little_endian(std::string& bytes, Unsigned number) {
  for (std::size_t i = 0; i < sizeof(Unsigned); ++i) bytes += static_cast<char>(number >> (8 * i) & 0xff);
}

/// The number of values of a shape, unless it, counted in bytes, is beyond what a size can hold.
std::optional<std::size_t> value_count(const std::vector<std::size_t>& shape) {
  std::size_t count = 1;
  for (const std::size_t extent : shape) {
    if (extent != 0 && count > std::numeric_limits<std::size_t>::max() / bytes_per_value / extent) return {};
    count *= extent;
  }
  return count;
}

/// A text out of the file, fit to stand in a message.
std::string presentable(const std::string& text) {
  constexpr std::size_t longest = 80;
  std::string excerpt = text.substr(0, longest);
  std::replace_if(
      excerpt.begin(), excerpt.end(), [](unsigned char letter) { return letter < ' ' || letter == 0x7f; },
      '?');
  return text.size() > longest ? excerpt + "..." : excerpt;
}

std::string quoted(const std::string& text) { return '\'' + presentable(text) + '\''; }

/// Where a tensor's values lie.
struct Extent {
  std::size_t begin;
  std::size_t end;
  std::string name;
};

class Reader {
 public:
  Reader(const std::string& bytes, const std::filesystem::path& path) : path_(path), bytes_(bytes) {}

  Safetensors read() {
    const json header = parse_header();
    Safetensors contents;
    for (const auto& [name, entry] : header.items()) {
      if (name == metadata_key) {
        contents.metadata = read_metadata(entry);
      } else {
        contents.tensors.emplace(name, read_tensor(name, entry));
      }
    }
    check_that_extents_cover_the_data();
    check_and_remove_checksum(contents.metadata, bytes_, path_);
    return contents;
  }

 private:
  json parse_header() {
    if (bytes_.size() < length_bytes) {
      fail_at(path_, "is not a safetensors file: it has ", bytes_.size(), " bytes, fewer than the ",
              length_bytes, " of the header's length");
    }
    const auto length = from_little_endian<std::uint64_t>(bytes_.data());
    if (length > bytes_.size() - length_bytes) {
      fail_at(path_, "is truncated or not a safetensors file: it announces a header of ", length,
              " bytes, but only ", bytes_.size() - length_bytes, " follow");
    }
    const std::string_view header(bytes_.data() + length_bytes, length);
    data_ = std::string_view(bytes_).substr(length_bytes + length);
    if (header.empty() || header.front() != '{') fail_at(path_, "has a header that is not a JSON object");
    try {
      return json::parse(header, [this](int depth, json::parse_event_t event, json& parsed) {
        check_structure(depth, event, parsed);
        return true;
      });
    } catch (const json::parse_error& error) {
      fail_at(path_, "has a header that is not valid JSON at its byte ", error.byte);
    } catch (const json::out_of_range&) {
      fail_at(path_, "has a header with a number too large for any type");
    }
  }

  /// What is lost once the JSON is parsed, or too late to check then: names given twice, and nesting. Objects
  /// and arrays are at depth 0 (the header), 1 (an entry) and 2 (a shape); the keys inside are one deeper.
  void check_structure(int depth, json::parse_event_t event, const json& parsed) {
    using Event = json::parse_event_t;
    if (event == Event::object_start || event == Event::array_start) {
      if (depth > 2) fail_at(path_, "has a header nested deeper than the format's 3 levels");
      keys_[static_cast<std::size_t>(depth)].clear();
    } else if (event == Event::key) {
      const auto& key = parsed.get_ref<const std::string&>();
      if (!keys_[static_cast<std::size_t>(depth - 1)].insert(key).second) {
        fail_at(path_, "has a header that gives ", quoted(key), " twice");
      }
    }
  }

  std::map<std::string, std::string> read_metadata(const json& entry) const {
    if (!entry.is_object()) fail_at(path_, "has ", metadata_key, " that is not an object");
    std::map<std::string, std::string> metadata;
    for (const auto& [key, value] : entry.items()) {
      if (!value.is_string()) fail_at(path_, "has metadata ", quoted(key), " that is not a text");
      metadata.emplace(key, value.get<std::string>());
    }
    return metadata;
  }

  NamedTensor read_tensor(const std::string& name, const json& entry) {
    if (!entry.is_object() || entry.size() != 3 || !entry.contains("dtype") || !entry.contains("shape") ||
        !entry.contains("data_offsets")) {
      fail_tensor(name, "whose entry is not exactly dtype, shape and data_offsets");
    }
    const json& type = entry["dtype"];
    if (!type.is_string()) fail_tensor(name, "whose dtype is not a text");
    if (type != "F32")
      fail_tensor(name, "of dtype ", quoted(type.get<std::string>()), "; only 'F32' is supported");

    NamedTensor tensor;
    tensor.shape = read_sizes(name, "shape", entry["shape"]);
    const auto count = value_count(tensor.shape);
    if (!count)
      fail_tensor(name, "whose shape ", presentable(entry["shape"].dump()),
                  " has more values than fit into memory");

    const auto offsets = read_sizes(name, "data_offsets", entry["data_offsets"]);
    if (offsets.size() != 2) fail_tensor(name, "with ", offsets.size(), " data_offsets instead of 2");
    const auto [begin, end] = std::pair(offsets[0], offsets[1]);
    if (begin > end || end > data_.size()) {
      fail_tensor(name, "whose data_offsets [", begin, ", ", end, "] are not inside the ", data_.size(),
                  " bytes of data");
    }
    if (end - begin != *count * bytes_per_value) {
      fail_tensor(name, "whose shape ", presentable(entry["shape"].dump()), " takes ",
                  *count * bytes_per_value, " bytes, but whose data_offsets [", begin, ", ", end, "] span ",
                  end - begin);
    }
    extents_.push_back({begin, end, name});

    tensor.values.resize(*count);
    const char* bytes = data_.data() + begin;
    for (float& value : tensor.values) {
      const auto bits = from_little_endian<std::uint32_t>(bytes);
      std::memcpy(&value, &bits, bytes_per_value);
      bytes += bytes_per_value;
    }
    return tensor;
  }

  std::vector<std::size_t> read_sizes(const std::string& name, const char* field, const json& list) const {
    const auto is_size = [](const json& number) { return number.is_number_unsigned(); };
    if (!list.is_array() || !std::all_of(list.begin(), list.end(), is_size)) {
      fail_tensor(name, "whose ", field, " is not a list of whole numbers from 0 to 2^64-1");
    }
    return list.get<std::vector<std::size_t>>();
  }

  void check_that_extents_cover_the_data() {
    const auto by_place = [](const Extent& a, const Extent& b) {
      return std::pair(a.begin, a.end) < std::pair(b.begin, b.end);
    };
    std::sort(extents_.begin(), extents_.end(), by_place);
    std::size_t covered = 0;
    for (const Extent& extent : extents_) {
      if (extent.begin != covered) {
        fail_tensor(
            extent.name, "that starts at byte ", extent.begin, " of the data, ",
            extent.begin < covered ? "inside the tensor before it, which ends at " : "after a gap from ",
            covered);
      }
      covered = extent.end;
    }
    if (covered != data_.size()) {
      fail_at(path_, "has ", data_.size(), " bytes of data, but its tensors take only ", covered);
    }
  }

  template <typename... Parts>
  [[noreturn]] void fail_tensor(const std::string& name, const Parts&... parts) const {
    fail_at(path_, "has a tensor ", quoted(name), ' ', parts...);
  }

  const std::filesystem::path& path_;
  const std::string& bytes_;
  std::string_view data_;
  std::array<std::set<std::string>, 3> keys_;  // met so far in the open object of each depth
  std::vector<Extent> extents_;
};

std::string header_of(const Safetensors& contents) {
  nlohmann::ordered_json header = nlohmann::ordered_json::object();
  SafetensorsMetadata metadata = contents.metadata;
  reserve_checksum(metadata);
  header[metadata_key] = metadata;
  std::size_t offset = 0;
  for (const auto& [name, tensor] : contents.tensors) {
    if (name == metadata_key || value_count(tensor.shape) != tensor.values.size()) {
      throw std::invalid_argument("tensor " + quoted(name) + " has a reserved name, or " +
                                  std::to_string(tensor.values.size()) +
                                  " values that do not fill its shape");
    }
    const std::size_t end = offset + tensor.values.size() * bytes_per_value;
    header[name] = {{"dtype", "F32"}, {"shape", tensor.shape}, {"data_offsets", {offset, end}}};
    offset = end;
  }
  try {
    std::string text = header.dump();
    text.append((alignment - (length_bytes + text.size()) % alignment) % alignment, ' ');
    return text;
  } catch (const json::type_error&) {
    throw std::invalid_argument("a tensor's name or a metadata text is not UTF-8");
  }
}

}  // namespace

Safetensors parse_safetensors(const std::string& bytes, const std::filesystem::path& path) {
  return Reader(bytes, path).read();
}

Safetensors read_safetensors(const std::filesystem::path& path) {
  return parse_safetensors(read_file(path), path);
}

std::string to_bytes(const Safetensors& contents) {
  const std::string header = header_of(contents);
  std::string bytes;
  append_little_endian<std::uint64_t>(bytes, header.size());
  bytes += header;
  for (const auto& [name, tensor] : contents.tensors) {
    for (const float value : tensor.values) {
      std::uint32_t bits = 0;
      std::memcpy(&bits, &value, bytes_per_value);
      append_little_endian(bytes, bits);
    }
  }
  fill_in_checksum(bytes);
  return bytes;
}

void write_safetensors(const std::filesystem::path& path, const Safetensors& contents) {
  write_atomically(path, to_bytes(contents));
}

}  // namespace vae_mnist
