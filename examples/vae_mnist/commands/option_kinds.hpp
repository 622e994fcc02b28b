// Kinds of options that several commands have.
#pragma once

#include <CLI/CLI.hpp>
#include <algorithm>
#include <string>
#include <thread>

#include "app/choices.hpp"

namespace vae_mnist {

/// An option that takes one of a few names.
template <typename Value, typename Variable>
void add_choice(CLI::App& command, const std::string& option, Variable& variable, const std::string& help) {
  std::string names;
  for (const auto& [name, value] : choices<Value>()) {
    names += (names.empty() ? "" : ", ") + name;
    if (variable == value) names += " (default)";
  }
  command
      .add_option_function<std::string>(
          option,
          [&variable, option, names](const std::string& name) {
            const auto found = choices<Value>().find(name);
            if (found == choices<Value>().end())
              throw CLI::ValidationError(option, "is one of " + names + ", got '" + name + "'");
            variable = found->second;
          },
          help + ": " + names)
      ->type_name("NAME");
}

template <typename Variable>
void add_number(CLI::App& command, const std::string& option, Variable& variable, const std::string& help) {
  command.add_option(option, variable, help)->capture_default_str();
}

inline void add_threads(CLI::App& command, int& threads) {
  threads = static_cast<int>(std::max(1U, std::thread::hardware_concurrency()));
  add_number(command, "--threads", threads, "Threads to work with; results do not depend on it");
}

}  // namespace vae_mnist
