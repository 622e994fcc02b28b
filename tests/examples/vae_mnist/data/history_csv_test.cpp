#include "files/history_csv.hpp"

#include <limits>
#include <stdexcept>

#include "files/read_file.hpp"
#include "support/catch.hpp"
#include "support/file_error_of.hpp"
#include "support/temporary_folder.hpp"

using namespace vae_mnist;
using namespace vae_mnist_test;

TEST_CASE("A history is whole on the disk after every row") {
  const TemporaryFolder folder;
  HistoryCsv history(folder / "history.csv", {"epoch", "loss"});
  CHECK(folder.size() == 0);
  history.add({1, 0.5});
  CHECK(read_file(folder / "history.csv") == "epoch,loss\n1,0.5\n");
  history.add({2, -1e-9});
  CHECK(read_file(folder / "history.csv") == "epoch,loss\n1,0.5\n2,-1e-09\n");
  CHECK(folder.size() == 1);
}

TEST_CASE("A history's numbers read back as the same doubles") {
  const TemporaryFolder folder;
  HistoryCsv history(folder / "h", {"x"});
  for (const double number : {1.0 / 3, 0.1, std::numeric_limits<double>::denorm_min(), 1e300}) {
    history.add({number});
    const std::string text = read_file(folder / "h");
    const std::size_t last_line = text.rfind('\n', text.size() - 2) + 1;
    CHECK(std::stold(text.substr(last_line)) == Catch::Approx(number).epsilon(0));
  }
  history.add({std::numeric_limits<double>::quiet_NaN()});
  CHECK(read_file(folder / "h").find("nan\n") != std::string::npos);
}

TEST_CASE("A history keeps a row that could not be written for the next time") {
  const TemporaryFolder folder;
  HistoryCsv history(folder / "later/h", {"x"});
  CHECK_THROWS_AS(history.add({1}), FileError);
  std::filesystem::create_directory(folder / "later");
  history.add({2});
  CHECK(read_file(folder / "later/h") == "x\n1\n2\n");
}

TEST_CASE("A history of no table is refused") {
  CHECK_THROWS_AS(HistoryCsv("h", {}), std::invalid_argument);
  CHECK_THROWS_AS(HistoryCsv("h", {"a,b"}), std::invalid_argument);
  HistoryCsv history("h", {"a", "b"});
  CHECK_THROWS_AS(history.add({1}), std::invalid_argument);
}
