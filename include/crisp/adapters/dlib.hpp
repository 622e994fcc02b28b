// crisp's losses in dlib, as the loss layer of a network whose output is images.
//
//   #include <crisp/adapters/dlib.hpp>
//
//   using Net = dlib::add_loss_layer<crisp::adapters::DlibLoss<crisp::SsimLoss<float>>, Decoder>;
//   Net net{crisp::adapters::DlibLoss(crisp::SsimLoss<float>())};
//   dlib::dnn_trainer<Net> trainer(net);
//   trainer.train_one_step(inputs, targets);  // std::vector<std::array<dlib::matrix<float>, 1>>
//
// Not part of crisp.hpp, as it includes dlib.
#pragma once

#include <dlib/dnn/core.h>
#include <dlib/matrix.h>
#include <dlib/serialize.h>

#include <algorithm>
#include <array>
#include <iostream>
#include <memory>
#include <optional>
#include <string>
#include <type_traits>

#include "crisp/core/errors.hpp"
#include "crisp/core/evaluate.hpp"

namespace crisp::adapters {

/// Any loss on float as a dlib loss layer. Labels are images, a matrix a channel, as those of dlib's
/// loss_mean_squared_per_channel_and_pixel; what the network returns for an input is such an image, too.
///
/// The value is crisp's, a mean over images. `threads` is how many threads evaluate the loss, results not depending on it;
/// copies share them.
///
/// dlib makes loss layers without arguments, too: such a one has the loss's defaults, and one without defaults, such as a
/// sum, must be given before it is used: net.loss_details() = DlibLoss(loss). Serialised is the loss's name alone, not its
/// options: deserialise into a network that was made with them.
///
/// Errors: ShapeError for an output of other channels or labels of another size than the output, OptionError for a loss
/// that was not given, dlib::serialization_error for another loss; and whatever the loss throws.
template <typename Loss, long channels = 1>
class DlibLoss {
  static_assert(std::is_same_v<typename Loss::Scalar, float>, "crisp: dlib's tensors are of float");

 public:
  using training_label_type = std::array<dlib::matrix<float>, channels>;
  using output_label_type = training_label_type;

  DlibLoss() {
    if constexpr (std::is_default_constructible_v<Loss>) loss_.emplace();
  }
  explicit DlibLoss(const Loss& loss, int threads = 1)
      : loss_(loss), threads_(std::make_shared<Threads>(threads)) {}

  const Loss& loss() const {
    if (!loss_) crisp::detail::fail<OptionError>("this loss layer was made without its loss");
    return *loss_;
  }

  template <typename Subnet, typename Iterator>
  void to_label(const dlib::tensor& /*input*/, const Subnet& subnet, Iterator image) const {
    const dlib::tensor& output = subnet.get_output();
    check_channels(output);
    const float* plane = output.host();
    for (long i = 0; i < output.num_samples(); ++i, ++image) {
      for (dlib::matrix<float>& channel : *image) {
        channel = dlib::mat(plane, output.nr(), output.nc());
        plane += output.nr() * output.nc();
      }
    }
  }

  template <typename Iterator, typename Subnet>
  double compute_loss_value_and_gradient(const dlib::tensor& /*input*/, Iterator truth,
                                         Subnet& subnet) const {
    const dlib::tensor& output = subnet.get_output();
    check_channels(output);
    gather(truth, output);
    return static_cast<double>(crisp::value_and_gradient(
        loss(), view_of(output.host(), output), scratch_.target,
        view_of(subnet.get_gradient_input().host(), output), scratch_.workspace, *threads_));
  }

  friend void serialize(const DlibLoss& /*item*/, std::ostream& stream) {
    dlib::serialize(signature(), stream);
  }
  friend void deserialize(DlibLoss& /*item*/, std::istream& stream) {
    std::string found;
    dlib::deserialize(found, stream);
    if (found == signature()) return;
    throw dlib::serialization_error("expected the loss layer " + signature() + ", found " + found);
  }
  friend std::ostream& operator<<(std::ostream& stream, const DlibLoss& /*item*/) {
    return stream << signature();
  }
  friend void to_xml(const DlibLoss& /*item*/, std::ostream& stream) {
    stream << "<crisp_loss name='" << Loss::name << "'/>\n";
  }

 private:
  /// What is kept from step to step. A copy of the layer makes its own.
  struct Scratch {
    Scratch() = default;
    Scratch(const Scratch& /*other*/) {}
    Scratch& operator=(const Scratch& /*other*/) { return *this; }

    Images<float> target;
    Workspace<Loss> workspace;
  };

  static std::string signature() { return std::string("crisp::") + Loss::name; }

  static void check_channels(const dlib::tensor& output) {
    if (output.k() == channels) return;
    crisp::detail::fail<ShapeError>("the loss layer is for images of ", channels,
                                    " channels, and the network's have ", output.k());
  }

  template <typename T>
  static auto view_of(T* pixels, const dlib::tensor& like) {
    return crisp::view(pixels, like.num_samples(), like.k(), like.nr(), like.nc());
  }

  /// The labels, side by side as the output is.
  template <typename Iterator>
  void gather(Iterator truth, const dlib::tensor& output) const {
    for (long i = 0; i < output.num_samples(); ++i) {
      for (const dlib::matrix<float>& plane : *(truth + i)) {
        if (plane.nr() == output.nr() && plane.nc() == output.nc()) continue;
        crisp::detail::fail<ShapeError>("label ", i, " is ", plane.nr(), "x", plane.nc(),
                                        " and the network's output ", output.nr(), "x", output.nc());
      }
    }
    scratch_.target.resize(output.num_samples(), output.k(), output.nr(), output.nc());
    float* pixels = scratch_.target.data();
    for (long i = 0; i < output.num_samples(); ++i) {
      for (const dlib::matrix<float>& plane : *(truth + i))
        pixels = std::copy(plane.begin(), plane.end(), pixels);
    }
  }

  std::optional<Loss> loss_;
  std::shared_ptr<Threads> threads_ = std::make_shared<Threads>(1);
  mutable Scratch scratch_;
};

template <typename Loss>
DlibLoss(Loss) -> DlibLoss<Loss>;
template <typename Loss>
DlibLoss(Loss, int) -> DlibLoss<Loss>;

}  // namespace crisp::adapters
