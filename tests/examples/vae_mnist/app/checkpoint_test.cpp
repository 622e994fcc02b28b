#include "app/checkpoint.hpp"

#include <algorithm>
#include <limits>

#include "app/evaluation.hpp"
#include "data/mnist.hpp"
#include "files/safetensors.hpp"
#include "support/catch.hpp"
#include "support/file_error_of.hpp"
#include "support/random_images.hpp"
#include "support/shared_files.hpp"
#include "support/temporary_folder.hpp"

using namespace vae_mnist;
using namespace vae_mnist_test;

namespace {

/// A checkpoint that is sound, to be spoilt.
Safetensors sound_checkpoint(const TemporaryFolder& folder) {
  Vae<float> vae({}, 5);
  save_checkpoint(folder / "sound", vae, OutputActivation::linear, {});
  return read_safetensors(folder / "sound");
}

std::string error_of(const TemporaryFolder& folder, const Safetensors& contents) {
  write_safetensors(folder / "spoilt", contents);
  return file_error_of([&] { load_checkpoint(folder / "spoilt"); });
}

}  // namespace

TEST_CASE("A network comes back from its checkpoint to the bit", "[checkpoint]") {
  const TemporaryFolder folder;
  const crisp::Threads threads(1);
  const auto images = random_images<float>({3, 1, 28, 28}, 1);
  for (const Index latent : {2, 5}) {
    for (const auto output : {OutputActivation::linear, OutputActivation::sigmoid}) {
      Vae<float> vae({latent, output}, 7);
      save_checkpoint(folder / "checkpoint", vae, output, {{"loss", "l1"}});
      Vae<float> loaded = load_checkpoint(folder / "checkpoint");
      CHECK(loaded.latent() == latent);
      CHECK(largest_difference(reconstruct(loaded, images, threads), reconstruct(vae, images, threads)) == 0);
      CHECK(read_safetensors(folder / "checkpoint").metadata.at("loss") == "l1");
    }
  }
}

TEST_CASE("A checkpoint that is not the network's is an error that names the tensor", "[checkpoint]") {
  const TemporaryFolder folder;
  const Safetensors sound = sound_checkpoint(folder);
  REQUIRE(error_of(folder, sound) == "no FileError");

  Safetensors missing = sound;
  missing.tensors.erase("decoder.deconv2.bias");
  CHECK_THAT(error_of(folder, missing), Catch::Contains("no tensor 'decoder.deconv2.bias'"));
  missing.tensors.erase("encoder.dense.weight");
  CHECK_THAT(error_of(folder, missing), Catch::Contains("no tensor 'encoder.dense.weight'"));

  Safetensors misshapen = sound;
  std::swap(misshapen.tensors["encoder.conv2.weight"].shape[0],
            misshapen.tensors["encoder.conv2.weight"].shape[1]);
  CHECK_THAT(error_of(folder, misshapen), Catch::Contains("'encoder.conv2.weight'") &&
                                              Catch::Contains("[32, 64, 3, 3]") &&
                                              Catch::Contains("[64, 32, 3, 3]"));

  Safetensors odd_latent = sound;
  odd_latent.tensors["encoder.dense.weight"] = {{3, 2304}, std::vector<float>(3 * 2304)};
  CHECK_THAT(error_of(folder, odd_latent), Catch::Contains("[3, 2304]"));

  Safetensors foreign = sound;
  foreign.tensors["encoder.conv9.weight"] = {{1}, {0}};
  CHECK_THAT(error_of(folder, foreign), Catch::Contains("'encoder.conv9.weight'"));

  Safetensors not_finite = sound;
  not_finite.tensors["decoder.dense.weight"].values[17] = std::numeric_limits<float>::quiet_NaN();
  CHECK_THAT(error_of(folder, not_finite),
             Catch::Contains("'decoder.dense.weight'") && Catch::Contains("not finite"));

  Safetensors unknown_output = sound;
  unknown_output.metadata["output"] = "tanh";
  CHECK_THAT(error_of(folder, unknown_output), Catch::Contains("'tanh'"));
}

// The paper authors' own weights, measured elsewhere with PyTorch.
TEST_CASE("The reference checkpoints reach the metrics measured for them", "[checkpoint][real_data]") {
  const auto checkpoints = crisp_test::shared_folder("reference_checkpoints");
  const auto mnist = crisp_test::shared_folder("mnist");
  if (!checkpoints || !mnist) return crisp_test::skip("the folders reference_checkpoints and mnist");
  const crisp::Images<float> images = load_mnist(*mnist, 1).test.images;
  const crisp::Threads threads(2);
  struct Row {
    const char* name;
    double psnr, ssim, kl;
  };
  for (const Row& row : {Row{"l2", 12.8734, 0.41386, 5.1607}, Row{"l1", 10.3685, 0.31434, 2.0555},
                         Row{"ssim", 11.8659, 0.48931, 8.0078}, Row{"dft_ssim", 11.6637, 0.48128, 7.8880},
                         Row{"stft_ssim", 11.9394, 0.48943, 7.8870}}) {
    CAPTURE(row.name);
    Vae<float> vae = load_checkpoint(*checkpoints / (std::string(row.name) + ".safetensors"));
    const Evaluation result = evaluate(vae, images, threads);
    CHECK(std::abs(result.psnr - row.psnr) < 0.001);
    CHECK(std::abs(result.ssim - row.ssim) < 0.0001);
    CHECK(std::abs(result.kl - row.kl) < 0.001);
    CHECK(result.images == 10000);
  }
}
