// The program under mpirun: several processes come to the weights of one.
#include <cmath>
#include <cstdlib>

#include "app/checkpoint.hpp"
#include "files/read_file.hpp"
#include "support/catch.hpp"
#include "support/temporary_folder.hpp"

using namespace vae_mnist;
using namespace vae_mnist_test;

namespace {

/// Returns the exit status of a training in a folder.
int train_in(const std::filesystem::path& folder, int processes, const std::string& options) {
  const std::string command =
      "OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1 mpirun --oversubscribe -n " +
      std::to_string(processes) + " " VAE_MNIST_PROGRAM " train --out " + folder.string() +
      " --train-images 400 --batch 32 --epochs 4 --threads 1 " + options + " 2> " + folder.string() + ".txt";
  return std::system(command.c_str());
}

double relative_difference(Vae<float>& a, Vae<float>& b) {
  double difference = 0;
  double size = 0;
  const auto a_parameters = a.parameters();
  const auto b_parameters = b.parameters();
  for (std::size_t i = 0; i < a_parameters.size(); ++i) {
    difference += (a_parameters[i].value - b_parameters[i].value).cast<double>().square().sum();
    size += b_parameters[i].value.cast<double>().square().sum();
  }
  return std::sqrt(difference / size);
}

}  // namespace

TEST_CASE("One, two and four processes come to the same weights after 52 steps", "[mpi]") {
  const TemporaryFolder folder;
  REQUIRE(train_in(folder / "1", 1, "") == 0);
  Vae<float> alone = load_checkpoint(folder / "1" / "checkpoint.safetensors");
  for (const int processes : {2, 4}) {
    CAPTURE(processes);
    const std::filesystem::path out = folder / std::to_string(processes);
    REQUIRE(train_in(out, processes, "") == 0);
    CHECK_THAT(read_file(out.string() + ".txt"), Catch::Contains(std::to_string(processes) + " processes"));
    Vae<float> together = load_checkpoint(out / "checkpoint.safetensors");
    CHECK(relative_difference(together, alone) < 1e-5);
  }
  // What two processes left, four can go on with.
  CHECK(train_in(folder / "2", 4, "--resume") == 0);
}

TEST_CASE("An error in one process ends them all", "[mpi][errors]") {
  const TemporaryFolder folder;
  REQUIRE(train_in(folder / "run", 2, "") == 0);
  CHECK(train_in(folder / "run", 2, "") != 0);
  CHECK_THAT(read_file((folder / "run").string() + ".txt"), Catch::Contains("holds a training already"));
}
