#include "commands/compare_command.hpp"

#include <iostream>
#include <string>

#include "commands/option_kinds.hpp"
#include "compare/rows.hpp"

namespace vae_mnist {

CompareCommand::CompareCommand(CLI::App& program)
    : Command(program, "compare",
              "Train a network for every row of the comparison and every seed; "
              "write table.md, table.csv, report.html") {
  CLI::App& command = subcommand();
  std::string names;
  for (const Row& row : comparison_rows()) names += (names.empty() ? "" : ", ") + row.name;
  command.add_option("--rows", options_.rows, "Rows, such as l2,ssim; by default all: " + names)
      ->delimiter(',');
  command.add_option("--seeds", options_.seeds, "Seeds, such as 1,2,3")
      ->delimiter(',')
      ->capture_default_str();
  data_.add_to(command);
  data_.add_training_options_to(command);
  add_number(command, "--epochs", options_.epochs, "Times through the training images, for every run");
  command.add_option("--references", options_.references,
                     "Folder with the authors' checkpoints, to be measured too");
  command
      .add_option("--out", options_.out,
                  "Folder for runs, tables and report; what is done there is not done again")
      ->capture_default_str();
  add_threads(command, options_.threads);
}

int CompareCommand::run() {
  const int signal = compare(options_, data_.load());
  if (signal == 0) std::cerr << "table.md, table.csv and report.html are in " << options_.out << "\n";
  return status_of_signal(signal);
}

}  // namespace vae_mnist
