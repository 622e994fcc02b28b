#include "files/safetensors.hpp"

#include <cmath>
#include <cstdint>
#include <limits>
#include <stdexcept>
#include <string>

#include "files/read_file.hpp"
#include "support/catch.hpp"
#include "support/file_error_of.hpp"
#include "support/shared_files.hpp"
#include "support/temporary_folder.hpp"

using namespace vae_mnist;
using namespace vae_mnist_test;

namespace {

std::string length_prefix(std::uint64_t length) {
  std::string bytes;
  for (int i = 0; i < 8; ++i) bytes += static_cast<char>(length >> 8 * i & 0xff);
  return bytes;
}

/// What reading a file of this header and so many bytes of data complains about, after the file's name.
std::string complaint(const std::string& header, std::size_t data_bytes, std::uint64_t announced) {
  const TemporaryFolder folder;
  const auto path = put(folder / "x", length_prefix(announced) + header + std::string(data_bytes, '\0'));
  const std::string message = file_error_of([&] { read_safetensors(path); });
  const std::string start = "'" + path.string() + "' ";
  REQUIRE(message.substr(0, start.size()) == start);
  return message.substr(start.size());
}

std::string complaint(const std::string& header, std::size_t data_bytes) {
  return complaint(header, data_bytes, header.size());
}

/// The same for one tensor "a".
std::string tensor_complaint(const std::string& type, const std::string& shape, const std::string& offsets,
                             std::size_t data_bytes) {
  return complaint(
      R"({"a":{"dtype":)" + type + R"(,"shape":)" + shape + R"(,"data_offsets":)" + offsets + "}}",
      data_bytes);
}

}  // namespace

TEST_CASE("Tensors and metadata come back as they were written") {
  const TemporaryFolder folder;
  const float infinity = std::numeric_limits<float>::infinity();
  Safetensors contents;
  contents.tensors["matrix"] = {{2, 3}, {1.0F, -0.0F, 1e-45F, 3.4e38F, infinity, 0.1F}};
  contents.tensors["scalar"] = {{}, {42.0F}};
  contents.tensors["empty"] = {{3, 0}, {}};
  contents.tensors["\"quotes\" and ü"] = {{1}, {7.0F}};
  contents.metadata = {{"epoch", "3"}, {"loss", "0.01*stft + ssim"}};
  write_safetensors(folder / "x", contents);
  const Safetensors read = read_safetensors(folder / "x");

  CHECK(read.metadata == contents.metadata);
  REQUIRE(read.tensors.size() == contents.tensors.size());
  for (const auto& [name, tensor] : contents.tensors) {
    INFO(name);
    CHECK(read.tensors.at(name).shape == tensor.shape);
    CHECK(read.tensors.at(name).values == tensor.values);
  }
  CHECK(std::signbit(read.tensors.at("matrix").values[1]));
}

TEST_CASE("The bytes written are the ones the format describes") {
  const TemporaryFolder folder;
  write_safetensors(folder / "x", {{{"b", {{1}, {1.0F}}}, {"a", {{2}, {0.0F, -2.0F}}}}, {{"k", "v"}}});
  const std::string header = R"({"__metadata__":{"crisp.checksum":"crc32","crisp.crc32":"d7ae53dc","k":"v"},)"
                             R"("a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},)"
                             R"("b":{"dtype":"F32","shape":[1],"data_offsets":[8,12]}})"
                             " ";
  const std::string data("\0\0\0\0\0\0\0\xc0\0\0\x80\x3f", 12);
  REQUIRE(header.size() % 8 == 0);
  CHECK(read_file(folder / "x") == length_prefix(header.size()) + header + data);
}

TEST_CASE("A file without tensors can be written and read") {
  const TemporaryFolder folder;
  write_safetensors(folder / "x", {});
  CHECK(read_file(folder / "x") ==
        length_prefix(72) + R"({"__metadata__":{"crisp.checksum":"crc32","crisp.crc32":"06e6ce8e"}}    )");
  CHECK(read_safetensors(folder / "x").tensors.empty());
}

TEST_CASE("What cannot be stored is refused before anything is written") {
  const TemporaryFolder folder;
  CHECK_THROWS_AS(write_safetensors(folder / "x", {{{"a", {{2, 2}, {1.0F}}}}, {}}), std::invalid_argument);
  CHECK_THROWS_AS(write_safetensors(folder / "x", {{{"__metadata__", {{1}, {1.0F}}}}, {}}),
                  std::invalid_argument);
  CHECK_THROWS_AS(write_safetensors(folder / "x", {{}, {{"k", "\xff"}}}), std::invalid_argument);
  CHECK_THROWS_AS(write_safetensors(folder / "x", {{}, {{"crisp.crc32", "00000000"}}}),
                  std::invalid_argument);
  CHECK(folder.size() == 0);
}

TEST_CASE("The paper authors' checkpoints can be read") {
  const auto folder = crisp_test::shared_folder("reference_checkpoints");
  if (!folder) return crisp_test::skip("the folder shared/reference_checkpoints");
  for (const std::string name : {"l1", "l2", "ssim", "dft_ssim", "stft_ssim"}) {
    INFO(name);
    const Safetensors checkpoint = read_safetensors(*folder / (name + ".safetensors"));
    CHECK(checkpoint.tensors.size() == 14);
    CHECK(checkpoint.tensors.at("decoder.deconv1.weight").shape == std::vector<std::size_t>{32, 64, 3, 3});
    std::size_t count = 0;
    for (const auto& [key, tensor] : checkpoint.tensors) {
      count += tensor.values.size();
      for (const float value : tensor.values) REQUIRE(std::abs(value) < 100.0F);
    }
    CHECK(count == 279956 / 4);
  }
}

TEST_CASE("A header that does not fit the file is refused") {
  const TemporaryFolder folder;
  const auto path = put(folder / "x", "1234567");
  CHECK(file_error_of([&] { read_safetensors(path); }) ==
        "'" + path.string() +
            "' is not a safetensors file: it has 7 bytes, fewer than the 8 of the header's length");
  CHECK(complaint("{}", 0, 3) ==
        "is truncated or not a safetensors file: it announces a header of 3 bytes, but only 2 follow");
  CHECK(complaint("{}", 0, 0xffffffffffffffff) ==
        "is truncated or not a safetensors file: it announces a header of 18446744073709551615 bytes, but "
        "only 2 "
        "follow");
}

TEST_CASE("A header that is not the format's JSON is refused") {
  CHECK(complaint("", 0) == "has a header that is not a JSON object");
  CHECK(complaint("[]", 0) == "has a header that is not a JSON object");
  CHECK(complaint(" {}", 0) == "has a header that is not a JSON object");
  CHECK(complaint("{\"a\":", 0) == "has a header that is not valid JSON at its byte 6");
  CHECK(complaint("{} x", 0) == "has a header that is not valid JSON at its byte 4");
  CHECK(complaint("{\"\xff\":1}", 0) == "has a header that is not valid JSON at its byte 3");
  CHECK(complaint("{\"a\":1e999}", 0) == "has a header with a number too large for any type");
  CHECK(complaint("{\"a\":{\"shape\":[[1]]}}", 0) == "has a header nested deeper than the format's 3 levels");
  const std::string deep(1000000, '[');
  CHECK(complaint("{\"a\":" + deep, 0) == "has a header nested deeper than the format's 3 levels");
}

TEST_CASE("Names given twice are refused") {
  const std::string empty_tensor = R"({"dtype":"F32","shape":[0],"data_offsets":[0,0]})";
  CHECK(complaint(R"({"a":)" + empty_tensor + R"(,"a":)" + empty_tensor + "}", 0) ==
        "has a header that gives 'a' twice");
  CHECK(complaint(R"({"a":{"dtype":"F32","dtype":"F32","shape":[0],"data_offsets":[0,0]}})", 0) ==
        "has a header that gives 'dtype' twice");
  CHECK(complaint(R"({"__metadata__":{"k":"1","k":"2"}})", 0) == "has a header that gives 'k' twice");

  const TemporaryFolder folder;  // but the same field in two tensors is no repetition
  const std::string header = R"({"a":)" + empty_tensor + R"(,"b":)" + empty_tensor + "}";
  CHECK(read_safetensors(put(folder / "x", length_prefix(header.size()) + header)).tensors.size() == 2);
}

TEST_CASE("Metadata that is not a map of texts is refused") {
  CHECK(complaint(R"({"__metadata__":["k"]})", 0) == "has __metadata__ that is not an object");
  CHECK(complaint(R"({"__metadata__":{"k":1}})", 0) == "has metadata 'k' that is not a text");
}

TEST_CASE("A tensor's entry of other fields or types is refused") {
  const std::string fields = "has a tensor 'a' whose entry is not exactly dtype, shape and data_offsets";
  CHECK(complaint(R"({"a":1})", 0) == fields);
  CHECK(complaint(R"({"a":{"dtype":"F32","shape":[0]}})", 0) == fields);
  CHECK(complaint(R"({"a":{"dtype":"F32","shape":[0],"offsets":[0,0]}})", 0) == fields);
  CHECK(complaint(R"({"a":{"dtype":"F32","shape":[0],"data_offsets":[0,0],"more":1}})", 0) == fields);

  CHECK(tensor_complaint("1", "[1]", "[0,4]", 4) == "has a tensor 'a' whose dtype is not a text");
  CHECK(tensor_complaint(R"("F16")", "[1]", "[0,2]", 2) ==
        "has a tensor 'a' of dtype 'F16'; only 'F32' is supported");

  const std::string shape = "has a tensor 'a' whose shape is not a list of whole numbers from 0 to 2^64-1";
  for (const std::string wrong : {"1", "{}", "null", "[-1]", "[1.0]", "[\"1\"]", "[18446744073709551616]"}) {
    INFO(wrong);
    CHECK(tensor_complaint(R"("F32")", wrong, "[0,4]", 4) == shape);
  }
  const std::string offsets =
      "has a tensor 'a' whose data_offsets is not a list of whole numbers from 0 to 2^64-1";
  CHECK(tensor_complaint(R"("F32")", "[1]", "[-4,0]", 4) == offsets);
  CHECK(tensor_complaint(R"("F32")", "[1]", "[0,4,4]", 4) ==
        "has a tensor 'a' with 3 data_offsets instead of 2");
}

TEST_CASE("Shapes and offsets that do not fit each other or the data are refused") {
  const auto f32 = [](const std::string& shape, const std::string& offsets, std::size_t data_bytes) {
    return tensor_complaint(R"("F32")", shape, offsets, data_bytes);
  };
  CHECK(f32("[2]", "[0,8]", 7) ==
        "has a tensor 'a' whose data_offsets [0, 8] are not inside the 7 bytes of data");
  CHECK(f32("[1]", "[8,4]", 8) ==
        "has a tensor 'a' whose data_offsets [8, 4] are not inside the 8 bytes of data");
  CHECK(f32("[2]", "[0,4]", 4) ==
        "has a tensor 'a' whose shape [2] takes 8 bytes, but whose data_offsets [0, 4] span 4");
  // 2^31 * 2^31 * 4 is 0 in 64 bits, and 2^62 + 1 floats are 4 bytes there.
  CHECK(f32("[2147483648,2147483648]", "[0,0]", 0) ==
        "has a tensor 'a' whose shape [2147483648,2147483648] has more values than fit into memory");
  CHECK(f32("[4611686018427387905]", "[0,4]", 4) ==
        "has a tensor 'a' whose shape [4611686018427387905] has more values than fit into memory");
  CHECK(f32("[4,18446744073709551615]", "[0,4]", 4) ==
        "has a tensor 'a' whose shape [4,18446744073709551615] has more values than fit into memory");
}

TEST_CASE("Gaps, overlaps and data of no tensor are refused") {
  const auto two = [](const std::string& a, const std::string& b, std::size_t data_bytes) {
    return complaint(R"({"a":{"dtype":"F32","shape":[2],"data_offsets":)" + a +
                         R"(},"b":{"dtype":"F32","shape":[2],"data_offsets":)" + b + "}}",
                     data_bytes);
  };
  CHECK(two("[0,8]", "[4,12]", 12) ==
        "has a tensor 'b' that starts at byte 4 of the data, inside the tensor before it, which ends at 8");
  CHECK(two("[0,8]", "[0,8]", 8) ==
        "has a tensor 'b' that starts at byte 0 of the data, inside the tensor before it, which ends at 8");
  CHECK(two("[12,20]", "[0,8]", 20) ==
        "has a tensor 'a' that starts at byte 12 of the data, after a gap from 8");
  CHECK(two("[4,12]", "[12,20]", 20) ==
        "has a tensor 'a' that starts at byte 4 of the data, after a gap from 0");
  CHECK(two("[0,8]", "[8,16]", 17) == "has 17 bytes of data, but its tensors take only 16");
  CHECK(complaint("{}", 1) == "has 1 bytes of data, but its tensors take only 0");
}

TEST_CASE("What a hostile file says is made fit for a message") {
  const std::string name(1000, 'n');
  CHECK(complaint(R"({")" + name + R"(":1})", 0) == "has a tensor '" + name.substr(0, 80) +
                                                        "...' whose entry is not exactly dtype, shape and "
                                                        "data_offsets");
  CHECK(complaint(R"({"\u001b[31m\n":1})", 0) ==
        "has a tensor '?[31m?' whose entry is not exactly dtype, shape and data_offsets");
}

TEST_CASE("Every truncation of a good file is refused") {
  const TemporaryFolder folder;
  write_safetensors(folder / "x", {{{"a", {{2}, {1.0F, 2.0F}}}, {"b", {{}, {3.0F}}}}, {{"k", "v"}}});
  const std::string bytes = read_file(folder / "x");
  for (std::size_t length = 0; length < bytes.size(); ++length) {
    INFO(length);
    CHECK_THROWS_AS(read_safetensors(put(folder / "y", bytes.substr(0, length))), FileError);
  }
}
