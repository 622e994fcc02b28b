// Whatever arguments vae_mnist is given, one a line: they are understood, or CLI::ParseError says why not. Nothing is done.
//
// A byte from 0x80 on stands for a word that the program knows, since few mutations spell one.
#include "commands/command_line.hpp"

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include "app/choices.hpp"

namespace {

template <typename Value>
void append_choices(std::vector<std::string>& words) {
  for (const auto& [name, value] : vae_mnist::choices<Value>()) words.push_back(name);
}

/// Commands, their options, and a few of their values.
std::vector<std::string> known_words() {
  std::vector<std::string> words;
  const vae_mnist::CommandLine command_line;
  for (const CLI::App* command : command_line.program().get_subcommands({})) {
    words.push_back(command->get_name());
    for (const CLI::Option* option : command->get_options()) words.push_back(option->get_name());
  }
  append_choices<crisp::WindowShape>(words);
  append_choices<crisp::SpectralDistance>(words);
  std::sort(words.begin(), words.end());
  words.erase(std::unique(words.begin(), words.end()), words.end());
  return words;
}

std::vector<std::string> arguments_of(const std::uint8_t* data, std::size_t size) {
  static const std::vector<std::string> words = known_words();
  std::vector<std::string> arguments{"vae_mnist", ""};
  for (std::size_t i = 0; i < size; ++i) {
    if (data[i] == '\n') {
      arguments.emplace_back();
    } else if (data[i] >= 0x80) {
      arguments.back() += words[(data[i] - 0x80U) % words.size()];
    } else {
      arguments.back() += static_cast<char>(data[i]);
    }
  }
  return arguments;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::vector<std::string> arguments = arguments_of(data, size);
  std::vector<const char*> pointers;
  for (const std::string& argument : arguments) pointers.push_back(argument.c_str());
  vae_mnist::CommandLine command_line;
  try {
    command_line.parse(static_cast<int>(pointers.size()), pointers.data());
  } catch (const CLI::ParseError&) {
  }
  return 0;
}
