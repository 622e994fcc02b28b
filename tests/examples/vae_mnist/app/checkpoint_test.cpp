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
Safetensors sound_checkpoint(const TemporaryFolder& folder, const ImageShape& image = {1, 28, 28}) {
  Vae<float> vae({2, OutputActivation::linear, 0, image}, 5);
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

TEST_CASE("A network for colour images comes back from its checkpoint", "[checkpoint]") {
  const TemporaryFolder folder;
  const crisp::Threads threads(1);
  const auto images = random_images<float>({3, 3, 12, 20}, 1);
  Vae<float> vae({3, OutputActivation::sigmoid, 0, {3, 12, 20}}, 7);
  save_checkpoint(folder / "checkpoint", vae, OutputActivation::sigmoid, {});
  CHECK(read_safetensors(folder / "checkpoint").metadata.at("image") == "3x12x20");
  Vae<float> loaded = load_checkpoint(folder / "checkpoint");
  CHECK(loaded.image() == ImageShape{3, 12, 20});
  CHECK(largest_difference(reconstruct(loaded, images, threads), reconstruct(vae, images, threads)) == 0);
}

TEST_CASE("Without an image in its metadata a checkpoint is for 28x28", "[checkpoint]") {
  const TemporaryFolder folder;
  for (const Index channels : {1, 3}) {
    Safetensors contents = sound_checkpoint(folder, {channels, 28, 28});
    contents.metadata.erase("image");
    write_safetensors(folder / "bare", contents);
    CHECK(load_checkpoint(folder / "bare").image() == ImageShape{channels, 28, 28});
  }
  Safetensors other = sound_checkpoint(folder, {3, 12, 20});
  other.metadata.erase("image");
  CHECK_THAT(error_of(folder, other), Catch::Contains("'decoder.dense.weight'") &&
                                          Catch::Contains("[480, 2]") && Catch::Contains("3x28x28") &&
                                          Catch::Contains("[1568, 2]"));
}

TEST_CASE("An image that the checkpoint's tensors are not for is an error", "[checkpoint]") {
  const TemporaryFolder folder;
  const Safetensors sound = sound_checkpoint(folder, {3, 12, 40});
  REQUIRE(error_of(folder, sound) == "no FileError");
  const auto error_with = [&](const std::string& image) {
    Safetensors spoilt = sound;
    spoilt.metadata["image"] = image;
    return error_of(folder, spoilt);
  };
  for (const char* text : {"", "12x40", "3x12x40x1", "3x12x40 ", " 3x12x40", "3x012x40", "3,12,40", "3x12x",
                           "3x12x99999999999999999999"}) {
    CHECK_THAT(error_with(text),
               Catch::Contains("'" + std::string(text) + "'") && Catch::Contains("as in 1x28x28"));
  }
  CHECK_THAT(error_with("1x12x40"), Catch::Contains("'1x12x40'") && Catch::Contains("[32, 3, 3, 3]") &&
                                        Catch::Contains("3 channels"));
  for (const char* text : {"3x14x40", "3x12x42", "3x8x40", "3x12x-40", "3x12x65540"}) {
    CHECK_THAT(error_with(text), Catch::Contains("'" + std::string(text) + "'") &&
                                     Catch::Contains("multiples of 4 from 12 to 65536"));
  }
  CHECK_THAT(error_with("3x16x40"), Catch::Contains("'decoder.dense.weight'") &&
                                        Catch::Contains("[960, 2]") && Catch::Contains("3x16x40") &&
                                        Catch::Contains("[1280, 2]"));
  CHECK_THAT(error_with("3x65536x65536"), Catch::Contains("[960, 2]") && Catch::Contains("[8589934592, 2]"));
  INFO("as many pixels, but not for the encoder");
  CHECK_THAT(error_with("3x20x24"), Catch::Contains("'encoder.dense.weight'") &&
                                        Catch::Contains("[4, 1152]") && Catch::Contains("[4, 1280]"));

  Safetensors flat = sound;
  flat.tensors["encoder.conv1.weight"] = {{32 * 3 * 9}, std::vector<float>(32 * 3 * 9)};
  CHECK_THAT(error_of(folder, flat), Catch::Contains("[864]") && Catch::Contains("[32, channels, 3, 3]"));
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
