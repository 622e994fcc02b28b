#include "commands/sample_command.hpp"

#include <iostream>

#include "app/checkpoint.hpp"
#include "app/pictures.hpp"
#include "commands/option_kinds.hpp"

namespace vae_mnist {

SampleCommand::SampleCommand(CLI::App& program)
    : Command(program, "sample", "Draw samples.png and, of two latent dimensions, manifold.png") {
  CLI::App& command = subcommand();
  command.add_option("checkpoint", checkpoint_, "A checkpoint, as train writes it")->required();
  command.add_option("--out", out_, "Folder for the pictures; by default the checkpoint's");
  add_number(command, "--count", count_, "Samples to draw");
  add_number(command, "--seed", seed_, "Seed of the samples");
  add_threads(command, threads_);
}

int SampleCommand::run() {
  if (count_ < 1) crisp::detail::fail<crisp::OptionError>("--count must be at least 1, got ", count_);
  const crisp::Threads threads(threads_);
  Vae<float> vae = load_checkpoint(checkpoint_);
  const std::filesystem::path folder = out_.empty() ? checkpoint_.parent_path() : out_;
  draw_samples(folder, vae, count_, seed_, threads);
  const bool has_manifold = draw_manifold(folder, vae, threads);
  std::cout << "wrote " << (folder / "samples.png").string()
            << (has_manifold ? " and " + (folder / "manifold.png").string() : "") << "\n";
  return 0;
}

}  // namespace vae_mnist
