#include "commands/evaluate_command.hpp"

#include <iomanip>
#include <iostream>
#include <nlohmann/json.hpp>

#include "app/checkpoint.hpp"
#include "app/evaluation.hpp"
#include "commands/option_kinds.hpp"
#include "compare/measures.hpp"

namespace vae_mnist {

EvaluateCommand::EvaluateCommand(CLI::App& program)
    : Command(program, "evaluate", "PSNR, SSIM and KL of a checkpoint on the test images") {
  CLI::App& command = subcommand();
  command.add_option("checkpoint", checkpoint_, "A checkpoint, as train writes it")->required();
  data_.add_to(command);
  data_.add_validation_to(command);
  command.add_flag("--json", json_, "Print one JSON object: psnr, ssim, kl, images");
  command.add_flag("--sharpness", sharpness_,
                   "Measure MS-SSIM, fine detail and phase coherence, too, which takes longer");
  add_threads(command, threads_);
}

int EvaluateCommand::run() {
  const crisp::Threads threads(threads_);
  Vae<float> vae = load_checkpoint(checkpoint_);
  const Dataset test = data_.load().test;
  std::vector<std::pair<std::string, double>> results;
  if (sharpness_) {
    const Measures measures = Measurer(test.images, threads)(vae);
    for (const MeasureColumn& column : measure_columns()) {
      results.emplace_back(json_ ? column.key : column.title, measures.*column.field);
    }
  } else {
    const Evaluation result = evaluate(vae, test.images, threads);
    results = {{json_ ? "psnr" : "PSNR, dB", result.psnr},
               {json_ ? "ssim" : "SSIM", result.ssim},
               {json_ ? "kl" : "KL", result.kl}};
  }
  print(results, test);
  return 0;
}

void EvaluateCommand::print(const std::vector<std::pair<std::string, double>>& results,
                            const Dataset& test) const {
  if (json_) {
    nlohmann::ordered_json object;
    for (const auto& [name, value] : results) object[name] = value;
    object["images"] = test.images.dimension(0);
    std::cout << object << "\n";
    return;
  }
  std::cout << std::fixed << std::setprecision(4);
  for (const auto& [name, value] : results) std::cout << name << ": " << value << "; ";
  std::cout << "means over " << test.images.dimension(0) << " images (" << test.name << ")\n";
}

}  // namespace vae_mnist
