#include "app/checkpoint.hpp"

#include <algorithm>
#include <optional>
#include <sstream>

#include "files/file_error.hpp"
#include "files/safetensors.hpp"

namespace vae_mnist {
namespace {

template <typename Size>
std::string shape_text(const std::vector<Size>& shape) {
  std::ostringstream text;
  text << '[';
  for (std::size_t i = 0; i < shape.size(); ++i) text << (i == 0 ? "" : ", ") << shape[i];
  text << ']';
  return text.str();
}

const NamedTensor& find_tensor(const std::filesystem::path& path, const Safetensors& contents,
                               const std::string& name) {
  const auto found = contents.tensors.find(name);
  if (found == contents.tensors.end()) fail_at(path, "has no tensor '", name, "', which the network needs");
  return found->second;
}

/// Throws unless the tensor has the shape that a network for these images needs.
void check_shape(const std::filesystem::path& path, const Safetensors& contents, const ImageShape& image,
                 const std::string& name, const std::vector<Index>& needed) {
  const auto& shape = find_tensor(path, contents, name).shape;
  const auto same = [](std::size_t a, Index b) { return a == static_cast<std::size_t>(b); };
  if (!std::equal(shape.begin(), shape.end(), needed.begin(), needed.end(), same)) {
    fail_at(path, "has a tensor '", name, "' of shape ", shape_text(shape),
            ", where the network for images of ", image, " needs ", shape_text(needed));
  }
}

/// 3x32x32, written just so.
std::string image_text(const ImageShape& image) {
  std::ostringstream text;
  text << image;
  return text.str();
}
std::optional<ImageShape> parse_image(const std::string& text) {
  ImageShape image{};
  char first_x = 0;
  char second_x = 0;
  std::istringstream stream(text);
  stream >> image.channels >> first_x >> image.height >> second_x >> image.width;
  if (!stream || image_text(image) != text) return std::nullopt;
  return image;
}

/// The channels are those of the first weights; the sides are in the metadata, or else MNIST's.
ImageShape read_image(const std::filesystem::path& path, const Safetensors& contents) {
  const std::string name = "encoder.conv1.weight";
  const auto& shape = find_tensor(path, contents, name).shape;
  if (shape.size() != 4 || shape[1] == 0) {
    fail_at(path, "has a tensor '", name, "' of shape ", shape_text(shape),
            ", where the network needs [32, channels, 3, 3]");
  }
  ImageShape image = VaeOptions().image;
  image.channels = static_cast<Index>(shape[1]);
  const auto said = contents.metadata.find("image");
  if (said == contents.metadata.end()) return image;
  const auto parsed = parse_image(said->second);
  if (!parsed) {
    fail_at(path, "has the image '", said->second,
            "', which is not channels, height and width as in 1x28x28");
  }
  if (parsed->channels != image.channels) {
    fail_at(path, "has the image '", said->second, "', but a tensor '", name, "' of shape ",
            shape_text(shape), ", for ", image.channels, image.channels == 1 ? " channel" : " channels");
  }
  if (!has_sides_for_vae(*parsed)) {
    fail_at(path, "has the image '", said->second, "', whose sides are not multiples of 4 from 12 to 65536");
  }
  return *parsed;
}

OutputActivation read_output(const std::filesystem::path& path, const Safetensors& contents) {
  const auto output = contents.metadata.find("output");
  if (output == contents.metadata.end() || output->second == "linear") return OutputActivation::linear;
  if (output->second == "sigmoid") return OutputActivation::sigmoid;
  fail_at(path, "has the output '", output->second, "', neither linear nor sigmoid");
}

/// What the file holds is checked as far as the size of the network depends on it, so that no small file asks
/// for a huge network.
VaeOptions read_options(const std::filesystem::path& path, const Safetensors& contents) {
  const std::string name = "encoder.dense.weight";
  const auto& shape = find_tensor(path, contents, name).shape;
  if (shape.empty() || shape[0] == 0 || shape[0] % 2 != 0) {
    fail_at(path, "has a tensor '", name, "' of shape ", shape_text(shape),
            ", which should start with twice the number of latent dimensions");
  }
  VaeOptions options;
  options.latent = static_cast<Index>(shape[0] / 2);
  options.output = read_output(path, contents);
  options.image = read_image(path, contents);
  check_shape(path, contents, options.image, "encoder.conv1.weight", {32, options.image.channels, 3, 3});
  check_shape(path, contents, options.image, "decoder.dense.weight",
              {Decoder<float>::code_shape(options.image).size(), options.latent});
  return options;
}

}  // namespace

void save_checkpoint(const std::filesystem::path& path, Vae<float>& vae, OutputActivation output,
                     std::map<std::string, std::string> metadata) {
  Safetensors contents;
  contents.metadata = std::move(metadata);
  contents.metadata["image"] = image_text(vae.image());
  contents.metadata["output"] = output == OutputActivation::sigmoid ? "sigmoid" : "linear";
  for (const Parameter<float>& parameter : vae.parameters()) {
    NamedTensor& tensor = contents.tensors[parameter.name];
    tensor.shape.assign(parameter.shape.begin(), parameter.shape.end());
    tensor.values.assign(parameter.value.begin(), parameter.value.end());
  }
  write_safetensors(path, contents);
}

Vae<float> load_checkpoint(const std::filesystem::path& path) {
  const Safetensors contents = read_safetensors(path);
  Vae<float> vae(read_options(path, contents), 0);
  auto parameters = vae.parameters();
  for (Parameter<float>& parameter : parameters) {
    check_shape(path, contents, vae.image(), parameter.name, parameter.shape);
    const NamedTensor& tensor = find_tensor(path, contents, parameter.name);
    std::copy(tensor.values.begin(), tensor.values.end(), parameter.value.begin());
    if (!parameter.value.isFinite().all()) {
      fail_at(path, "has a tensor '", parameter.name, "' with a value that is not finite");
    }
  }
  for (const auto& [name, tensor] : contents.tensors) {
    const auto has_name = [&name = name](const Parameter<float>& parameter) {
      return parameter.name == name;
    };
    if (std::none_of(parameters.begin(), parameters.end(), has_name)) {
      fail_at(path, "has a tensor '", name, "', which is none of the network's");
    }
  }
  return vae;
}

}  // namespace vae_mnist
