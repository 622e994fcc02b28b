// dlib_autoencoder: a small convolutional autoencoder in dlib, trained with crisp's losses. What is crisp's here are the
// lines with Loss; the rest is any dlib trainer.
#include <dlib/dnn.h>

#include <algorithm>
#include <crisp/adapters/dlib.hpp>
#include <crisp/core/compose.hpp>
#include <crisp/losses/charbonnier.hpp>
#include <crisp/losses/ssim.hpp>
#include <iostream>
#include <vector>

#include "trial.hpp"

namespace {

using autoencoders::Options;
using crisp::Images;
using Eigen::Index;

// 28x28 pixels to 4 planes of 6x6 numbers, and back.
template <long planes, long side, typename Below>
using halve = dlib::relu<dlib::con<planes, side, side, 2, 2, Below>>;
using Encoder = halve<4, 3, halve<16, 4, dlib::input<dlib::matrix<float>>>>;
using Decoder = dlib::cont<1, 4, 4, 2, 2, dlib::relu<dlib::cont<16, 3, 3, 2, 2, Encoder>>>;

auto make_loss() { return crisp::SsimLoss<float>() + 0.5F * crisp::CharbonnierLoss<float>(); }
using Loss = crisp::adapters::DlibLoss<decltype(make_loss())>;
using Net = dlib::add_loss_layer<Loss, Decoder>;
using Label = Loss::training_label_type;

std::vector<Label> to_labels(const Images<float>& images) {
  std::vector<Label> labels;
  const Index size = images.dimension(2) * images.dimension(3);
  for (Index i = 0; i < images.dimension(0); ++i) {
    labels.push_back({dlib::mat(images.data() + i * size, images.dimension(2), images.dimension(3))});
  }
  return labels;
}

std::vector<dlib::matrix<float>> to_inputs(const std::vector<Label>& labels) {
  std::vector<dlib::matrix<float>> inputs;
  inputs.reserve(labels.size());
  for (const Label& label : labels) inputs.push_back(label[0]);
  return inputs;
}

void train(Net& net, const Images<float>& images, const Options& options) {
  const std::vector<Label> labels = to_labels(images);
  const std::vector<dlib::matrix<float>> inputs = to_inputs(labels);
  dlib::dnn_trainer<Net, dlib::adam> trainer(net, dlib::adam(0, 0.9F, 0.999F));
  trainer.set_learning_rate(options.rate);
  dlib::rand random;
  for (Index epoch = 1; epoch <= options.epochs; ++epoch) {
    for (Index seen = 0; seen < images.dimension(0); seen += options.batch) {
      std::vector<dlib::matrix<float>> batch;
      std::vector<Label> targets;
      for (Index i = 0; i < options.batch; ++i) {
        const auto chosen = random.get_random_64bit_number() % inputs.size();
        batch.push_back(inputs[chosen]);
        targets.push_back(labels[chosen]);
      }
      trainer.train_one_step(batch, targets);
    }
    std::cout << "epoch " << epoch << "/" << options.epochs << "  loss " << trainer.get_average_loss()
              << std::endl;
    trainer.clear_average_loss();
  }
  trainer.get_net();  // waits for the last step
}

Images<float> reconstruct(Net& net, const Images<float>& originals) {
  const std::vector<Label> outputs = net(to_inputs(to_labels(originals)));
  Images<float> reconstructions(originals.dimensions());
  float* pixels = reconstructions.data();
  for (const Label& output : outputs) pixels = std::copy(output[0].begin(), output[0].end(), pixels);
  return reconstructions;
}

}  // namespace

int main(int argc, char** argv) {
  Net net{Loss(make_loss())};
  return autoencoders::run_trial(
      argc, argv,
      {"dlib_autoencoder",
       "A convolutional autoencoder of dlib, trained with crisp's SSIM + 0.5 Charbonnier.", 3000,
       [&](Images<float>& images, const Options& options) { train(net, images, options); },
       [&](Images<float>& images) { return reconstruct(net, images); }});
}
