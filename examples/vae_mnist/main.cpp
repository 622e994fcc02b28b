// vae_mnist: train, evaluate and sample the paper's variational autoencoder.
#include <algorithm>

#include "app/exit_status.hpp"
#include "commands/command_line.hpp"

int main(int argc, char** argv) {
  vae_mnist::CommandLine command_line;
  int status = 0;
  const int failure = vae_mnist::exit_status_of("vae_mnist", command_line.program(), [&] {
    command_line.parse(argc, argv);
    status = command_line.run();
  });
  return std::max(status, failure);
}
