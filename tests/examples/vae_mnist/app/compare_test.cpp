// The comparison: what it runs, what it does not run again, and what it makes of it.
#include "compare/compare.hpp"

#include <cmath>
#include <set>

#include "app/checkpoint.hpp"
#include "app/evaluation.hpp"
#include "compare/chart.hpp"
#include "compare/report.hpp"
#include "compare/results.hpp"
#include "data/drawn_digits.hpp"
#include "files/history_csv.hpp"
#include "files/read_file.hpp"
#include "support/catch.hpp"
#include "support/file_error_of.hpp"
#include "support/temporary_folder.hpp"

using namespace vae_mnist;
using namespace vae_mnist_test;

namespace {

const DataSplit& few_digits() {
  static const DataSplit split = drawn_digits({3, 200, 30});
  return split;
}

CompareOptions quick_comparison(const std::filesystem::path& out) {
  CompareOptions options;
  options.rows = {"l1", "our_stft_ssim"};
  options.seeds = {1, 7};
  options.epochs = 1;
  options.threads = 2;
  options.out = out;
  return options;
}

std::size_t count(const std::string& text, const std::string& part) {
  std::size_t found = 0;
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++found;
  return found;
}

}  // namespace

TEST_CASE("A comparison trains every row and seed once, and writes tables and a report", "[compare]") {
  const TemporaryFolder folder;
  const CompareOptions options = quick_comparison(folder / "out");
  CHECK(compare(options, few_digits()) == 0);

  const std::string csv = read_file(folder / "out" / "table.csv");
  CHECK(csv.rfind("row,seed,psnr,ssim,ms_ssim,kl,high_frequency,coherence\nl1,1,", 0) == 0);
  CHECK(count(csv, "\n") == 5);
  CHECK(count(csv, "our_stft_ssim,7,") == 1);
  const std::string markdown = read_file(folder / "out" / "table.md");
  CHECK(count(markdown, "\n") == 4);
  CHECK(count(markdown, "| L1 | 2 |") == 1);
  CHECK(count(markdown, "10.13 / 0.32") == 1);

  const std::string report = read_file(folder / "out" / "report.html");
  CHECK(count(report, "data:image/png;base64,iVBORw0KGgo") == 6);  // what PNG files start with
  CHECK(count(report, "<svg") == 3);
  CHECK(count(report, "compare --data MNIST --epochs 1 --seeds 1,7 --rows l1,our_stft_ssim<") == 1);
  CHECK(count(report, "src='http") == 0);

  // The measures are those of the checkpoint.
  const std::filesystem::path run = folder / "out" / "l1" / "seed-7";
  Vae<float> vae = load_checkpoint(run / "checkpoint.safetensors");
  const crisp::Threads one(1);
  const Evaluation evaluation = evaluate(vae, few_digits().test.images, one);
  const RunRecord record = load_record(run / "measures.json");
  CHECK(record.measures.psnr == evaluation.psnr);
  CHECK(record.measures.ssim == evaluation.ssim);
  CHECK_FALSE(std::filesystem::exists(run / "training.safetensors"));

  // Nothing is run again, not even where only the records are left; what was asked for before is still there.
  std::filesystem::remove(run / "checkpoint.safetensors");
  CompareOptions again = options;
  again.rows = {"l1"};
  CHECK(compare(again, few_digits()) == 0);
  CHECK_FALSE(std::filesystem::exists(run / "checkpoint.safetensors"));
  CHECK(read_file(folder / "out" / "table.csv") == csv);

  again.epochs = 2;
  CHECK_THAT(file_error_of([&] { compare(again, few_digits()); }),
             Catch::Contains("'epochs 1', not 'epochs 2'"));
}

TEST_CASE("A comparison that makes no sense is refused before anything is written", "[compare][errors]") {
  const TemporaryFolder folder;
  CompareOptions options = quick_comparison(folder / "out");
  options.rows = {"l1", "l3"};
  CHECK_THROWS_WITH(compare(options, few_digits()), Catch::Contains("no row 'l3'"));
  options.rows = {};
  options.seeds = {};
  CHECK_THROWS_WITH(compare(options, few_digits()), Catch::Contains("at least 1 seed"));
  options = quick_comparison(folder / "out");
  options.references = folder / "nowhere";
  CHECK_THAT(file_error_of([&] { compare(options, few_digits()); }), Catch::Contains("nowhere"));
  CHECK(folder.size() == 0);
}

TEST_CASE("Every row is trained in a way of its own", "[compare]") {
  std::set<std::string> descriptions;
  for (const Row& row : comparison_rows()) descriptions.insert(describe(row.options, few_digits()));
  CHECK(descriptions.size() == comparison_rows().size());
}

TEST_CASE("Mean and standard deviation over runs", "[compare]") {
  std::vector<Measures> runs(3);
  runs[0].psnr = 1;
  runs[1].psnr = 2;
  runs[2].psnr = 6;
  CHECK(spread_of(runs, &Measures::psnr).mean == Approx(3));
  CHECK(spread_of(runs, &Measures::psnr).deviation == Approx(std::sqrt(7.0)));
  runs.resize(1);
  CHECK(spread_of(runs, &Measures::psnr).deviation == 0);
}

TEST_CASE("A record that is none is an error that names the file", "[compare][errors]") {
  const TemporaryFolder folder;
  put(folder / "measures.json", "{\"description\": \"a run\"}");
  CHECK_THAT(file_error_of([&] { load_record(folder / "measures.json"); }), Catch::Contains("measures.json"));
  put(folder / "measures.json", "no JSON");
  CHECK_THAT(file_error_of([&] { load_record(folder / "measures.json"); }), Catch::Contains("measures.json"));
}

TEST_CASE("Charts are drawn of what is finite", "[compare]") {
  const double nan = std::nan("");
  const std::string chart =
      line_chart("A < B", "epoch", {{"first", {1, 2, 3}, {1, nan, 5}}, {"second", {1}, {2}}});
  CHECK(count(chart, "<polyline") == 2);
  CHECK(count(chart, "A &lt; B") == 1);
  CHECK(count(chart, "nan") == 0);
  CHECK(count(line_chart("empty", "epoch", {}), "nothing yet") == 1);
}

TEST_CASE("A history reads back as it was written", "[compare]") {
  const TemporaryFolder folder;
  HistoryCsv history(folder / "history.csv", {"epoch", "ssim"});
  history.add({1, 0.1});
  history.add({2, -1e-300});
  const HistoryTable table = read_history(folder / "history.csv");
  CHECK(table.column("epoch") == std::vector<double>{1, 2});
  CHECK(table.column("ssim") == std::vector<double>{0.1, -1e-300});
  CHECK_THROWS_WITH(table.column("psnr"), Catch::Contains("'psnr'"));
  put(folder / "history.csv", "epoch,ssim\n1,x\n");
  CHECK_THAT(file_error_of([&] { read_history(folder / "history.csv"); }),
             Catch::Contains("line 2 with 'x'"));
  put(folder / "history.csv", "epoch,ssim\n1\n");
  CHECK_THAT(file_error_of([&] { read_history(folder / "history.csv"); }),
             Catch::Contains("line 2 of 1 numbers"));
  put(folder / "history.csv", "epoch,ssim\n1,2,3\n");
  CHECK_THAT(file_error_of([&] { read_history(folder / "history.csv"); }), Catch::Contains("column 3"));
}
