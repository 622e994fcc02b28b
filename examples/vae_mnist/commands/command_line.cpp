#include "commands/command_line.hpp"

#include <initializer_list>

namespace vae_mnist {

CommandLine::CommandLine()
    : program_("The variational autoencoder of arXiv 2401.03166 on MNIST, trained with crisp's gradients.",
               "vae_mnist"),
      train_(program_),
      compare_(program_),
      evaluate_(program_),
      sample_(program_) {
  program_.require_subcommand(1);
}

int CommandLine::run() {
  for (Command* command : std::initializer_list<Command*>{&train_, &compare_, &evaluate_, &sample_}) {
    if (command->is_wanted()) return command->run();
  }
  return 0;
}

}  // namespace vae_mnist
