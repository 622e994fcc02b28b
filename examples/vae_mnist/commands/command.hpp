// One subcommand: its options, and what it does.
#pragma once

#include <CLI/CLI.hpp>
#include <string>

namespace vae_mnist {

class Command {
 public:
  /// Adds itself to a program.
  Command(CLI::App& program, const std::string& name, const std::string& description)
      : subcommand_(*program.add_subcommand(name, description)) {}
  Command(const Command&) = delete;
  virtual ~Command() = default;

  /// Whether it is what the command line asks for.
  bool is_wanted() const { return subcommand_.parsed(); }

  /// Does it. The exit status: 0, or what a shell makes of a program that a signal ended.
  virtual int run() = 0;

 protected:
  CLI::App& subcommand() { return subcommand_; }

 private:
  CLI::App& subcommand_;
};

/// The exit status of a program that a signal ended, if one did.
inline int status_of_signal(int signal) { return signal == 0 ? 0 : 128 + signal; }

}  // namespace vae_mnist
