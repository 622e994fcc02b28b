// The dlib adapter against crisp itself, against dlib's own loss where there is one, and in dlib's trainer.
#include "crisp/adapters/dlib.hpp"

#include <dlib/dnn.h>

#include <algorithm>
#include <array>
#include <crisp/crisp.hpp>
#include <sstream>
#include <type_traits>
#include <vector>

#include "support/catch.hpp"
#include "support/random_images.hpp"

namespace {

using crisp::Images;
using crisp::Index;
using crisp::adapters::DlibLoss;

template <long channels>
using Label = std::array<dlib::matrix<float>, channels>;

template <long channels>
std::vector<Label<channels>> to_labels(const Images<float>& images) {
  std::vector<Label<channels>> labels(static_cast<std::size_t>(images.dimension(0)));
  const float* pixel = images.data();
  for (Label<channels>& label : labels) {
    for (dlib::matrix<float>& plane : label) {
      plane.set_size(images.dimension(2), images.dimension(3));
      for (float& value : plane) value = *pixel++;
    }
  }
  return labels;
}

/// What a loss layer sees of a network: its output, and where the gradient goes.
struct Subnet {
  explicit Subnet(const Images<float>& images) {
    output.set_size(images.dimension(0), images.dimension(1), images.dimension(2), images.dimension(3));
    std::copy_n(images.data(), images.size(), output.host());
    gradient.copy_size(output);
    gradient = 0;
  }
  const dlib::tensor& get_output() const { return output; }
  dlib::tensor& get_gradient_input() { return gradient; }
  unsigned sample_expansion_factor() const { return 1; }

  dlib::resizable_tensor output, gradient;
};

template <typename Loss>
void check_is_crisp(const Loss& loss) {
  const auto prediction = random_images<float>({3, 2, 16, 18}, 1);
  const auto target = random_images<float>({3, 2, 16, 18}, 2);
  Subnet subnet(prediction);
  const DlibLoss<Loss, 2> layer(loss, 2);
  const auto labels = to_labels<2>(target);
  Images<float> gradient;
  CHECK(layer.compute_loss_value_and_gradient(subnet.output, labels.begin(), subnet) ==
        static_cast<double>(crisp::value_and_gradient(loss, prediction, target, gradient)));
  CHECK(std::equal(gradient.data(), gradient.data() + gradient.size(), subnet.gradient.host()));
}

using Autoencoder =
    dlib::con<1, 3, 3, 1, 1, dlib::relu<dlib::con<6, 3, 3, 1, 1, dlib::input<dlib::matrix<float>>>>>;

}  // namespace

TEST_CASE("A loss layer gives what crisp gives, bit by bit", "[dlib]") {
  check_is_crisp(crisp::MseLoss<float>());
  check_is_crisp(crisp::StftLoss<float>());
  check_is_crisp(0.01F * crisp::StftLoss<float>() + crisp::SsimLoss<float>());
  check_is_crisp(crisp::FocalFrequencyLoss<float>());
}

TEST_CASE("The squared error is dlib's", "[dlib]") {
  const auto prediction = random_images<float>({3, 2, 16, 18}, 1);
  const auto labels = to_labels<2>(random_images<float>({3, 2, 16, 18}, 2));
  Subnet ours(prediction);
  Subnet theirs(prediction);
  const DlibLoss<crisp::MseLoss<float>, 2> layer;
  const dlib::loss_mean_squared_per_channel_and_pixel_<2> reference;
  CHECK(
      layer.compute_loss_value_and_gradient(ours.output, labels.begin(), ours) ==
      Approx(reference.compute_loss_value_and_gradient(theirs.output, labels.begin(), theirs)).epsilon(1e-6));
  for (std::size_t i = 0; i < ours.gradient.size(); ++i) {
    // dlib leaves out the 2 of the derivative.
    CHECK(ours.gradient.host()[i] == Approx(2 * theirs.gradient.host()[i]).epsilon(1e-5).margin(1e-9));
  }
}

TEST_CASE("dlib's trainer lowers a loss of crisp, and the network returns images", "[dlib]") {
  using Loss = decltype(crisp::presets::crisp<float>());
  using Net = dlib::add_loss_layer<DlibLoss<Loss>, Autoencoder>;
  Net net(DlibLoss<Loss>(crisp::presets::crisp<float>()));
  const auto images = random_images<float>({8, 1, 16, 16}, 1);
  const auto labels = to_labels<1>(images);
  std::vector<dlib::matrix<float>> inputs;
  for (const auto& label : labels) inputs.push_back(label[0]);

  const double before = net.compute_loss(inputs.begin(), inputs.end(), labels.begin());
  dlib::dnn_trainer<Net, dlib::adam> trainer(net, dlib::adam(0, 0.9F, 0.999F));
  trainer.set_learning_rate(0.01);
  for (int step = 0; step < 150; ++step) trainer.train_one_step(inputs, labels);
  trainer.get_net();  // waits for the last step
  CHECK(net.compute_loss(inputs.begin(), inputs.end(), labels.begin()) < before / 2);

  const Label<1>& output = net(inputs[0]);
  REQUIRE(output[0].nr() == 16);
  REQUIRE(output[0].nc() == 16);
  CHECK(std::equal(output[0].begin(), output[0].end(), net.subnet().get_output().host()));
}

TEST_CASE("Layers are copied, printed and serialised as dlib asks", "[dlib]") {
  using Loss = crisp::SsimLoss<float>;
  const auto images = random_images<float>({1, 1, 16, 16}, 1);
  const auto labels = to_labels<1>(random_images<float>({1, 1, 16, 16}, 2));
  Subnet subnet(images);
  crisp::SsimOptions options;
  options.window = 7;
  const DlibLoss<Loss> layer((Loss(options)));
  const DlibLoss<Loss> copy = layer;
  CHECK(copy.compute_loss_value_and_gradient(subnet.output, labels.begin(), subnet) ==
        layer.compute_loss_value_and_gradient(subnet.output, labels.begin(), subnet));

  std::stringstream file;
  serialize(layer, file);
  DlibLoss<Loss> same;
  deserialize(same, file);
  std::stringstream again;
  serialize(layer, again);
  DlibLoss<crisp::MseLoss<float>> other;
  CHECK_THROWS_WITH(deserialize(other, again), Catch::Contains("SsimLoss") && Catch::Contains("MseLoss"));
  std::ostringstream text;
  text << layer;
  CHECK(text.str() == "crisp::SsimLoss");
}

TEST_CASE("Labels and outputs that do not fit are errors that say so", "[dlib][errors]") {
  const auto images = random_images<float>({2, 1, 16, 16}, 1);
  Subnet subnet(images);
  const DlibLoss<crisp::MseLoss<float>> layer;
  const auto small = to_labels<1>(random_images<float>({2, 1, 16, 15}, 2));
  CHECK_THROWS_WITH(layer.compute_loss_value_and_gradient(subnet.output, small.begin(), subnet),
                    Catch::Contains("16x15") && Catch::Contains("16x16"));
  const DlibLoss<crisp::MseLoss<float>, 3> colour;
  const auto labels = to_labels<3>(random_images<float>({2, 3, 16, 16}, 2));
  CHECK_THROWS_WITH(colour.compute_loss_value_and_gradient(subnet.output, labels.begin(), subnet),
                    Catch::Contains("3 channels"));
  const DlibLoss<decltype(crisp::presets::crisp<float>())> without;
  const auto fitting = to_labels<1>(images);
  CHECK_THROWS_AS(without.compute_loss_value_and_gradient(subnet.output, fitting.begin(), subnet),
                  crisp::OptionError);
}
