#include "compare/compare.hpp"

#include <algorithm>
#include <iostream>
#include <set>
#include <string>

#include "app/checkpoint.hpp"
#include "app/saved_states.hpp"
#include "app/train.hpp"
#include "app/training_state.hpp"
#include "compare/measures.hpp"
#include "compare/report.hpp"
#include "compare/results.hpp"
#include "compare/rows.hpp"
#include "crisp/core/errors.hpp"
#include "files/atomic_file.hpp"
#include "files/file_error.hpp"

namespace vae_mnist {
namespace {

constexpr const char* record_name = "measures.json";

const Row& row_of(const std::string& name) {
  std::string known;
  for (const Row& row : comparison_rows()) {
    if (row.name == name) return row;
    known += (known.empty() ? "" : ", ") + row.name;
  }
  crisp::detail::fail<crisp::OptionError>("there is no row '", name, "'; there are ", known);
}

std::filesystem::path run_folder(const std::string& row, std::uint64_t seed) {
  return std::filesystem::path(row) / ("seed-" + std::to_string(seed));
}

class Comparing {
 public:
  Comparing(const CompareOptions& options, const DataSplit& split)
      : options_(options), split_(split), threads_(options.threads), measure_(split.test.images, threads_) {
    for (const std::string& name : options.rows) row_of(name);
    if (options.seeds.empty())
      crisp::detail::fail<crisp::OptionError>("a comparison needs at least 1 seed, got 0");
    measure_references();
  }

  int run() {
    for (const Row& row : comparison_rows()) {
      if (!options_.rows.empty() && std::count(options_.rows.begin(), options_.rows.end(), row.name) == 0)
        continue;
      for (const std::uint64_t seed : options_.seeds) {
        if (is_done(row, seed)) continue;
        if (const int signal = run_one(row, seed)) return signal;
        write_outcome();
      }
    }
    write_outcome();  // also where all was done before
    return 0;
  }

 private:
  TrainOptions training(const Row& row, std::uint64_t seed) const {
    TrainOptions training = row.options;
    training.epochs = options_.epochs;
    training.start_epochs = std::min(training.start_epochs, options_.epochs);
    training.seed = seed;
    training.threads = options_.threads;
    training.out = options_.out / run_folder(row.name, seed);
    training.resume = true;
    return training;
  }

  std::filesystem::path record_of(const Row& row, std::uint64_t seed) const {
    return options_.out / run_folder(row.name, seed) / record_name;
  }

  /// Throws FileError if what is done is another training.
  bool is_done(const Row& row, std::uint64_t seed) const {
    const std::filesystem::path record = record_of(row, seed);
    if (!std::filesystem::exists(record)) return false;
    check_same_training(record, load_record(record).description, describe(training(row, seed), split_));
    return true;
  }

  int run_one(const Row& row, std::uint64_t seed) {
    const TrainOptions training = this->training(row, seed);
    std::cerr << row.title << ", seed " << seed << ", into " << training.out << "\n";
    if (const int signal = train(training, split_)) return signal;
    Vae<float> vae = load_checkpoint(training.out / "checkpoint.safetensors");
    save_record(record_of(row, seed), {describe(training, split_), measure_(vae)});
    SavedStates(training.out).remove();  // all is done
    return 0;
  }

  void measure_references() {
    if (options_.references.empty()) return;
    for (const Row& row : comparison_rows()) {
      if (row.reference.empty()) continue;
      Vae<float> vae = load_checkpoint(options_.references / (row.reference + ".safetensors"));
      references_.push_back({row, measure_(vae)});
    }
  }

  void write_outcome() const {
    const Comparison comparison = gather();
    write_atomically(options_.out / "table.md", markdown_table(comparison));
    write_atomically(options_.out / "table.csv", csv_table(comparison));
    write_atomically(options_.out / "report.html", html_report(comparison, options_.out));
  }

  /// All runs that are done.
  Comparison gather() const {
    Comparison comparison;
    comparison.data = std::to_string(split_.test.images.dimension(0)) + " images (" + split_.test.name + ")";
    comparison.references = references_;
    for (const Row& row : comparison_rows()) {
      RowResult result{row, seeds_done(row.name), {}};
      if (result.seeds.empty()) continue;
      for (const std::uint64_t seed : result.seeds) {
        result.runs.push_back(load_record(record_of(row, seed)).measures);
      }
      comparison.folders.push_back(run_folder(row.name, result.seeds.front()));
      comparison.rows.push_back(result);
    }
    comparison.command = command_for(comparison.rows);
    return comparison;
  }

  /// The command that makes all that is done.
  std::string command_for(const std::vector<RowResult>& rows) const {
    std::set<std::uint64_t> seeds;
    std::string command = "vae_mnist compare --data MNIST --epochs " + std::to_string(options_.epochs);
    for (const RowResult& result : rows) seeds.insert(result.seeds.begin(), result.seeds.end());
    const auto add_list = [&](const char* option, const auto& items, const auto& text_of) {
      const char* separator = option;
      for (const auto& item : items) {
        command += separator + text_of(item);
        separator = ",";
      }
    };
    add_list(" --seeds ", seeds, [](std::uint64_t seed) { return std::to_string(seed); });
    if (rows.size() < comparison_rows().size()) {
      add_list(" --rows ", rows, [](const RowResult& result) { return result.row.name; });
    }
    return command + (references_.empty() ? "" : " --references AUTHORS_CHECKPOINTS");
  }

  std::vector<std::uint64_t> seeds_done(const std::string& row) const {
    const std::string prefix = "seed-";
    std::vector<std::uint64_t> seeds;
    if (!std::filesystem::exists(options_.out / row)) return seeds;
    for (const auto& entry : std::filesystem::directory_iterator(options_.out / row)) {
      const std::string name = entry.path().filename().string();
      if (name.rfind(prefix, 0) != 0 || !std::filesystem::exists(entry.path() / record_name)) continue;
      seeds.push_back(std::stoull(name.substr(prefix.size())));
    }
    std::sort(seeds.begin(), seeds.end());
    return seeds;
  }

  const CompareOptions& options_;
  const DataSplit& split_;
  crisp::Threads threads_;
  Measurer measure_;
  std::vector<Reference> references_;
};

}  // namespace

int compare(const CompareOptions& options, const DataSplit& split) { return Comparing(options, split).run(); }

}  // namespace vae_mnist
