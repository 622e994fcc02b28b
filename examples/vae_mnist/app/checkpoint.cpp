#include "app/checkpoint.hpp"

#include <algorithm>
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

VaeOptions read_options(const std::filesystem::path& path, const Safetensors& contents) {
  const std::string name = "encoder.dense.weight";
  const auto& shape = find_tensor(path, contents, name).shape;
  if (shape.empty() || shape[0] == 0 || shape[0] % 2 != 0) {
    fail_at(path, "has a tensor '", name, "' of shape ", shape_text(shape),
            ", which should start with twice the number of latent dimensions");
  }
  VaeOptions options;
  options.latent = static_cast<Index>(shape[0] / 2);
  const auto output = contents.metadata.find("output");
  if (output == contents.metadata.end() || output->second == "linear") return options;
  if (output->second != "sigmoid") {
    fail_at(path, "has the output '", output->second, "', neither linear nor sigmoid");
  }
  options.output = OutputActivation::sigmoid;
  return options;
}

}  // namespace

void save_checkpoint(const std::filesystem::path& path, Vae<float>& vae, OutputActivation output,
                     std::map<std::string, std::string> metadata) {
  Safetensors contents;
  contents.metadata = std::move(metadata);
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
    const NamedTensor& tensor = find_tensor(path, contents, parameter.name);
    if (!std::equal(tensor.shape.begin(), tensor.shape.end(), parameter.shape.begin(), parameter.shape.end(),
                    [](std::size_t a, Index b) { return a == static_cast<std::size_t>(b); })) {
      fail_at(path, "has a tensor '", parameter.name, "' of shape ", shape_text(tensor.shape),
              ", where the network needs ", shape_text(parameter.shape));
    }
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
