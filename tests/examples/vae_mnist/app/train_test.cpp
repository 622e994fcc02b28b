#include "app/train.hpp"

#include <algorithm>
#include <fstream>
#include <iterator>

#include "app/checkpoint.hpp"
#include "app/evaluation.hpp"
#include "app/starts.hpp"
#include "data/drawn_digits.hpp"
#include "data/drawn_faces.hpp"
#include "few_digits.hpp"
#include "files/history_csv.hpp"
#include "files/read_file.hpp"
#include "support/catch.hpp"
#include "support/file_error_of.hpp"
#include "support/random_images.hpp"
#include "support/temporary_folder.hpp"

using namespace vae_mnist;
using namespace vae_mnist_test;

namespace {

TrainOptions quick_options(const std::filesystem::path& out) {
  TrainOptions options;
  options.epochs = 1;
  options.batch = 64;
  options.rate.minimum = 1e-3;
  options.rate.maximum = 1e-3;
  options.out = out;
  return options;
}

}  // namespace

TEST_CASE("Training lowers every loss and writes its files", "[train]") {
  const crisp::Threads threads(2);
  for (const std::string& name : reconstruction_loss_names()) {
    CAPTURE(name);
    const TemporaryFolder folder;
    TrainOptions options = quick_options(folder / "run");
    options.loss.name = name;
    options.epochs = 3;
    options.threads = 2;
    train(options, few_digits());

    const std::filesystem::path run = folder / "run";
    for (const char* file :
         {"checkpoint.safetensors", "history.csv", "reconstructions.png", "samples.png", "manifold.png"}) {
      CHECK(std::filesystem::file_size(run / file) > 100);
    }
    std::ifstream history(run / "history.csv");
    std::string line;
    std::vector<double> losses;
    std::getline(history, line);
    CHECK(line == "epoch,steps,loss,psnr,ssim,kl,learning_rate,seconds,images_per_second");
    while (std::getline(history, line)) {
      const std::size_t first = line.find(',', line.find(',') + 1) + 1;
      losses.push_back(std::stod(line.substr(first)));
    }
    REQUIRE(losses.size() == 3);
    CHECK(losses[2] < losses[0]);
    Vae<float> vae = load_checkpoint(run / "checkpoint.safetensors");
    CHECK(evaluate(vae, few_digits().test.images, threads).ssim > 0);
  }
}

TEST_CASE("Pictures of other sizes and in colour are learnt as digits are", "[train]") {
  const TemporaryFolder folder;
  const DataSplit faces = drawn_faces({20, 1, 120, 10});
  for (const char* name : {"l2", "stft+ssim"}) {
    TrainOptions options = quick_options(folder / name);
    options.loss.name = name;
    options.epochs = 8;
    options.batch = 16;
    options.latent = 8;
    train(options, faces);
    Vae<float> vae = load_checkpoint(options.out / "checkpoint.safetensors");
    CHECK(vae.image() == ImageShape{3, 20, 20});
    const crisp::Threads one(1);
    CHECK(evaluate(vae, faces.test.images, one).psnr > 8);
    CHECK(std::filesystem::file_size(options.out / "reconstructions.png") > 100);
  }
  CHECK_THROWS_WITH(train(quick_options(folder / "odd"), drawn_faces({21, 1, 2, 2})),
                    Catch::Contains("3x21x21"));
}

TEST_CASE("The same seed gives the same weights on any number of threads", "[train]") {
  const TemporaryFolder folder;
  std::vector<std::string> checkpoints;
  for (const int threads : {1, 2, 5}) {
    TrainOptions options = quick_options(folder / std::to_string(threads));
    options.threads = threads;
    train(options, few_digits());
    checkpoints.push_back(read_file(options.out / "checkpoint.safetensors"));
  }
  CHECK(checkpoints[0] == checkpoints[1]);
  CHECK(checkpoints[0] == checkpoints[2]);

  TrainOptions other = quick_options(folder / "other");
  other.seed = 2;
  train(other, few_digits());
  CHECK(read_file(other.out / "checkpoint.safetensors") != checkpoints[0]);
}

TEST_CASE("Options outside their range are refused before anything is written", "[train][errors]") {
  const TemporaryFolder folder;
  const auto refuses = [&](auto&& spoil, const std::string& words) {
    TrainOptions options = quick_options(folder / "run");
    spoil(options);
    CHECK_THROWS_WITH(train(options, few_digits()), Catch::Contains(words));
    CHECK(folder.size() == 0);
  };
  refuses([](TrainOptions& o) { o.loss.name = "l3"; }, "'l3'");
  refuses([](TrainOptions& o) { o.loss.frequency_weight = -1; }, "-1");
  refuses([](TrainOptions& o) { o.loss.weight = -2; }, "-2");
  refuses([](TrainOptions& o) { o.loss.stft.window = 1; }, "1x1");
  refuses([](TrainOptions& o) { o.beta = -0.5; }, "-0.5");
  refuses([](TrainOptions& o) { o.frequency_warm_up = -1; }, "got -1");
  refuses([](TrainOptions& o) { o.save_every = 0; }, "got 0");
  refuses([](TrainOptions& o) { o.epochs = 0; }, "got 0");
  refuses([](TrainOptions& o) { o.batch = -3; }, "-3");
  refuses([](TrainOptions& o) { o.latent = 0; }, "got 0");
  refuses([](TrainOptions& o) { o.threads = 0; }, "got 0");
  refuses([](TrainOptions& o) { o.rate.minimum = 2; }, "minimum 2");
  refuses([](TrainOptions& o) { o.optimizer.adam.beta1 = 1; }, "beta1");
  refuses(
      [](TrainOptions& o) {
        o.loss.name = "bce";
        o.output = OutputActivation::linear;
      },
      "bce");
}

TEST_CASE("A training that is in the folder is not lost by accident", "[train][errors]") {
  const TemporaryFolder folder;
  TrainOptions options = quick_options(folder / "run");
  train(options, few_digits());
  const std::string before = read_file(options.out / "checkpoint.safetensors");
  options.seed = 2;
  CHECK_THAT(file_error_of([&] { train(options, few_digits()); }),
             Catch::Contains("holds a training already"));
  CHECK(read_file(options.out / "checkpoint.safetensors") == before);
  options.overwrite = true;
  train(options, few_digits());
  CHECK(read_file(options.out / "checkpoint.safetensors") != before);
}

TEST_CASE("A folder that cannot be written to is an error that names it", "[train][errors]") {
  const TemporaryFolder folder;
  put(folder / "file", "not a folder");
  const TrainOptions options = quick_options((folder / "file") / "run");
  CHECK_THAT(file_error_of([&] { train(options, few_digits()); }), Catch::Contains("file/run"));
}

TEST_CASE("Of several starts the one of the lowest loss is trained, as its seed alone would be",
          "[train][starts]") {
  const TemporaryFolder folder;
  TrainOptions options = quick_options(folder / "several");
  options.epochs = 3;
  options.starts = 4;
  options.start_epochs = 2;
  train(options, few_digits());

  const std::vector<double> losses = read_history(folder / "several" / "starts.csv").column("loss");
  REQUIRE(losses.size() == 4);
  std::vector<double> alone;
  for (Index start = 0; start < 4; ++start) {
    TrainOptions one = quick_options(folder / std::to_string(start));
    one.epochs = 3;
    one.seed = seed_of_start(options, start);
    train(one, few_digits());
    alone.push_back(read_history(one.out / "history.csv").column("loss")[1]);
  }
  CHECK(alone == losses);
  const auto best = std::min_element(losses.begin(), losses.end()) - losses.begin();
  CHECK(*std::max_element(losses.begin(), losses.end()) > losses[static_cast<std::size_t>(best)]);
  CHECK(read_file(folder / "several" / "checkpoint.safetensors") ==
        read_file(folder / std::to_string(best) / "checkpoint.safetensors"));

  options.start_epochs = 4;
  CHECK_THROWS_WITH(train(options, few_digits()), Catch::Contains("no more than all, got 4"));
}
