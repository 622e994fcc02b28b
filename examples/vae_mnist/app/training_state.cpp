#include "app/training_state.hpp"

#include <algorithm>
#include <charconv>
#include <map>
#include <sstream>
#include <utility>

#include "files/file_error.hpp"
#include "files/safetensors.hpp"

namespace vae_mnist {
namespace {

using Path = std::filesystem::path;

/// A number as a text that reads back to the bit.
template <typename Number>
std::string to_text(Number number) {
  char digits[32];
  return {digits, std::to_chars(digits, digits + sizeof digits, number).ptr};
}

const std::string& metadata(const Path& path, const Safetensors& contents, const std::string& key) {
  const auto found = contents.metadata.find(key);
  if (found == contents.metadata.end())
    fail_at(path, "is not the state of a training: it has no '", key, "'");
  return found->second;
}

template <typename Number>
Number number(const Path& path, const Safetensors& contents, const std::string& key) {
  const std::string& text = metadata(path, contents, key);
  Number value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) {
    fail_at(path, "has '", text, "' for '", key, "', which is not a number");
  }
  return value;
}

/// How many of something there were: a number that can be added to.
std::int64_t count(const Path& path, const Safetensors& contents, const std::string& key) {
  const auto value = number<std::int64_t>(path, contents, key);
  if (value < 0 || value > std::int64_t{1} << 53) {
    fail_at(path, "has ", value, " for '", key, "', which is not a count");
  }
  return value;
}

/// A time in seconds, of a century at most: the nanoseconds of a clock hold 292 years.
double duration(const Path& path, const Safetensors& contents, const std::string& key) {
  const auto value = number<double>(path, contents, key);
  if (!(value >= 0 && value <= 3.2e9)) fail_at(path, "has ", value, " for '", key, "', which is not a time");
  return value;
}

template <typename Values>
void put(Safetensors& contents, const std::string& name, const Values& values) {
  NamedTensor& tensor = contents.tensors[name];
  tensor.shape = {static_cast<std::size_t>(values.size())};
  tensor.values.assign(values.begin(), values.end());
}

template <typename Values>
const NamedTensor& find(const Path& path, const Safetensors& contents, const std::string& name,
                        const Values& like) {
  const auto found = contents.tensors.find(name);
  if (found == contents.tensors.end()) fail_at(path, "has no tensor '", name, "'");
  if (found->second.values.size() != static_cast<std::size_t>(like.size())) {
    fail_at(path, "has ", found->second.values.size(), " numbers in '", name, "', where there should be ",
            like.size());
  }
  return found->second;
}

/// The first line that differs, of each.
std::pair<std::string, std::string> first_difference(const std::string& a, const std::string& b) {
  std::istringstream a_lines(a);
  std::istringstream b_lines(b);
  std::string a_line;
  std::string b_line;
  do {
    if (!std::getline(a_lines, a_line)) a_line = "nothing";
    if (!std::getline(b_lines, b_line)) b_line = "nothing";
  } while (a_line == b_line && a_line != "nothing");
  return {a_line, b_line};
}

/// Calls visit(name, values) for all that is restored to the bit.
template <typename Visit>
void for_each_array(Vae<float>& vae, Optimizer<float>& optimizer, const Visit& visit) {
  for (Parameter<float>& parameter : vae.parameters()) visit(parameter.name, parameter.value);
  optimizer.for_each_array(visit);
}

}  // namespace

std::string training_to_bytes(Vae<float>& vae, Optimizer<float>& optimizer, const TrainingState& state) {
  Safetensors contents;
  contents.metadata = {{"description", state.description},         {"history", state.history},
                       {"steps", to_text(optimizer.steps())},      {"images", to_text(state.past.images)},
                       {"loss_sum", to_text(state.past.loss_sum)}, {"seconds", to_text(state.past.seconds)}};
  for_each_array(vae, optimizer,
                 [&](const std::string& name, const auto& values) { put(contents, name, values); });
  return to_bytes(contents);
}

void check_same_training(const Path& path, const std::string& description, const std::string& expected) {
  if (description == expected) return;
  const auto [theirs, ours] = first_difference(description, expected);
  fail_at<OtherTrainingError>(path, "is of another training: it has '", theirs, "', not '", ours, "'");
}

TrainingState load_training(const Path& path, const std::string& expected_description, Vae<float>& vae,
                            Optimizer<float>& optimizer) {
  const Safetensors contents = read_safetensors(path);
  TrainingState state;
  state.description = metadata(path, contents, "description");
  check_same_training(path, state.description, expected_description);
  state.history = metadata(path, contents, "history");
  state.past.steps = count(path, contents, "steps");
  state.past.images = count(path, contents, "images");
  state.past.loss_sum = number<double>(path, contents, "loss_sum");
  state.past.seconds = duration(path, contents, "seconds");
  // All of it is there before anything is changed.
  for_each_array(vae, optimizer,
                 [&](const std::string& name, const auto& values) { find(path, contents, name, values); });
  for_each_array(vae, optimizer, [&](const std::string& name, auto& values) {
    const NamedTensor& tensor = find(path, contents, name, values);
    std::copy(tensor.values.begin(), tensor.values.end(), values.begin());
  });
  optimizer.set_steps(state.past.steps);
  return state;
}

}  // namespace vae_mnist
